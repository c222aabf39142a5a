"""Two records of one person made one: which stays, what was before, and whether it was undone."""

from django.db import models

from ledger.models.upload import hidden
from ledger.protection import SealedField


class Merge(models.Model):
    """``before`` is all that both records held (JSON), ``after`` the hash of what they held then; ``carried`` names the rows that changed."""

    kept = models.ForeignKey("ledger.Person", models.PROTECT, related_name="merges", verbose_name="保留的资料")
    gone = models.ForeignKey("ledger.Person", models.PROTECT, related_name="merged_away", verbose_name="并入的资料")
    before = SealedField("合并前", mask=hidden)
    after = models.CharField("合并后散列", max_length=64)
    event = models.ForeignKey("ledger.CaseEvent", models.PROTECT, related_name="+", verbose_name="经过")
    carried = models.JSONField("转过来的记录", default=dict)
    reason = models.CharField("原因", max_length=120)
    merged_at = models.DateTimeField("合并时间")
    merged_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="合并人")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人")
    undone_reason = models.CharField("撤销原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "合并"
        ordering = ["-merged_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=models.Q(undone_at=None), name="merged_away_once"),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="merged_into_another"),
        ]

    def __str__(self):
        return f"合并 {self.pk}"
