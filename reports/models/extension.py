"""More time for one return: asked with a reason, granted until a day or refused; and who may prepare and submit alone."""

from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet
from reports.models.due import Due

ASKED, GRANTED, REFUSED, WITHDRAWN = "asked", "granted", "refused", "withdrawn"
STATES = [(ASKED, "待答复"), (GRANTED, "已同意"), (REFUSED, "不同意"), (WITHDRAWN, "已撤回")]


class ExtensionQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="due__county")


class Extension(models.Model):
    """One asking. What the city grants also stands on the due itself (``Due.extended_until``), written in the same transaction."""

    due = models.ForeignKey(Due, models.PROTECT, related_name="extensions", verbose_name="应报")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="申请人")
    until_on = models.DateField("申请展期到")
    reason = models.CharField("原因", max_length=300)
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    granted_on = models.DateField("同意展期到", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "展期"
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["due"], condition=models.Q(state=ASKED), name="one_open_extension"),
            models.CheckConstraint(condition=~models.Q(state=GRANTED) | models.Q(granted_on__isnull=False), name="granted_until_a_day"),
        ]


class OnePersonCountyQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="county")


class OnePersonCounty(models.Model):
    """The city's word that a county with one person may prepare and submit by the same hand, until it is ended."""

    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="one_person", verbose_name="县（区）")
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)
    allowed_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="同意人")
    allowed_at = models.DateTimeField("同意时间")

    objects = OnePersonCountyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "一人办理"
        ordering = ["county", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["county"], condition=models.Q(until=None), name="one_open_permission"),
            models.CheckConstraint(condition=models.Q(until=None) | models.Q(until__gte=models.F("since")), name="permission_ends_later"),
        ]
