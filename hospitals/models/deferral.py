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


class DeferralRule(models.Model):
    """Who need not pay a deposit in a prefecture, and where: its document's categories, in their own county's hospitals or at a pilot's.

    A prefecture without a row goes by ``hospitals.deferring.USUAL``. ``pilots`` are codes of hospitals outside the county that do the same.
    """

    prefecture = models.OneToOneField("ledger.Division", models.PROTECT, related_name="+", verbose_name="地市")
    categories = ArrayField(models.SmallIntegerField(), verbose_name="适用的类别")
    own_county = models.BooleanField("县域内医疗机构", default=True)
    pilots = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="试点医院")
    document = models.CharField("依据", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "先诊疗后付费规则"


class OfStayQuerySet(ScopedQuerySet):
    """Rows that hang on a stay are seen by whoever sees the stay."""

    @staticmethod
    def visible_filter(staff) -> models.Q:
        reached = reach(staff, county="stay__case__county", hospital="stay__hospital__code")
        return reached & models.Q(stay__case__folded_into=None)


class Deferral(models.Model):
    """One stay under 先诊疗后付费. ``categories`` are those held on the day of admission, ``county`` is where the person lived on it."""

    stay = models.OneToOneField("hospitals.Stay", models.PROTECT, related_name="deferral", verbose_name="住院")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="入院当天的县（区）")
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
            models.CheckConstraint(condition=models.Q(categories__len__gt=0), name="deferred_by_a_category"),
        ]


class DepositQuerySet(OfStayQuerySet):
    def standing(self) -> "DepositQuerySet":
        """Those that were not entered by mistake."""
        return self.filter(withdrawn_on=None)

    def with_the_hospital(self) -> "DepositQuerySet":
        """Not refunded in full, no remedy told, or sent back by the county."""
        undone = (
            models.Q(refunded_on=None) | models.Q(refunded_yuan__lt=models.F("amount_yuan")) | models.Q(remedy="") | ~models.Q(objection="")
        )
        return self.standing().filter(undone, verified_on=None)

    def to_verify(self) -> "DepositQuerySet":
        """Refunded in full, with the remedy told: the county looks whether it is so."""
        done = models.Q(refunded_yuan=models.F("amount_yuan"), objection="") & ~models.Q(remedy="")
        return self.standing().filter(done, verified_on=None)


class Deposit(models.Model):
    """住院押金 taken from somebody who need not pay one: how much, why, what is done about it, refunded, verified by the county.

    ``objection`` is why the county sent the refund or the remedy back; the hospital's next word clears it.
    """

    stay = models.ForeignKey("hospitals.Stay", models.PROTECT, related_name="deposits", verbose_name="住院")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="入院当天的县（区）")
    taken_on = models.DateField("收取日期")
    amount_yuan = models.DecimalField("押金（元）", max_digits=14, decimal_places=2)
    reason = models.CharField("未享受的原因", max_length=200)
    remedy = models.CharField("整改措施", max_length=200, blank=True)
    refunded_on = models.DateField("退还日期", null=True, blank=True)
    refunded_yuan = models.DecimalField("退还金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    told_on = models.DateField("整改报告日期", null=True, blank=True)
    objection = models.CharField("退回意见", max_length=200, blank=True)
    verified_on = models.DateField("核实日期", null=True, blank=True)
    verified_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdrawn_reason = models.CharField("撤销原因", max_length=120, blank=True)

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "违规押金"
        ordering = ["-taken_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="deposit_above_zero"),
            models.CheckConstraint(
                condition=models.Q(refunded_on=None, refunded_yuan=None)
                | models.Q(
                    refunded_on__isnull=False,
                    refunded_yuan__isnull=False,
                    refunded_on__gte=models.F("taken_on"),
                    refunded_yuan__lte=models.F("amount_yuan"),
                ),
                name="refunded_after_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on=None, verified_by=None) | models.Q(verified_on__isnull=False, verified_by__isnull=False),
                name="refund_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on=None)
                | models.Q(refunded_yuan__isnull=False, refunded_yuan=models.F("amount_yuan"), withdrawn_on=None),
                name="verified_when_refunded_in_full",
            ),
        ]
        indexes = [models.Index(fields=["county", "taken_on"], condition=models.Q(withdrawn_on=None), name="deposit_county_taken")]

    @property
    def told_over(self) -> bool:
        """Refunded in full with the remedy told, and not sent back: the hospital has done what was its own to do."""
        return bool(self.refunded_yuan == self.amount_yuan and self.remedy and not self.objection)

    @property
    def waits_for_the_county(self) -> bool:
        return self.told_over and not self.verified_on and not self.withdrawn_on

    @property
    def case(self):
        """Whose work it is part of."""
        return self.stay.case


class Repayment(models.Model):
    """还款协议: what the patient owes after discharge and in which parts it is to be repaid.

    ``self_pay_yuan`` less ``paid_yuan``, paid on leaving, is ``owed_yuan``; ``settled`` says that the first was the settlement's.
    ``agreed_yuan`` is what was still owed when the agreement was signed: the sum of its instalments.
    """

    stay = models.OneToOneField("hospitals.Stay", models.PROTECT, related_name="repayment", verbose_name="住院")
    self_pay_yuan = models.DecimalField("个人自付（元）", max_digits=14, decimal_places=2)
    settled = models.BooleanField("自付取自结算", default=False)
    paid_yuan = models.DecimalField("出院时已付（元）", max_digits=14, decimal_places=2)
    owed_yuan = models.DecimalField("出院时尚欠（元）", max_digits=14, decimal_places=2)
    signed_on = models.DateField("签订日期", null=True, blank=True)
    signed_by = models.CharField("签订人", max_length=60, blank=True)
    agreed_yuan = models.DecimalField("协议金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人")

    objects = OfStayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "住院欠费"
        constraints = [
            models.CheckConstraint(condition=models.Q(owed_yuan__gte=0), name="owed_never_below_zero"),
            models.CheckConstraint(condition=models.Q(paid_yuan__gte=0), name="paid_never_below_zero"),
            models.CheckConstraint(
                condition=models.Q(owed_yuan=models.F("self_pay_yuan") - models.F("paid_yuan")), name="owed_is_self_pay_less_paid"
            ),
            models.CheckConstraint(
                condition=models.Q(signed_on=None, signed_by="", agreed_yuan=None)
                | models.Q(signed_on__isnull=False, agreed_yuan__isnull=False, agreed_yuan__gt=0) & ~models.Q(signed_by=""),
                name="repayment_signed_by_somebody",
            ),
        ]

    @property
    def case(self):
        """Whose work it is part of."""
        return self.stay.case


class Instalment(models.Model):
    """One part of a repayment agreement; ``upto_yuan`` is what is repaid in all once it and every earlier part are."""

    repayment = models.ForeignKey(Repayment, models.CASCADE, related_name="instalments", verbose_name="还款协议")
    number = models.PositiveSmallIntegerField("期")
    due_on = models.DateField("应还日期")
    amount_yuan = models.DecimalField("应还（元）", max_digits=14, decimal_places=2)
    upto_yuan = models.DecimalField("累计应还（元）", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "分期"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["repayment", "number"], name="instalments_numbered"),
            models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="instalment_above_zero"),
        ]


class RepaidQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        reached = reach(staff, county="repayment__stay__case__county", hospital="repayment__stay__hospital__code")
        return reached & models.Q(repayment__stay__case__folded_into=None)


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

    objects = RepaidQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "还款"
        ordering = ["paid_on", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(amount_yuan__gt=0), name="repaid_above_zero")]
