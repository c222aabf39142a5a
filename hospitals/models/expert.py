"""专家组 (annex 5): groups and their members, for a city or a county, and what they were asked and answered."""

from django.db import models

from ledger.models.reach import reach
from ledger.models.staff import Role
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet


class ExpertGroup(models.Model):
    """消化道肿瘤组 → 手术组, 化疗组, 放疗组. A subgroup has a ``parent``; diseases stand at either."""

    area = models.ForeignKey("ledger.Division", models.PROTECT, related_name="expert_groups", verbose_name="所属")
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="subgroups", verbose_name="上级组")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    diseases = models.ManyToManyField("ledger.Disease", related_name="expert_groups", blank=True, verbose_name="病种")
    ended_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专家组"
        ordering = ["area__code", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["area", "parent", "name"], nulls_distinct=False, name="expert_group_once")]

    def __str__(self):
        return self.name


class Expert(models.Model):
    """One member of a group: from which hospital and department, with which title, and whether heading the group."""

    group = models.ForeignKey(ExpertGroup, models.PROTECT, related_name="experts", verbose_name="专家组")
    name = models.CharField("姓名", max_length=40)
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="experts", verbose_name="医院")
    department = models.CharField("科室", max_length=40)
    title = models.CharField("职称", max_length=20)
    phone = SealedField("联系电话", blank=True, default="")
    heads = models.BooleanField("组长", default=False)
    staff = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号")
    since = models.DateField("加入日期")
    ended_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专家"
        ordering = ["-heads", "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "name", "hospital"], condition=models.Q(ended_on=None), name="expert_once_a_group"),
            models.UniqueConstraint(fields=["group"], condition=models.Q(heads=True, ended_on=None), name="one_head_a_group"),
        ]

    def __str__(self):
        return self.name


def groups_of(staff) -> set[int]:
    """The groups whose consultations an expert answers: those of which they are a member, the groups above them and below them."""
    own = set(Expert.objects.filter(staff=staff, ended_on=None, group__ended_on=None).values_list("group", flat=True))
    family = ExpertGroup.objects.filter(models.Q(pk__in=own) | models.Q(parent__in=own) | models.Q(subgroups__in=own), ended_on=None)
    return set(family.values_list("pk", flat=True))


class ConsultationQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        standing = models.Q(case__folded_into=None)
        if staff.role == Role.EXPERT:
            return models.Q(group__in=groups_of(staff)) & standing
        if staff.role == Role.LIAISON:  # The hospital that treats or asked, and the one whose expert is to answer.
            code = staff.hospital_code
            own = models.Q(case__hospital_code=code) | models.Q(asked_by__hospital_code=code)
            return (own | models.Q(expert__hospital__code=code)) & standing
        return reach(staff, county="case__county") & standing

    def open(self) -> "ConsultationQuerySet":
        return self.filter(answered_on=None, cancelled_on=None)


class Consultation(models.Model):
    """会诊: asked on a case of a group or one of its experts, answered in writing."""

    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="consultations", verbose_name="病例")
    group = models.ForeignKey(ExpertGroup, models.PROTECT, related_name="consultations", verbose_name="专家组")
    expert = models.ForeignKey(Expert, models.PROTECT, null=True, blank=True, related_name="consultations", verbose_name="专家")
    remote = models.BooleanField("远程会诊", default=False)
    question = models.CharField("会诊目的", max_length=300)
    condition = models.CharField("病情摘要", max_length=500, blank=True)
    wanted_by = models.DateField("希望答复日期", null=True, blank=True)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="申请人")
    answer = models.CharField("会诊意见", max_length=500, blank=True)
    answered_on = models.DateField("会诊日期", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人")
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    cancelled_reason = models.CharField("取消原因", max_length=120, blank=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会诊"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_on=None, answer="")
                | models.Q(answered_on__isnull=False, expert__isnull=False) & ~models.Q(answer=""),
                name="consultation_answered_in_words",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_on=None) | models.Q(cancelled_on=None), name="consultation_answered_or_cancelled"
            ),
        ]

    def __str__(self):
        return f"{self.case.disease}会诊"
