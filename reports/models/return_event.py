"""What happened to a return, in order and for good: every move with its hour, hand and reason."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet
from reports.models.due import Due
from reports.models.submission import Submission
from reports.submission_moves import STATES


class ReturnEventQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="due__county")


class ReturnEvent(models.Model):
    """One move of a return, or one word about its deadline. A trigger keeps it as it was written.

    ``what`` is a move of ``submission_moves.RETURN_MOVES`` or one of the others that the act itself names (drafted, extension_asked …).
    """

    due = models.ForeignKey(Due, models.PROTECT, related_name="events", verbose_name="应报")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="上报")
    what = models.CharField("事项", max_length=20)
    before = models.CharField("原状态", max_length=12, choices=STATES, blank=True)
    after = models.CharField("新状态", max_length=12, choices=STATES, blank=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    reason = models.CharField("原因", max_length=500, blank=True)

    objects = ReturnEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上报经过"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["due", "at"], name="return_event_by_due")]
