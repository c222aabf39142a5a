"""先诊疗后付费: what was shown and signed at admission, a deposit that should not have been taken, what is owed and how it is repaid."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class Document(models.TextChoices):
    INSURANCE_CARD = "insurance_card", "医保卡"
    ID_CARD = "id_card", "有效身份证件"
    POVERTY_PROOF = "poverty_proof", "扶贫部门的贫困证明"
    CIVIL_PROOF = "civil_proof", "民政部门的低保、特困等证明"


class OfStayQuerySet(ScopedQuerySet):
    """Rows that hang on a stay are seen by whoever sees the stay."""

    @staticmethod
    def visible_filter(staff) -> models.Q:
        reached = reach(staff, county="stay__case__county", hospital="stay__hospital__code")
        return reached & models.Q(stay__case__folded_into=None)


class Deferral(models.Model):
    """One stay under 先诊疗后付费. ``categories`` are those held on the day of admission: none, and the stay does not come under it."""

    stay = models.OneToOneField("hospitals.Stay", models.PROTECT, related_name="deferral", verbose_name="住院")
    categories = ArrayField(models.SmallIntegerField(), verbose_name="入院当天的类别")
    documents = ArrayField(models.CharField(max_length=20, choices=Document.choices), default=list, blank=True, verbose_name="出示的证件")
    copies_kept = models.BooleanField("已收存复印件", default=False)
    originals_returned = models.BooleanField("原件已退还", default=False)
    signed_on = models.DateField("协议书签订日期", null=True, blank=True)
    signed_by = models.CharField("签订人", max_length=60, blank=True, help_text="患者本人或家属")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")

    objects = OfStayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "先诊疗后付费"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(signed_on=None, signed_by="") | models.Q(signed_on__isnull=False) & ~models.Q(signed_by=""),
                name="agreement_signed_by_somebody",
            ),
        ]


class Deposit(models.Model):
    """住院押金 taken from somebody who need not pay one: how much, why, what is done about it, refunded, verified by the county."""

    stay = models.ForeignKey("hospitals.Stay", models.PROTECT, related_name="deposits", verbose_name="住院")
    taken_on = models.DateField("收取日期")
    amount_yuan = models.DecimalField("押金（元）", max_digits=14, decimal_places=2)
    reason = models.CharField("未享受的原因", max_length=200)
    remedy = models.CharField("整改措施", max_length=200, blank=True)
    refunded_on = models.DateField("退还日期", null=True, blank=True)
    refunded_yuan = models.DecimalField("退还金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    verified_on = models.DateField("核实日期", null=True, blank=True)
    verified_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=120, blank=True)

    objects = OfStayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "违规押金"
        ordering = ["-taken_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="deposit_above_zero"),
            models.CheckConstraint(
                condition=models.Q(refunded_on=None, refunded_yuan=None)
                | models.Q(refunded_on__gte=models.F("taken_on"), refunded_yuan__lte=models.F("amount_yuan")),
                name="refunded_after_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on=None, verified_by=None) | models.Q(verified_on__isnull=False, verified_by__isnull=False),
                name="refund_verified_by_somebody",
            ),
        ]


class Repayment(models.Model):
    """还款协议: what the patient owes after discharge and in which parts it is to be repaid."""

    stay = models.OneToOneField("hospitals.Stay", models.PROTECT, related_name="repayment", verbose_name="住院")
    owed_yuan = models.DecimalField("出院时尚欠（元）", max_digits=14, decimal_places=2)
    signed_on = models.DateField("签订日期", null=True, blank=True)
    signed_by = models.CharField("签订人", max_length=60, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")

    objects = OfStayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "住院欠费"
        constraints = [models.CheckConstraint(condition=models.Q(owed_yuan__gte=0), name="owed_never_below_zero")]


class Instalment(models.Model):
    """One part of a repayment agreement."""

    repayment = models.ForeignKey(Repayment, models.CASCADE, related_name="instalments", verbose_name="还款协议")
    number = models.PositiveSmallIntegerField("期")
    due_on = models.DateField("应还日期")
    amount_yuan = models.DecimalField("应还（元）", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "分期"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["repayment", "number"], name="instalments_numbered"),
            models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="instalment_above_zero"),
        ]


class Repaid(models.Model):
    """Money that came back, by day. A wrong row is withdrawn with a reason, never deleted."""

    repayment = models.ForeignKey(Repayment, models.PROTECT, related_name="repaid", verbose_name="还款协议")
    paid_on = models.DateField("还款日期")
    amount_yuan = models.DecimalField("还款（元）", max_digits=14, decimal_places=2)
    receipt = models.CharField("收据号", max_length=40, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "还款"
        ordering = ["paid_on", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="repaid_above_zero")]
