"""转入: another county asks for somebody who now lives there; the old county answers, or the city when it stays silent."""

import datetime

from django.db import models

from ledger.models.reach import reach
from ledger.models.staff import Role, Staff
from ledger.scope import ScopedQuerySet

ASKED, ACCEPTED, REFUSED, WITHDRAWN, LAPSED = "asked", "accepted", "refused", "withdrawn", "lapsed"


class TransferQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="from_county") | reach(staff, county="to_county")

    def awaiting(self, staff: Staff, today: datetime.date) -> "TransferQuerySet":
        """Those that this member of staff may answer today: the old county's at once, the city's when its day has come."""
        if staff.role == Role.CITY:
            return self.visible_to(staff).filter(state=ASKED, city_from__lte=today)
        return self.visible_to(staff).filter(state=ASKED, from_county=staff.area_id)


class Transfer(models.Model):
    """One request. Until it is accepted the asking side learns nothing about the person beyond what it typed itself."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="transfers", verbose_name="患者")
    given_number = models.CharField("申请时所填证号（遮盖）", max_length=18)
    given_name = models.CharField("申请时所填姓名", max_length=60)
    from_county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="转出县（区）")
    to_county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="转入县（区）")
    village = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="新行政村")
    address = models.CharField("新住址", max_length=120)
    moved_on = models.DateField("搬迁日期")
    reason = models.CharField("申请说明", max_length=300)
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="申请人")
    city_from = models.DateField("市级可办日期", help_text="转出方满 3 个工作日没有答复，从这一天起市级可以决定")
    state = models.CharField(
        "状态", max_length=10, default=ASKED,
        choices=[(ASKED, "待答复"), (ACCEPTED, "已转入"), (REFUSED, "未同意"), (WITHDRAWN, "已撤回"), (LAPSED, "已失效")],
    )  # fmt: skip
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人")
    answer = models.CharField("答复说明", max_length=300, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转入申请"
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["from_county", "state", "-asked_at"], name="transfer_asked_of"),
            models.Index(fields=["to_county", "state", "-asked_at"], name="transfer_asked_by"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(state=ASKED), name="one_open_transfer_a_person"),
            models.CheckConstraint(condition=~models.Q(from_county=models.F("to_county")), name="transfer_between_counties"),
        ]

    def __str__(self):
        return f"转入申请 {self.pk}"
