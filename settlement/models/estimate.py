"""What a treatment plan would cost each payer: computed by the settlement chain, kept with the plan's version."""

from django.db import models
from django.db.models import F, Q


class PlanEstimate(models.Model):
    """One version's estimate, remade whenever the draft is saved. Without ``self_pay_yuan`` nothing could be computed: ``why_not`` says why.

    The lines and the patient's part make up the total, to the fen: a trigger looks at it when the transaction ends.
    """

    plan = models.OneToOneField("hospitals.TreatmentPlan", models.PROTECT, related_name="+", verbose_name="诊疗方案")
    version = models.ForeignKey(
        "settlement.PolicyVersion", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="政策版本"
    )
    total_yuan = models.DecimalField("总费用（元）", max_digits=14, decimal_places=2)
    in_policy_yuan = models.DecimalField("政策范围内（元）", max_digits=14, decimal_places=2)
    limit_yuan = models.DecimalField("限额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    self_pay_yuan = models.DecimalField("个人自付（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    why_not = models.JSONField("没有算出的原因", default=list, blank=True)
    notices = models.JSONField("说明", default=list, blank=True)
    sample = models.BooleanField("含示范参数", default=False)
    made_at = models.DateTimeField("估算时间")

    class Meta:
        verbose_name = verbose_name_plural = "方案费用估算"
        constraints = [
            models.CheckConstraint(
                condition=Q(in_policy_yuan__gte=0, in_policy_yuan__lte=F("total_yuan")), name="estimate_in_policy_within_total"
            ),
            models.CheckConstraint(
                condition=Q(self_pay_yuan=None) | Q(self_pay_yuan__gte=0, self_pay_yuan__lte=F("total_yuan"), version__isnull=False),
                name="estimate_self_pay_within_total",
            ),
        ]

    @property
    def computed(self) -> bool:
        return self.self_pay_yuan is not None


class PlanEstimateLine(models.Model):
    """What one layer would pay."""

    estimate = models.ForeignKey(PlanEstimate, models.CASCADE, related_name="lines", verbose_name="估算")
    position = models.PositiveSmallIntegerField("顺序")
    layer = models.CharField("层次", max_length=40)
    title = models.CharField("支付层次", max_length=40)
    payer = models.CharField("支付方", max_length=12)
    applies = models.BooleanField("适用")
    amount_yuan = models.DecimalField("支付（元）", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "方案费用估算明细"
        ordering = ["estimate_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["estimate", "layer"], name="layer_once_an_estimate"),
            models.CheckConstraint(condition=Q(amount_yuan__gte=0), name="estimate_layer_not_below_zero"),
        ]
