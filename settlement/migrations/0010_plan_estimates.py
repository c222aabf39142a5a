"""What treatment plans would cost each payer; parts that do not make up the total are never stored."""

import django.db.models.deletion
from django.db import migrations, models

SUMMED = """
CREATE FUNCTION settlement_estimate_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    which bigint; total numeric; own numeric; lines numeric;
BEGIN
    IF TG_TABLE_NAME = 'settlement_planestimate' THEN which := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN which := OLD.estimate_id;
    ELSE which := NEW.estimate_id;
    END IF;
    SELECT total_yuan, self_pay_yuan INTO total, own FROM settlement_planestimate WHERE id = which;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT coalesce(sum(amount_yuan), 0) INTO lines FROM settlement_planestimateline WHERE estimate_id = which;
    IF own IS NULL AND lines <> 0 OR own IS NOT NULL AND lines + own <> total THEN
        RAISE EXCEPTION 'the parts of estimate % do not make up its total', which USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER settlement_planestimate_sums AFTER INSERT OR UPDATE ON settlement_planestimate
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_estimate_sums();
CREATE CONSTRAINT TRIGGER settlement_planestimateline_sums AFTER INSERT OR UPDATE OR DELETE ON settlement_planestimateline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement_estimate_sums();
"""
UNDO = """
DROP TRIGGER settlement_planestimateline_sums ON settlement_planestimateline;
DROP TRIGGER settlement_planestimate_sums ON settlement_planestimate;
DROP FUNCTION settlement_estimate_sums();
"""


class Migration(migrations.Migration):
    dependencies = [("hospitals", "0011_experts"), ("settlement", "0009_paid_bills_by_county")]

    operations = [
        migrations.CreateModel(
            name="PlanEstimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("total_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="总费用（元）")),
                ("in_policy_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="政策范围内（元）")),
                ("limit_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="限额（元）")),
                (
                    "self_pay_yuan",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="个人自付（元）"),
                ),
                ("why_not", models.JSONField(blank=True, default=list, verbose_name="没有算出的原因")),
                ("notices", models.JSONField(blank=True, default=list, verbose_name="说明")),
                ("sample", models.BooleanField(default=False, verbose_name="含示范参数")),
                ("made_at", models.DateTimeField(verbose_name="估算时间")),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hospitals.treatmentplan", verbose_name="诊疗方案"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="settlement.policyversion",
                        verbose_name="政策版本",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案费用估算",
                "verbose_name_plural": "方案费用估算",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("in_policy_yuan__gte", 0), ("in_policy_yuan__lte", models.F("total_yuan"))),
                        name="estimate_in_policy_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("self_pay_yuan", None),
                            models.Q(("self_pay_yuan__gte", 0), ("self_pay_yuan__lte", models.F("total_yuan")), ("version__isnull", False)),
                            _connector="OR",
                        ),
                        name="estimate_self_pay_within_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanEstimateLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="顺序")),
                ("layer", models.CharField(max_length=40, verbose_name="层次")),
                ("title", models.CharField(max_length=40, verbose_name="支付层次")),
                ("payer", models.CharField(max_length=12, verbose_name="支付方")),
                ("applies", models.BooleanField(verbose_name="适用")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="支付（元）")),
                (
                    "estimate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="settlement.planestimate", verbose_name="估算"
                    ),
                ),
            ],
            options={
                "verbose_name": "方案费用估算明细",
                "verbose_name_plural": "方案费用估算明细",
                "ordering": ["estimate_id", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("estimate", "layer"), name="layer_once_an_estimate"),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gte", 0)), name="estimate_layer_not_below_zero"),
                ],
            },
        ),
        migrations.RunSQL(SUMMED, UNDO),
    ]
