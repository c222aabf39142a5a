"""What a county's ledger gives on a past day, remembered as digests, so that a month nobody touched is not counted again."""

from django.db import models

from ledger.models import Division


class PastDay(models.Model):
    """A cache, never the truth: ``content`` tells what the ledger held of the day when the digests were taken; where it holds something
    else by now, they are taken again. ``digests`` are those of what stands behind F1 and F2, by form.
    """

    county = models.ForeignKey(Division, models.CASCADE, related_name="+", verbose_name="县（区）")
    on = models.DateField("日期")
    content = models.CharField("台账散列", max_length=64)
    digests = models.JSONField("各表散列", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "以前各日的台账散列"
        ordering = ["county", "on"]
        constraints = [models.UniqueConstraint(fields=["county", "on"], name="one_past_day_a_county")]
