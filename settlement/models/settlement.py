"""Settlements, the person's year they add up to, and the reversals that undo them. Rows are never edited."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class PersonYear(models.Model):
    """What each layer has seen and paid for a person in a calendar year of discharge; locked first by whatever settles.

    ``state`` holds fen: {layer: [base, paid]}. ``differences`` tells what settling in the order of discharge would change.
    """

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="settled_years", verbose_name="患者")
    area = models.ForeignKey("settlement.PolicyArea", models.PROTECT, related_name="+", verbose_name="适用地区")
    year = models.SmallIntegerField("年度")
    state = models.JSONField("年内累计", default=dict)
    differences = models.JSONField("次序差额", default=list, blank=True)
    differs = models.BooleanField("有差额", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "患者年度"
        constraints = [models.UniqueConstraint(fields=["person", "area", "year"], name="one_row_a_persons_year")]
        indexes = [models.Index(fields=["year"], condition=Q(differs=True), name="person_year_differs")]


class SettlementQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        return reach(staff, county="county", hospital="hospital__code")

    def standing(self):
        """Those that have not been reversed."""
        return self.filter(stands=True)


class Settlement(models.Model):
    """One bill shared out: what went in, under which policy version, on what year so far, and what came out.

    ``inputs`` and ``year_before`` hold all that the engine was given, in fen, so that the result can be computed again.
    """

    person_year = models.ForeignKey(PersonYear, models.PROTECT, related_name="settlements", verbose_name="患者年度")
    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="settlements", verbose_name="患者")
    stay = models.ForeignKey("hospitals.Stay", models.PROTECT, related_name="settlements", verbose_name="住院")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="+", verbose_name="病种")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="settlements", verbose_name="医院")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    version = models.ForeignKey("settlement.PolicyVersion", models.PROTECT, related_name="settlements", verbose_name="政策版本")
    bill_no = models.CharField("账单号", max_length=40)
    admitted_on = models.DateField("入院日期")
    discharged_on = models.DateField("出院日期")
    referral_number = models.CharField("转诊批准号", max_length=40, blank=True)
    inputs = models.JSONField("计算依据")
    year_before = models.JSONField("结算前年内累计")
    total_yuan = models.DecimalField("总费用（元）", max_digits=14, decimal_places=2)
    in_policy_yuan = models.DecimalField("政策范围内（元）", max_digits=14, decimal_places=2)
    limit_yuan = models.DecimalField("限额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    drugs_in_yuan = models.DecimalField("目录内药品费（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    drugs_out_yuan = models.DecimalField("目录外药品费（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    self_pay_yuan = models.DecimalField("个人自付（元）", max_digits=14, decimal_places=2)
    self_pay_in_policy_yuan = models.DecimalField("其中政策范围内（元）", max_digits=14, decimal_places=2)
    notices = models.JSONField("说明", default=list, blank=True)
    sample = models.BooleanField("含示范参数", default=False)
    settled_at = models.DateTimeField("结算时间")
    settled_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经办人")
    stands = models.BooleanField("有效", default=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结算"
        ordering = ["-settled_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["hospital", "bill_no"], condition=Q(stands=True), name="bill_number_once"),
            models.UniqueConstraint(fields=["stay"], condition=Q(stands=True), name="stay_settled_once"),
        ]
        indexes = [
            models.Index(fields=["county", "-settled_at", "-id"], name="settlement_county_newest"),
            models.Index(fields=["hospital", "-settled_at", "-id"], name="settlement_hospital_newest"),
        ]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        return number_of(self.settled_at, self.pk)


def number_of(settled_at: datetime.datetime, pk: int) -> str:
    """结算号: the month of settling and a running number."""
    return f"JS{timezone.localtime(settled_at):%Y%m}-{pk:06d}"


class SettlementLine(models.Model):
    """What one layer pays of one settlement. Append-only, by trigger."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines", verbose_name="结算")
    position = models.PositiveSmallIntegerField("顺序")
    layer = models.CharField("层次", max_length=40)
    title = models.CharField("支付层次", max_length=40)
    payer = models.CharField("支付方", max_length=12)
    applies = models.BooleanField("适用")
    base_yuan = models.DecimalField("计算基数（元）", max_digits=14, decimal_places=2)
    amount_yuan = models.DecimalField("支付（元）", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "结算明细"
        ordering = ["settlement_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "layer"], name="layer_once_a_settlement"),
            models.CheckConstraint(condition=Q(amount_yuan__gte=0), name="a_layer_never_pays_below_zero"),
        ]


class Reversal(models.Model):
    """冲销: a settlement undone once, with a reason; caps and cumulation go back. Append-only, by trigger."""

    settlement = models.OneToOneField(Settlement, models.PROTECT, related_name="reversal", verbose_name="结算")
    reason = models.CharField("冲销原因", max_length=200)
    reversed_at = models.DateTimeField("冲销时间")
    reversed_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经办人")

    class Meta:
        verbose_name = verbose_name_plural = "冲销"
