"""A locked return opened again: asked by one person with a reason, agreed to by another."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet
from reports.models.submission import Submission

ASKED, AGREED, REFUSED, WITHDRAWN = "asked", "agreed", "refused", "withdrawn"
STATES = [(ASKED, "待同意"), (AGREED, "已解锁"), (REFUSED, "不同意"), (WITHDRAWN, "已撤回")]


class UnlockQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="submission__due__county")


class Unlock(models.Model):
    """The second person is never the first: the database refuses it too."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="unlocks", verbose_name="上报")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="申请人")
    reason = models.CharField("原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    answer = models.CharField("答复", max_length=300, blank=True)

    objects = UnlockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "解锁"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], condition=models.Q(state=ASKED), name="one_open_unlock"),
            models.CheckConstraint(
                condition=~models.Q(state=AGREED) | models.Q(answered_by__isnull=False) & ~models.Q(answered_by=models.F("asked_by")),
                name="two_people_unlock",
            ),
        ]
