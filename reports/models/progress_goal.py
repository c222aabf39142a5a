"""By which day which share of the registered poor on the ledger is to be treated."""

from django.db import models


class ProgressGoal(models.Model):
    """A prefecture's goal by a document: end of 2018, end of 2019 (at least 90 %), 2020.

    A document that says 基本完成 and names no share has none here either: its pace is that of treating everybody.
    """

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="progress_goals", verbose_name="市")
    by_day = models.DateField("到哪一天")
    share = models.DecimalField(
        "累计救治率", max_digits=5, decimal_places=4, null=True, blank=True, help_text="0.9 即 90%；文件没有写比例的留空"
    )
    title = models.CharField("目标", max_length=40)
    document = models.CharField("依据", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "救治目标"
        ordering = ["prefecture", "by_day"]
        constraints = [
            models.UniqueConstraint(fields=["prefecture", "by_day"], name="one_goal_a_day"),
            models.CheckConstraint(condition=models.Q(share__gt=0, share__lte=1), name="a_real_goal"),
        ]

    def __str__(self):
        return self.title
