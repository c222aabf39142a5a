"""Stays without deposit: what was shown and signed, deposits taken all the same, what is owed and repaid."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0007_inability"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Repayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owed_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="出院时尚欠（元）")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="签订日期")),
                ("signed_by", models.CharField(blank=True, max_length=60, verbose_name="签订人")),
                ("recorded_at", models.DateTimeField(verbose_name="录入时间")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="录入人"
                    ),
                ),
                (
                    "stay",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="repayment", to="hospitals.stay", verbose_name="住院"
                    ),
                ),
            ],
            options={
                "verbose_name": "住院欠费",
                "verbose_name_plural": "住院欠费",
            },
        ),
        migrations.CreateModel(
            name="Repaid",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paid_on", models.DateField(verbose_name="还款日期")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="还款（元）")),
                ("receipt", models.CharField(blank=True, max_length=40, verbose_name="收据号")),
                ("recorded_at", models.DateTimeField(verbose_name="录入时间")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=120, verbose_name="撤销原因")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="录入人"
                    ),
                ),
                (
                    "repayment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repaid",
                        to="hospitals.repayment",
                        verbose_name="还款协议",
                    ),
                ),
            ],
            options={
                "verbose_name": "还款",
                "verbose_name_plural": "还款",
                "ordering": ["paid_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="期")),
                ("due_on", models.DateField(verbose_name="应还日期")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="应还（元）")),
                (
                    "repayment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="instalments",
                        to="hospitals.repayment",
                        verbose_name="还款协议",
                    ),
                ),
            ],
            options={
                "verbose_name": "分期",
                "verbose_name_plural": "分期",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Deferral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None, verbose_name="入院当天的类别"
                    ),
                ),
                (
                    "documents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("insurance_card", "医保卡"),
                                ("id_card", "有效身份证件"),
                                ("poverty_proof", "扶贫部门的贫困证明"),
                                ("civil_proof", "民政部门的低保、特困等证明"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="出示的证件",
                    ),
                ),
                ("copies_kept", models.BooleanField(default=False, verbose_name="已收存复印件")),
                ("originals_returned", models.BooleanField(default=False, verbose_name="原件已退还")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="协议书签订日期")),
                ("signed_by", models.CharField(blank=True, help_text="患者本人或家属", max_length=60, verbose_name="签订人")),
                ("recorded_at", models.DateTimeField(verbose_name="录入时间")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="录入人"
                    ),
                ),
                (
                    "stay",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deferral", to="hospitals.stay", verbose_name="住院"
                    ),
                ),
            ],
            options={
                "verbose_name": "先诊疗后付费",
                "verbose_name_plural": "先诊疗后付费",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_by", ""), ("signed_on", None)),
                            models.Q(("signed_on__isnull", False), models.Q(("signed_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="agreement_signed_by_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("taken_on", models.DateField(verbose_name="收取日期")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="押金（元）")),
                ("reason", models.CharField(max_length=200, verbose_name="未享受的原因")),
                ("remedy", models.CharField(blank=True, max_length=200, verbose_name="整改措施")),
                ("refunded_on", models.DateField(blank=True, null=True, verbose_name="退还日期")),
                (
                    "refunded_yuan",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="退还金额（元）"),
                ),
                ("verified_on", models.DateField(blank=True, null=True, verbose_name="核实日期")),
                ("recorded_at", models.DateTimeField(verbose_name="录入时间")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=120, verbose_name="撤销原因")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="录入人"
                    ),
                ),
                (
                    "stay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deposits", to="hospitals.stay", verbose_name="住院"
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核实人",
                    ),
                ),
            ],
            options={
                "verbose_name": "违规押金",
                "verbose_name_plural": "违规押金",
                "ordering": ["-taken_on", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="deposit_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refunded_on", None), ("refunded_yuan", None)),
                            models.Q(("refunded_on__gte", models.F("taken_on")), ("refunded_yuan__lte", models.F("amount_yuan"))),
                            _connector="OR",
                        ),
                        name="refunded_after_taken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verified_by", None), ("verified_on", None)),
                            models.Q(("verified_by__isnull", False), ("verified_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="refund_verified_by_somebody",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(condition=models.Q(("owed_yuan__gte", 0)), name="owed_never_below_zero"),
        ),
        migrations.AddConstraint(
            model_name="repaid",
            constraint=models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="repaid_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.UniqueConstraint(fields=("repayment", "number"), name="instalments_numbered"),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="instalment_above_zero"),
        ),
    ]
