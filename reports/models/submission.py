"""A county's return for what was due: a draft rebuilt from the ledger until it is submitted, then frozen."""

from django.db import models

from ledger.models.reach import reach
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet
from reports.models.due import Due


def hidden(text: str) -> str:
    """How a payload prints: not at all."""
    return "（已封存）"


class SubmissionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已报"


class SubmissionQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="due__county")


class Submission(models.Model):
    """One revision of a return. ``payload`` is the sealed JSON of figures, rows and the people behind every figure;
    ``rows_hash`` is the SHA-256 of its canonical text, chained to the revision before. A trigger freezes it once submitted.
    """

    due = models.ForeignKey(Due, models.PROTECT, related_name="submissions", verbose_name="应报")
    revision = models.SmallIntegerField("修订", default=1)
    state = models.CharField("状态", max_length=12, choices=SubmissionState.choices, default=SubmissionState.DRAFT)
    draft_number = models.SmallIntegerField("第几次草稿", default=1)
    cut_off_on = models.DateField("统计截止日期")
    built_at = models.DateTimeField("生成时间")
    payload = SealedField("内容", mask=hidden)
    figures = models.JSONField("数字", default=dict)
    changes = models.JSONField("比上次草稿", default=list)
    rows_hash = models.CharField("内容散列", max_length=64)
    previous_hash = models.CharField("前一修订散列", max_length=64, blank=True)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上报人")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报"
        ordering = ["due", "-revision"]
        constraints = [models.UniqueConstraint(fields=["due", "revision"], name="one_revision_a_number")]

    @property
    def is_frozen(self) -> bool:
        return self.state != SubmissionState.DRAFT
