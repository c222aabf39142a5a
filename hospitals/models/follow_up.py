"""复诊随访: planned after discharge by the disease's rule, made by somebody, told with what was found; missed visits show."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class Visitor(models.TextChoices):
    TOWNSHIP = "township", "乡镇卫生院"
    HOSPITAL = "hospital", "定点医院"
    BUREAU = "bureau", "县卫健部门"


class Way(models.TextChoices):
    HOME = "home", "入户"
    CLINIC = "clinic", "门诊复查"
    PHONE = "phone", "电话"


class Finding(models.TextChoices):
    BETTER = "better", "好转"
    STABLE = "stable", "稳定"
    WORSE = "worse", "复发或加重"
    LOST = "lost", "失访"
    DIED = "died", "死亡"


class FollowUpRule(models.Model):
    """How many months after discharge somebody with a disease is visited, and by whom, in a prefecture."""

    prefecture = models.ForeignKey("ledger.Division", models.CASCADE, related_name="follow_up_rules", verbose_name="市")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="+", verbose_name="病种")
    months = ArrayField(models.SmallIntegerField(), verbose_name="出院后月数")
    visitor = models.CharField("由谁随访", max_length=10, choices=Visitor.choices)
    document = models.CharField("依据", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "随访规则"
        constraints = [models.UniqueConstraint(fields=["prefecture", "disease"], name="one_follow_up_rule_a_disease")]

    def __str__(self):
        return f"{self.disease}随访规则"

    @property
    def months_words(self) -> str:
        return f"出院后 {'、'.join(map(str, self.months))} 个月"


class FollowUpQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        reached = reach(staff, county="case__county", township="case__township", hospital="case__hospital_code")
        return reached & models.Q(case__folded_into=None)

    def open(self) -> "FollowUpQuerySet":
        """Planned, and neither made nor cancelled."""
        return self.filter(done_on=None, cancelled_on=None)


class FollowUp(models.Model):
    """One visit: planned for a day, then done or cancelled with a reason."""

    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="follow_ups", verbose_name="病例")
    stay = models.ForeignKey("hospitals.Stay", models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name="住院")
    due_on = models.DateField("计划日期")
    visitor = models.CharField("由谁随访", max_length=10, choices=Visitor.choices)
    planned_at = models.DateTimeField("安排时间")
    planned_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="安排人")
    done_on = models.DateField("随访日期", null=True, blank=True)
    done_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="随访登记人")
    way = models.CharField("方式", max_length=10, choices=Way.choices, blank=True)
    finding = models.CharField("情况", max_length=10, choices=Finding.choices, blank=True)
    text = models.CharField("随访记录", max_length=300, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    cancelled_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="取消人")
    cancelled_reason = models.CharField("取消原因", max_length=120, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "随访"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_on=None, finding="") | models.Q(done_on__isnull=False) & ~models.Q(finding=""),
                name="done_with_a_finding",
            ),
            models.CheckConstraint(condition=models.Q(done_on=None) | models.Q(cancelled_on=None), name="done_or_cancelled"),
            models.CheckConstraint(
                condition=models.Q(cancelled_on=None, cancelled_by=None, cancelled_reason="")
                | models.Q(cancelled_on__isnull=False, cancelled_by__isnull=False) & ~models.Q(cancelled_reason=""),
                name="cancelled_by_somebody_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=models.Q(done_on=None, cancelled_on=None), name="follow_up_open")]

    def __str__(self):
        return f"{self.case.disease} {self.due_on} 随访"
