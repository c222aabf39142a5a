"""Answers to what the checks before a submission found, and the city's own checks kept as data."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet
from reports.models.due import Due


class CheckAnswerQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="due__county")


class CheckAnswer(models.Model):
    """A county's short answer to one finding; ``finding`` is the hash of what was found, so that another finding asks anew."""

    due = models.ForeignKey(Due, models.PROTECT, related_name="answers", verbose_name="应报")
    code = models.CharField("核对项", max_length=40)
    finding = models.CharField("所见散列", max_length=64)
    text = models.CharField("说明", max_length=200)
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="说明人")
    at = models.DateTimeField("说明时间")

    objects = CheckAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对说明"
        ordering = ["due", "code"]
        constraints = [models.UniqueConstraint(fields=["due", "code"], name="one_answer_a_check")]


class CheckRule(models.Model):
    """A city's check: ``left`` compared with ``right``, both figures named as ``reports.checks.figures`` names them.

    ``right`` may be a plain number. ``factor`` multiplies the right side (1.5: at most half as much again).
    """

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="check_rules", verbose_name="市")
    title = models.CharField("核对什么", max_length=60)
    left = models.CharField("左边的数", max_length=80)
    relation = models.CharField("关系", max_length=2, choices=[(sign, sign) for sign in ("=", "≠", "≤", "≥", "<", ">")])
    factor = models.DecimalField("倍数", max_digits=8, decimal_places=4, default=1)
    right = models.CharField("右边的数", max_length=80)
    severity = models.CharField("不符时", max_length=4, choices=[("bad", "须改"), ("warn", "待说明")], default="warn")
    advice = models.CharField("怎么办", max_length=120)
    document = models.CharField("依据", max_length=80)
    since = models.DateField("起始期（月初）")
    until = models.DateField("末期（月初）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "核对规则"
        ordering = ["prefecture", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="a_real_factor"),
            models.CheckConstraint(condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="check_ends_later"),
        ]

    def __str__(self):
        return self.title
