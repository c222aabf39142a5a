"""What the city remarks on a single cell of a return that it sends back, and what the county answers."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet
from reports.models.submission import Submission


class CellRemarkQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="submission__due__county")


class CellRemark(models.Model):
    """``place`` names the cell within its form: ``row|figure`` (白内障|treated; in lists the line's number|column's key).

    ``was`` is what the cell said then. The remark belongs to the revision that was returned; the answer comes before the next is submitted.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="remarks", verbose_name="上报")
    place = models.CharField("单元格", max_length=80)
    label = models.CharField("行与列", max_length=80)
    was = models.CharField("当时的内容", max_length=120, blank=True)
    text = models.CharField("意见", max_length=300)
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="提出人")
    at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    objects = CellRemarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单元格意见"
        ordering = ["submission", "pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "place"], name="one_remark_a_cell")]
