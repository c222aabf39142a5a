"""Inpatient stays: the ledger's treatment; plan, deposit and bill will hang on the same row."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class Course(models.TextChoices):
    """What became of the clinical pathway in a stay; nothing is said while nobody has told it."""

    FOLLOWED = "followed", "按路径完成"
    LEFT = "left", "退出路径"
    NONE = "none", "没有适用的路径"


class StayQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        reached = reach(staff, county="case__county", township="case__township", hospital="hospital__code")
        return reached & models.Q(case__folded_into=None)  # The same stay stands at the case that goes on.


class Stay(models.Model):
    """One stay of a case in a hospital. ``completed_on`` is set when the hospital marks the treatment completed with it."""

    case = models.ForeignKey("ledger.Case", models.PROTECT, related_name="stays", verbose_name="病例")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="stays", verbose_name="医院")
    admitted_on = models.DateField("入院日期")
    discharged_on = models.DateField("出院日期", null=True, blank=True)
    completed_on = models.DateField("完成治疗日期", null=True, blank=True)
    lasting = models.BooleanField("长期治疗已建立", default=False, help_text="透析、血友病等：已按计划进行")
    pathway = models.ForeignKey("hospitals.Standard", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="临床路径")
    pathway_course = models.CharField("路径执行", max_length=8, choices=Course.choices, blank=True, help_text="留空表示医院还没有说明")
    pathway_left = models.CharField("退出路径的原因", max_length=200, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "住院"
        ordering = ["-admitted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(discharged_on__isnull=True) | models.Q(discharged_on__gte=models.F("admitted_on")),
                name="discharged_after_admitted",
            ),
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True) | models.Q(completed_on__gte=models.F("admitted_on")),
                name="completed_after_admitted",
            ),
            models.UniqueConstraint(fields=["case"], condition=models.Q(discharged_on__isnull=True), name="one_open_stay_a_case"),
            models.CheckConstraint(
                condition=models.Q(pathway_course__in=["", "none"], pathway=None, pathway_left="")
                | models.Q(pathway_course="followed", pathway__isnull=False, pathway_left="")
                | models.Q(pathway_course="left", pathway__isnull=False) & ~models.Q(pathway_left=""),
                name="pathway_told_whole",
            ),
        ]

    @property
    def days(self) -> int | None:
        return (self.discharged_on - self.admitted_on).days if self.discharged_on else None
