"""诊疗方案 (F3): what the designated hospital means to do for a case, filed, answered field by field, amended by a new version."""

from django.db import models

from ledger.models.reach import reach
from ledger.models.staff import Role
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet


class PlanState(models.TextChoices):
    DRAFT = "draft", "草稿"
    FILED = "filed", "待审核"
    RETURNED = "returned", "退回修改"
    ACCEPTED = "accepted", "已同意"
    REPLACED = "replaced", "已修订"
    CANCELLED = "cancelled", "已作废"


# A version that somebody still works on; a case has one at most.
OPEN_PLANS = (PlanState.DRAFT, PlanState.FILED, PlanState.RETURNED)


class TreatmentPlanQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        """The plans of cases in sight; what was never filed is its own hospital's alone."""
        hospitals = ("case__hospital_code", "case__referral_code")
        reached = reach(staff, county="case__county", township="case__township", hospital=hospitals)
        told = models.Q(filed_at__isnull=False)
        if staff.role == Role.LIAISON:
            told |= models.Q(hospital__code=staff.hospital_code)
        return reached & told & models.Q(case__folded_into=None)  # The same plan stands at the case that goes on.

    def with_paper(self) -> "TreatmentPlanQuerySet":
        """Each plan with all that its page and its printed sheet name, and without the bytes of the pathway's file."""
        person = ("case__person__county", "case__person__township", "case__person__village")
        return self.select_related(*person, "case__disease", "case__county__parent", "hospital", "pathway").defer("pathway__content")


class TreatmentPlan(models.Model):
    """One version of a case's plan. What follows an answered version is a new one beside it: an answered version never changes.

    ``remarks`` is what the county says of single fields when it returns the plan: field name → sentence, "" for the whole.
    ``signed`` is the scanned page with stamp and signature.
    """

    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="plans", verbose_name="病例")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="plans", verbose_name="入住医院")
    version = models.PositiveSmallIntegerField("版本")
    state = models.CharField("状态", max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    review_on = models.DateField("复查时间", null=True, blank=True)
    review_hospital = models.CharField("复查医院", max_length=60, blank=True)
    tests = models.CharField("辅助检查项目", max_length=200, blank=True)
    findings = models.CharField("检查结果", max_length=300, blank=True)
    diagnosis = models.CharField("临床主要诊断", max_length=100, blank=True)
    diagnosing_doctor = models.CharField("诊断医生", max_length=20, blank=True)
    admission_on = models.DateField("计划入院时间", null=True, blank=True)
    department = models.CharField("入住科别", max_length=20, blank=True)
    treatment = models.CharField("治疗方案", max_length=300, blank=True, help_text="包括手术、化疗、放疗、血透等")
    procedure = models.CharField("主要术式", max_length=120, blank=True)
    drugs = models.CharField("主要药物", max_length=200, blank=True)
    attending_doctor = models.CharField("主治医生", max_length=20, blank=True)
    attending_phone = SealedField("主治医生联系电话", blank=True, default="")
    surgeon = models.CharField("手术医生", max_length=20, blank=True)
    surgeon_phone = SealedField("手术医生联系电话", blank=True, default="")
    discharge_on = models.DateField("计划出院时间", null=True, blank=True)
    prognosis = models.CharField("愈后情况", max_length=100, blank=True)
    pathway = models.ForeignKey("hospitals.Standard", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="临床路径")
    total_yuan = models.DecimalField("估算总费用（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    in_policy_yuan = models.DecimalField("其中政策范围内（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    amended_because = models.CharField("修订原因", max_length=200, blank=True)
    cancelled_because = models.CharField("作废原因", max_length=200, blank=True)
    remarks = models.JSONField("审核意见", default=dict, blank=True)
    written_at = models.DateTimeField("填写时间")
    written_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="填写人")
    filed_at = models.DateTimeField("上报时间", null=True, blank=True)
    filed_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上报人")
    late_from = models.DateField("答复期满", null=True, blank=True, help_text="上报后满 3 个工作日的下一个工作日")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")

    signed = models.ForeignKey("ledger.Proof", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签字盖章页")

    objects = TreatmentPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诊疗方案"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="plan_versions_numbered"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=["draft", "filed", "returned"]), name="one_open_plan_a_case"
            ),
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="accepted"), name="one_accepted_plan_a_case"),
            models.CheckConstraint(
                condition=models.Q(admission_on=None) | models.Q(discharge_on=None) | models.Q(discharge_on__gte=models.F("admission_on")),
                name="plan_leaves_after_it_enters",
            ),
            models.CheckConstraint(
                condition=models.Q(total_yuan=None) | models.Q(in_policy_yuan=None) | models.Q(in_policy_yuan__lte=models.F("total_yuan")),
                name="plan_in_policy_within_total",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(filed_at__isnull=False) | models.Q(state="cancelled"),
                name="plan_filed_before_answered",
            ),
        ]
        indexes = [models.Index(fields=["filed_at"], condition=models.Q(state="filed"), name="plan_waiting")]

    def __str__(self):
        return f"{self.case.disease}诊疗方案第 {self.version} 版"


class PhraseField(models.TextChoices):
    TREATMENT = "treatment", "治疗方案"
    PROCEDURE = "procedure", "主要术式"
    DRUGS = "drugs", "主要药物"
    TESTS = "tests", "辅助检查项目"


class PlanPhrase(models.Model):
    """Words a hospital writes again and again in the plans of a disease."""

    hospital = models.ForeignKey("hospitals.Hospital", models.CASCADE, related_name="plan_phrases", verbose_name="医院")
    disease = models.ForeignKey("ledger.Disease", models.CASCADE, related_name="+", verbose_name="病种")
    field = models.CharField("用在", max_length=10, choices=PhraseField.choices)
    text = models.CharField("常用语", max_length=120)
    times = models.PositiveIntegerField("用过次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "方案常用语"
        ordering = ["-times", "text"]
        constraints = [models.UniqueConstraint(fields=["hospital", "disease", "field", "text"], name="phrase_once")]
