"""What was changed in the data that everybody's work rests on, and by which document. Append-only, by trigger.

A row with a county is that bureau's own, as its villages and its experts; one without is the city's, and all its counties' to read.
"""

from django.db import models


class DataChange(models.Model):
    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="市")
    county = models.ForeignKey("ledger.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="县（区）")
    at = models.DateTimeField("时间")
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经手人")
    kind = models.SlugField("资料", max_length=20)
    subject = models.CharField("对象", max_length=80)
    text = models.CharField("改动", max_length=400)
    document = models.CharField("依据", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "资料变更"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["prefecture", "kind", "-at", "-id"], name="data_change_newest")]

    def __str__(self):
        return f"{self.subject}：{self.text}"
