"""Bills that were paid elsewhere, as reported, and what the check found between them and the policy."""

from django.db import models
from django.db.models import Q

from ledger.models.reach import reach
from ledger.scope import ScopedQuerySet


class PaidBillQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> Q:
        return reach(staff, county="county")


class PaidBill(models.Model):
    """One stay settled outside this system. ``paid`` holds fen by layer name, as that layer's payer really paid."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="paid_bills", verbose_name="患者")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    hospital = models.ForeignKey("hospitals.Hospital", models.PROTECT, related_name="paid_bills", verbose_name="医院")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="+", verbose_name="病种")
    bill_no = models.CharField("账单号", max_length=40)
    admitted_on = models.DateField("入院日期")
    discharged_on = models.DateField("出院日期")
    referral_number = models.CharField("转诊批准号", max_length=40, blank=True, default="")
    total_yuan = models.DecimalField("总费用（元）", max_digits=14, decimal_places=2)
    in_policy_yuan = models.DecimalField("政策范围内（元）", max_digits=14, decimal_places=2)
    limit_yuan = models.DecimalField("限额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    paid = models.JSONField("各层实付")
    self_pay_yuan = models.DecimalField("个人实付（元）", max_digits=14, decimal_places=2)
    imported_at = models.DateTimeField("导入时间")
    imported_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="导入人")

    objects = PaidBillQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已付账单"
        ordering = ["-discharged_on", "-id"]
        constraints = [
            # Two counties may each hold a number: which numbers another county holds is not to be learnt from a refusal.
            models.UniqueConstraint(fields=["county", "hospital", "bill_no"], name="paid_bill_once_a_county"),
            models.UniqueConstraint(fields=["person", "hospital", "bill_no"], name="paid_bill_once_a_person"),
        ]
        indexes = [models.Index(fields=["county", "-discharged_on"], name="paid_bill_county")]


class Finding(models.TextChoices):
    """What a row of the check says."""

    UNDER = "under", "少付"
    OVER = "over", "多付"
    UNVERIFIED = "unverified", "待核实类别"
    UNKNOWN = "unknown", "不能计算"


class CheckFindingQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> Q:
        return reach(staff, county="county")


class CheckFinding(models.Model):
    """One layer of one bill that was paid otherwise than the policy gives, with the reason in a sentence. Made anew by each check."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="+", verbose_name="患者")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    bill = models.ForeignKey(PaidBill, models.CASCADE, null=True, blank=True, related_name="findings", verbose_name="已付账单")
    settlement = models.ForeignKey(
        "settlement.Settlement", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="本系统结算"
    )
    finding = models.CharField("结论", max_length=12, choices=Finding.choices)
    layer = models.CharField("层次", max_length=40, blank=True)
    title = models.CharField("支付层次", max_length=40, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    entitled_yuan = models.DecimalField("应付（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    paid_yuan = models.DecimalField("实付（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    difference_yuan = models.DecimalField("相差（元）", max_digits=14, decimal_places=2, default=0)
    reason = models.TextField("原因")
    sample = models.BooleanField("含示范参数", default=False)
    checked_at = models.DateTimeField("核对时间")

    objects = CheckFindingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核对结果"
        ordering = ["person", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(bill=None) ^ Q(settlement=None), name="a_finding_is_on_one_bill"),
        ]
        indexes = [models.Index(fields=["county", "finding", "layer"], name="finding_county_layer")]

    @property
    def subject(self):
        """The bill or the settlement; both tell hospital, dates and number alike."""
        return self.bill or self.settlement
