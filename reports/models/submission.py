"""A county's return for what was due: a draft rebuilt from the ledger until it is submitted, then frozen."""

from collections.abc import Iterable

from django.db import models

from ledger.models.reach import reach
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet
from reports.models.due import Due
from reports.submission_moves import DRAFT, OPEN, STANDING, STATES, is_frozen


def hidden(text: str) -> str:
    """How a payload prints: not at all."""
    return "（已封存）"


class SubmissionQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="due__county")

    def latest_of(self, dues: Iterable, *, payload: bool = False) -> "dict[int, Submission]":
        """By the due's id its latest revision, which the county sees and works on; what is sealed is left out unless ``payload`` asks for it."""
        return self._newest(dues, payload)

    def standing_of(self, dues: Iterable, *, payload: bool = False) -> "dict[int, Submission]":
        """By the due's id the newest revision that the city counts with; no entry where nothing was submitted or all was returned."""
        return self.filter(state__in=STANDING)._newest(dues, payload)

    def _newest(self, dues: Iterable, payload: bool) -> "dict[int, Submission]":
        """One query. ``dues`` are dues, their ids, or a query of either."""
        rows = self.filter(due__in=dues).order_by("due_id", "-revision").distinct("due_id")
        return {row.due_id: row for row in (rows if payload else rows.defer("payload", "checks"))}


class Submission(models.Model):
    """One revision of a return. ``payload`` is the sealed JSON of figures, rows and the people behind every figure;
    ``rows_hash`` is the SHA-256 of its canonical text, chained to the revision before. A trigger freezes it once submitted.

    ``prepared_by`` said that it was checked and found right; somebody else submits it, unless the county is alone (``alone``).
    ``checks`` is what was told of it then, with the answers. A return without anything to tell is sent as nil, with a reason;
    on a draft ``nil_reason`` is what was typed so far.
    """

    due = models.ForeignKey(Due, models.PROTECT, related_name="submissions", verbose_name="应报")
    revision = models.SmallIntegerField("修订", default=1)
    state = models.CharField("状态", max_length=12, choices=STATES, default=DRAFT)
    draft_number = models.SmallIntegerField("第几次草稿", default=1)
    cut_off_on = models.DateField("统计截止日期")
    built_at = models.DateTimeField("生成时间")
    payload = SealedField("内容", mask=hidden)
    figures = models.JSONField("数字", default=dict)
    changes = models.JSONField("比上次草稿", default=list)
    rows_hash = models.CharField("内容散列", max_length=64)
    previous_hash = models.CharField("前一修订散列", max_length=64, blank=True)
    checks = SealedField("核对情况", mask=hidden, blank=True)
    prepared_at = models.DateTimeField("核对时间", null=True, blank=True)
    prepared_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人")
    is_nil = models.BooleanField("零报告", default=False)
    nil_reason = models.CharField("零报告说明", max_length=200, blank=True)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上报人")
    alone = models.BooleanField("一人办理", default=False)
    received_at = models.DateTimeField("市级接收时间", null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报"
        ordering = ["due", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["due", "revision"], name="one_revision_a_number"),
            models.UniqueConstraint(fields=["due"], condition=models.Q(state__in=OPEN), name="one_open_revision"),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, submitted_at=None) | models.Q(submitted_at__isnull=False) & ~models.Q(state__in=OPEN),
                name="submitted_has_its_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_by=None)
                | models.Q(prepared_by=None)
                | models.Q(alone=True)
                | ~models.Q(submitted_by=models.F("prepared_by")),
                name="two_people_prepare_and_submit",
            ),
            models.CheckConstraint(condition=models.Q(is_nil=False) | ~models.Q(nil_reason=""), name="nil_has_its_reason"),
        ]

    @property
    def is_frozen(self) -> bool:
        return is_frozen(self.state)
