"""应付款对账单: what one payer owes one hospital for a county's patients of a month, row by row, and what is in dispute."""

from django.db import models
from django.db.models import F, Q, Sum

from ledger.models.division import UnitKind
from ledger.models.reach import reach
from ledger.models.staff import Role
from ledger.scope import ScopedQuerySet
from settlement.statement_states import MOVES, PAID, PAYER, PREPARED, STATES, is_frozen, waiting_states


class Payer(models.TextChoices):
    """The offices that owe hospitals money. What the hospital itself, insurers and charities bear is nobody's debt here."""

    INSURANCE = "insurance", "医保"
    CIVIL = "civil", "民政"
    FINANCE = "finance", "财政"


PAYER_OF_ROLE = {Role.INSURANCE: Payer.INSURANCE, Role.CIVIL: Payer.CIVIL, Role.FINANCE: Payer.FINANCE}
UNIT_OF_PAYER = {Payer.INSURANCE: UnitKind.INSURANCE, Payer.CIVIL: UnitKind.CIVIL, Payer.FINANCE: UnitKind.FINANCE}
NOT_OWED = {"hospital": "医院承担", "commercial": "商业保险", "charity": "慈善救助"}


def within_reach(staff, county: str, hospital: str, payer: str) -> Q:
    """A county's or a hospital's statements; a payer sees those sent to it and no other office's."""
    seen = reach(staff, county=county, hospital=hospital)
    return seen & Q(**{payer: PAYER_OF_ROLE[staff.role]}) if staff.role in PAYER_OF_ROLE else seen


class StatementQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> Q:
        return within_reach(staff, "county", "hospital__code", "payer")

    def waiting_for(self, staff) -> "StatementQuerySet":
        """Those whose next step is this member of staff's: the hospital's word, or the payer's."""
        if staff.role == Role.LIAISON:
            return self.filter(state=PREPARED)
        return self.filter(state__in=waiting_states(PAYER)) if staff.role in PAYER_OF_ROLE else self.none()

    def with_sums(self) -> "StatementQuerySet":
        """Each with what is payable, what is set aside and how many rows there are."""
        payable = Sum("entries__amount_yuan", filter=Q(entries__standing=Standing.PAYABLE))
        aside = Sum("entries__amount_yuan", filter=Q(entries__standing=Standing.DISPUTED))
        return self.annotate(payable_yuan=payable, aside_yuan=aside, settlements=models.Count("entries__number", distinct=True))


