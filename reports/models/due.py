"""What is due: rows made ahead from rules kept as data."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class Form(models.TextChoices):
    F1 = "F1", "F1 进展情况统计表"
    F2 = "F2", "F2 民政核准台账"


class DueRule(models.Model):
    """A prefecture's rule: this form, every month, by this day and hour."""

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="due_rules", verbose_name="市")
    form = models.CharField("报表", max_length=4, choices=Form.choices)
    day = models.SmallIntegerField("截止日", default=23)
    hour = models.SmallIntegerField("截止时", default=18)
    first_period = models.DateField("首期（月初）")
    document = models.CharField("依据", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "应报规则"
        constraints = [
            models.UniqueConstraint(fields=["prefecture", "form"], name="one_rule_a_form"),
            models.CheckConstraint(condition=models.Q(day__range=(1, 28), hour__range=(0, 23)), name="a_real_deadline"),
            models.CheckConstraint(condition=models.Q(first_period__day=1), name="rule_starts_on_a_first"),
        ]

    def __str__(self):
        return f"{self.prefecture} {self.get_form_display()} 每月 {self.day} 日 {self.hour}:00"


class DueQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="county")


class Due(models.Model):
    """A county owes a form for a period. ``period`` is the month's first day; the cut-off never moves with the deadline."""

    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="dues", verbose_name="县（区）")
    form = models.CharField("报表", max_length=4, choices=Form.choices)
    period = models.DateField("期")
    cut_off_on = models.DateField("统计截止日期")
    deadline_at = models.DateTimeField("上报截止时间")

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应报"
        ordering = ["period", "county__code", "form"]
        constraints = [models.UniqueConstraint(fields=["county", "form", "period"], name="due_once")]
