"""A hospital that has no means to treat a case says so, tells the patient, and the county arranges another (柳卫医〔2017〕40号 二（二）)."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class InabilityQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="case__county", hospital="hospital__code") & models.Q(case__folded_into=None)

    def open(self) -> "InabilityQuerySet":
        """Said, and no other hospital arranged yet."""
        return self.filter(answered_on=None)


class Inability(models.Model):
    """本院不具备诊疗条件: why, the talk with the patient, and what the county arranged."""

    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="inabilities", verbose_name="病例")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="+", verbose_name="医院")
    said_on = models.DateField("提出日期")
    said_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="提出人")
    reason = models.CharField("不具备的条件", max_length=200)
    talked_on = models.DateField("谈话日期")
    talked_with = models.CharField("谈话对象", max_length=60)
    talk = models.CharField("谈话记录", max_length=300)
    wish = models.CharField("患者意愿", max_length=120, blank=True)
    answered_on = models.DateField("安排日期", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="安排人")
    arranged = models.ForeignKey("hospitals.Hospital", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="安排的医院")
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = InabilityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不具备诊疗条件"
        ordering = ["-said_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(answered_on=None), name="one_open_inability_a_case"),
            models.CheckConstraint(
                condition=models.Q(answered_on=None, answered_by=None) | models.Q(answered_on__isnull=False, answered_by__isnull=False),
                name="inability_answered_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.hospital}不具备{self.case.disease}诊疗条件"