class Statement(models.Model):
    """One payer, county, hospital and month of settling. Rows are rebuilt until the hospital confirms; then they are frozen."""

    payer = models.CharField("支付方", max_length=12, choices=Payer.choices)
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="statements", verbose_name="医院")
    month = models.DateField("结算月份")
    state = models.CharField("状态", max_length=20, choices=STATES, default=PREPARED)
    rows_hash = models.CharField("明细散列", max_length=64, blank=True)
    sample = models.BooleanField("含示范参数", default=False)
    prepared_at = models.DateTimeField("生成时间")
    prepared_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="生成人")
    changed_at = models.DateTimeField("变动时间")
    paid_on = models.DateField("支付日期", null=True, blank=True)
    voucher = models.CharField("支付凭证号", max_length=40, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "应付款对账单"
        ordering = ["-month", "county__code", "hospital__code", "payer"]
        constraints = [
            models.UniqueConstraint(fields=["payer", "county", "hospital", "month"], name="one_statement_a_month"),
            models.CheckConstraint(condition=Q(payer__in=Payer.values), name="statements_go_to_offices"),
            models.CheckConstraint(condition=Q(month__day=1), name="a_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(state=PAID, paid_on__isnull=False) & ~Q(voucher="") | ~Q(state=PAID) & Q(paid_on=None, voucher=""),
                name="paid_with_day_and_voucher",
            ),
            models.CheckConstraint(
                condition=Q(state=PREPARED, rows_hash="") | ~Q(state=PREPARED) & ~Q(rows_hash=""), name="frozen_by_hash"
            ),
        ]
        indexes = [models.Index(fields=["county", "-month"], name="statement_county_month")]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """对账单号: month and a running number."""
        return f"DZ{self.month:%Y%m}-{self.pk:05d}"

    @property
    def is_frozen(self) -> bool:
        return is_frozen(self.state)


class Kind(models.TextChoices):
    CHARGE = "charge", "结算"
    REVERSAL = "reversal", "冲销"


class Standing(models.TextChoices):
    """Where a row's amount is: payable here, set aside, accepted for the next statement, or not to be paid as agreed."""

    PAYABLE = "payable", "应付"
    DISPUTED = "disputed", "争议中"
    ACCEPTED = "accepted", "转下期"
    REFUSED = "refused", "商定不付"


class Outcome(models.TextChoices):
    OPEN = "open", "待处理"
    PUT_BACK = "put_back", "已放回本期"
    ACCEPTED = "accepted", "同意支付，转下期"
    REFUSED = "refused", "商定不予支付"


class DisputeQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> Q:
        return within_reach(staff, "statement__county", "statement__hospital__code", "statement__payer")

    def with_sums(self) -> "DisputeQuerySet":
        return self.annotate(amount_yuan=Sum("entries__amount_yuan"))


class Dispute(models.Model):
    """Rows of one settlement that the payer sets aside with a reason, and how it ended."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="disputes", verbose_name="对账单")
    number = models.CharField("结算号", max_length=20)
    patient = models.CharField("患者", max_length=60)
    id_mask = models.CharField("身份证号（遮盖）", max_length=20, blank=True)
    titles = models.CharField("支付层次", max_length=200)
    set_aside_yuan = models.DecimalField("争议金额（元）", max_digits=14, decimal_places=2)
    reason = models.CharField("争议原因", max_length=200)
    opened_at = models.DateTimeField("提出时间")
    opened_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="提出人")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    outcome_reason = models.CharField("处理说明", max_length=200, blank=True)
    agreed_with = models.CharField("医院方经办人", max_length=40, blank=True)
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "争议款"
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN, closed_at=None) | ~Q(outcome=Outcome.OPEN) & Q(closed_at__isnull=False),
                name="a_closed_dispute_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.REFUSED) | ~Q(outcome_reason="") & ~Q(agreed_with=""), name="refused_with_both_sides_named"
            ),
        ]


class StatementEntry(models.Model):
    """One layer's amount of one settlement, or its giving back; all that is printed of it stands here.

    Each amount is in one place: an original row once for each line and kind, and a row carried on once at most.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="entries", verbose_name="对账单")
    line = models.ForeignKey("settlement.SettlementLine", models.PROTECT, related_name="entries", verbose_name="结算明细")
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    position = models.PositiveIntegerField("序号")
    number = models.CharField("结算号", max_length=20)
    patient = models.CharField("患者", max_length=60)
    id_mask = models.CharField("身份证号（遮盖）", max_length=20, blank=True)
    bill_no = models.CharField("账单号", max_length=40)
    admitted_on = models.DateField("入院日期")
    discharged_on = models.DateField("出院日期")
    layer = models.CharField("层次", max_length=40)
    title = models.CharField("支付层次", max_length=40)
    amount_yuan = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    sample = models.BooleanField("含示范参数", default=False)
    carried_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="carried_to", verbose_name="转自")
    standing = models.CharField("去向", max_length=10, choices=Standing.choices, default=Standing.PAYABLE)
    dispute = models.ForeignKey(Dispute, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="争议")

    class Meta:
        verbose_name = verbose_name_plural = "对账单明细"
        ordering = ["statement", "position"]
        constraints = [
            models.UniqueConstraint(fields=["line", "kind"], condition=Q(carried_from=None), name="each_amount_in_one_place"),
            models.UniqueConstraint(fields=["statement", "line", "kind"], name="once_a_statement"),
            models.CheckConstraint(
                condition=Q(kind=Kind.CHARGE, amount_yuan__gt=0) | Q(kind=Kind.REVERSAL, amount_yuan__lt=0), name="reversals_are_negative"
            ),
            models.CheckConstraint(
                condition=Q(standing=Standing.PAYABLE, dispute=None) | ~Q(standing=Standing.PAYABLE) & Q(dispute__isnull=False),
                name="aside_by_a_dispute_only",
            ),
            models.CheckConstraint(condition=~Q(carried_from=F("id")), name="not_carried_from_itself"),
        ]


class StatementEvent(models.Model):
    """What was done to a statement, by whom, with which reason. Append-only, by trigger."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="events", verbose_name="对账单")
    move = models.CharField("步骤", max_length=12)
    at = models.DateTimeField("时间")
    by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="经办人")
    by_name = models.CharField("姓名", max_length=40)
    unit = models.CharField("单位", max_length=60)
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对账单经过"
        ordering = ["-id"]

    @property
    def words(self) -> str:
        return MOVES[self.move].done if self.move in MOVES else {"prepare": "生成明细"}[self.move]
