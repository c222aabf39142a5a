"""Bills paid elsewhere, and what the entitlement check found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0004_statements"), ("hospitals", "0002_pooling_area"), ("ledger", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="PaidBill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bill_no", models.CharField(max_length=40, verbose_name="账单号")),
                ("admitted_on", models.DateField(verbose_name="入院日期")),
                ("discharged_on", models.DateField(verbose_name="出院日期")),
                ("total_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="总费用（元）")),
                ("in_policy_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="政策范围内（元）")),
                ("limit_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="限额（元）")),
                ("paid", models.JSONField(verbose_name="各层实付")),
                ("self_pay_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="个人实付（元）")),
                ("imported_at", models.DateTimeField(verbose_name="导入时间")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="县（区）"
                    ),
                ),
                (
                    "disease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.disease", verbose_name="病种"
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paid_bills", to="hospitals.hospital", verbose_name="医院"
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="导入人"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paid_bills", to="ledger.person", verbose_name="患者"
                    ),
                ),
            ],
            options={
                "verbose_name": "已付账单",
                "verbose_name_plural": "已付账单",
                "ordering": ["-discharged_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CheckFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(
                        choices=[("under", "少付"), ("over", "多付"), ("unverified", "待核实类别"), ("unknown", "不能计算")],
                        max_length=12,
                        verbose_name="结论",
                    ),
                ),
                ("layer", models.CharField(blank=True, max_length=40, verbose_name="层次")),
                ("title", models.CharField(blank=True, max_length=40, verbose_name="支付层次")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="顺序")),
                ("entitled_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="应付（元）")),
                ("paid_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="实付（元）")),
                ("difference_yuan", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="相差（元）")),
                ("reason", models.TextField(verbose_name="原因")),
                ("sample", models.BooleanField(default=False, verbose_name="含示范参数")),
                ("checked_at", models.DateTimeField(verbose_name="核对时间")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="县（区）"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.person", verbose_name="患者"
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="settlement.settlement",
                        verbose_name="本系统结算",
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="settlement.paidbill",
                        verbose_name="已付账单",
                    ),
                ),
            ],
            options={
                "verbose_name": "核对结果",
                "verbose_name_plural": "核对结果",
                "ordering": ["person", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="paidbill",
            index=models.Index(fields=["county", "-discharged_on"], name="paid_bill_county"),
        ),
        migrations.AddConstraint(
            model_name="paidbill",
            constraint=models.UniqueConstraint(fields=("hospital", "bill_no"), name="paid_bill_once"),
        ),
        migrations.AddIndex(
            model_name="checkfinding",
            index=models.Index(fields=["county", "finding", "layer"], name="finding_county_layer"),
        ),
        migrations.AddConstraint(
            model_name="checkfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("bill", None), ("settlement", None), _connector="XOR"), name="a_finding_is_on_one_bill"
            ),
        ),
    ]
