"""What is due: rows made ahead from rules kept as data."""

import datetime

from django.db import models
from django.utils import timezone

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class Form(models.TextChoices):
    F1 = "F1", "F1 进展情况统计表"
    F2 = "F2", "F2 民政核准台账"
    F4 = "F4", "F4 专职联系人回执"
    F6 = "F6", "F6 先诊疗后付费汇总表"


class Frequency(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    ONCE = "once", "一次"


# Each group is counted on one look at the ledger, drafted and looked at together; one group's return knows nothing of another's.
MONTHLY = (Form.F1.value, Form.F2.value)
DEFERRAL = (Form.F6.value,)
CONTACTS = (Form.F4.value,)
GROUPS = (MONTHLY, DEFERRAL, CONTACTS)


class DueRule(models.Model):
    """A prefecture's rule: this form, so often, by this day and hour, of the period's last month itself or so many months after it.

    The first return may cover several months and have a day of its own. A rule holds until ``last_period``; the next begins after it.
    """

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="due_rules", verbose_name="市")
    form = models.CharField("报表", max_length=4, choices=Form.choices)
    frequency = models.CharField("多久一次", max_length=8, choices=Frequency.choices, default=Frequency.MONTH)
    sender = models.CharField("报送单位", max_length=40, default="县（区）卫健部门")
    receiver = models.CharField("接收单位", max_length=40, default="市卫健部门")
    day = models.SmallIntegerField("截止日", default=23)
    hour = models.SmallIntegerField("截止时", default=18)
    months_after = models.SmallIntegerField("报几个月前的数据", default=0, help_text="0 报当月，1 报上月")
    first_period = models.DateField("首期（月初）")
    last_period = models.DateField("末期（月初）", null=True, blank=True, help_text="留空表示一直报")
    first_months = models.SmallIntegerField("首期包括几个月", default=1)
    first_deadline_on = models.DateField("首期截止日期", null=True, blank=True, help_text="留空按每月的截止日")
    document = models.CharField("依据", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "应报规则"
        ordering = ["prefecture", "form", "first_period"]
        constraints = [
            models.UniqueConstraint(fields=["prefecture", "form", "first_period"], name="one_rule_a_form_and_start"),
            models.CheckConstraint(condition=models.Q(day__range=(1, 28), hour__range=(0, 23)), name="a_real_deadline"),
            models.CheckConstraint(condition=models.Q(first_period__day=1), name="rule_starts_on_a_first"),
            models.CheckConstraint(condition=models.Q(months_after__range=(0, 12), first_months__range=(1, 12)), name="rule_within_a_year"),
            models.CheckConstraint(
                condition=models.Q(last_period=None) | models.Q(last_period__day=1, last_period__gte=models.F("first_period")),
                name="rule_ends_after_it_starts",
            ),
        ]

    @classmethod
    def of(cls, prefecture_id: int, form: str, period: datetime.date) -> "DueRule | None":
        """The rule by which a form is owed for a period; for a period before all of them the first."""
        rules = list(cls.objects.filter(prefecture=prefecture_id, form=form).order_by("first_period"))
        return next((rule for rule in reversed(rules) if rule.first_period <= period), next(iter(rules), None))

    def __str__(self):
        of = {0: "", 1: "报上月"}.get(self.months_after, f"报 {self.months_after} 个月前")
        return f"{self.prefecture} {self.get_form_display()} {self.get_frequency_display()} {self.day} 日 {self.hour}:00{of}"


class DueQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="county")


class Due(models.Model):
    """A county owes a form for a period. ``period`` is the month's first day; the cut-off never moves with the deadline.

    A return over several months bears the last of them as its period; ``covers_from`` is the first. ``ruled_on`` is the day that the
    rule names; ``deadline_at`` lies on the working day before where that is a day off. ``extended_until`` is the latest extension the
    city has granted: it expires by itself, for it is only a later deadline.
    """

    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="dues", verbose_name="县（区）")
    form = models.CharField("报表", max_length=4, choices=Form.choices)
    covers_from = models.DateField("数据从（月初）")
    period = models.DateField("期")
    cut_off_on = models.DateField("统计截止日期")
    ruled_on = models.DateField("规则定的截止日期")
    deadline_at = models.DateTimeField("上报截止时间")
    extended_until = models.DateTimeField("展期到", null=True, blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应报"
        ordering = ["period", "county__code", "form"]
        constraints = [
            models.UniqueConstraint(fields=["county", "form", "period"], name="due_once"),
            models.CheckConstraint(
                condition=models.Q(covers_from__day=1, covers_from__lte=models.F("period")), name="due_covers_its_period"
            ),
            models.CheckConstraint(
                condition=models.Q(extended_until=None) | models.Q(extended_until__gt=models.F("deadline_at")), name="extension_is_later"
            ),
        ]

    @property
    def several_months(self) -> bool:
        return self.covers_from < self.period

    @property
    def whole_from(self) -> datetime.date:
        """From which day a return that counts whole months may be handed in: when they are over, or on its deadline's day if that was moved before."""
        return min(self.cut_off_on + datetime.timedelta(days=1), timezone.localtime(self.deadline_at).date())

    @property
    def closes_at(self) -> datetime.datetime:
        """Until when a return counts as on time: the deadline, or the day the city granted."""
        return self.extended_until or self.deadline_at
