"""What a prefecture's quality is measured by: a document's share of drugs within the catalogue, and how soon a stay counts as a return."""

import datetime

from django.db import models


class QualityGoal(models.Model):
    """Holds from a day until the next one. 柳卫医〔2017〕40号 二（四）2: drugs within the catalogue above 95 % of all drug cost."""

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="quality_goals", verbose_name="市")
    since = models.DateField("起始日期")
    catalogue_share = models.DecimalField("目录内药品费占比不低于", max_digits=5, decimal_places=4, help_text="0.95 即 95%")
    readmission_days = models.SmallIntegerField("多少天内再入院算再入院", default=30)
    document = models.CharField("依据", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "质量指标"
        ordering = ["prefecture", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["prefecture", "since"], name="one_quality_goal_a_day"),
            models.CheckConstraint(
                condition=models.Q(catalogue_share__gt=0, catalogue_share__lte=1, readmission_days__range=(1, 365)),
                name="a_real_quality_goal",
            ),
        ]

    def __str__(self):
        return f"{self.prefecture} {self.since} 起"

    @classmethod
    def holding(cls, prefecture, day: datetime.date) -> "QualityGoal | None":
        """The goal of that day; None where nobody has set one."""
        return cls.objects.filter(prefecture=prefecture, since__lte=day).order_by("-since").first()
