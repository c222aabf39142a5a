"""Days that break the week's rule: holidays, and weekends made up for as working days. The city keeps them, with the notice."""

from django.db import models


class Holiday(models.Model):
    prefecture = models.ForeignKey("ledger.Division", models.CASCADE, related_name="holidays", verbose_name="市")
    day = models.DateField("日期")
    works = models.BooleanField("调休上班", default=False)
    name = models.CharField("名称", max_length=30)
    document = models.CharField("依据", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["prefecture", "day"], name="a_day_is_listed_once")]

    def __str__(self):
        return f"{self.day} {self.name}"
