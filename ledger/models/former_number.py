"""ID numbers that somebody no longer bears: who looks for one of them still finds the person. Whoever bears it today comes first."""

from django.db import models


class FormerNumber(models.Model):
    """Only the keyed hash is kept. Never unique: a number typed wrongly may rightly be somebody else's today."""

    person = models.ForeignKey("ledger.Person", models.CASCADE, related_name="former_numbers", verbose_name="患者")
    id_number_hash = models.CharField("原身份证号散列", max_length=64, db_index=True)
    until = models.DateField("改正日期")
    reason = models.CharField("改正原因", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "原身份证号"
        ordering = ["-until", "-id"]

    def __str__(self):
        return f"原身份证号 {self.pk}"
