"""Stays without deposit: the rule of a prefecture, what was shown and signed, deposits taken all the same, what is owed and repaid."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0007_inability"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeferralRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None, verbose_name="适用的类别"),
                ),
                ("own_county", models.BooleanField(default=True, verbose_name="县域内医疗机构")),
                (
                    "pilots",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None, verbose_name="试点医院"
                    ),
                ),
                ("document", models.CharField(max_length=120, verbose_name="依据")),
                (
                    "prefecture",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="地市"
                    ),
                ),
            ],
            options={
                "verbose_name": "先诊疗后付费规则",
                "verbose_name_plural": "先诊疗后付费规则",
            },
        ),
        migrations.CreateModel(
            name="Repayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("self_pay_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="个人自付（元）")),
                ("settled", models.BooleanField(default=False, verbose_name="自付取自结算")),
                ("paid_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="出院时已付（元）")),
                ("owed_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="出院时尚欠（元）")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="签订日期")),
                ("signed_by", models.CharField(blank=True, max_length=60, verbose_name="签订人")),
                ("agreed_yuan", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="协议金额（元）")),
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
                ("upto_yuan", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="累计应还（元）")),
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
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.division",
                        verbose_name="入院当天的县（区）",
                    ),
                ),
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
                    ),
                    models.CheckConstraint(condition=models.Q(("categories__len__gt", 0)), name="deferred_by_a_category"),
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
                ("told_on", models.DateField(blank=True, null=True, verbose_name="整改报告日期")),
                ("objection", models.CharField(blank=True, max_length=200, verbose_name="退回意见")),
                ("verified_on", models.DateField(blank=True, null=True, verbose_name="核实日期")),
                ("recorded_at", models.DateTimeField(verbose_name="录入时间")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=120, verbose_name="撤销原因")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.division",
                        verbose_name="入院当天的县（区）",
                    ),
                ),
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
                "indexes": [
                    models.Index(condition=models.Q(("withdrawn_on", None)), fields=["county", "taken_on"], name="deposit_county_taken")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="deposit_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refunded_on", None), ("refunded_yuan", None)),
                            models.Q(
                                ("refunded_on__gte", models.F("taken_on")),
                                ("refunded_on__isnull", False),
                                ("refunded_yuan__isnull", False),
                                ("refunded_yuan__lte", models.F("amount_yuan")),
                            ),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verified_on", None),
                            models.Q(("refunded_yuan", models.F("amount_yuan")), ("refunded_yuan__isnull", False), ("withdrawn_on", None)),
                            _connector="OR",
                        ),
                        name="verified_when_refunded_in_full",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(condition=models.Q(("owed_yuan__gte", 0)), name="owed_never_below_zero"),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(condition=models.Q(("paid_yuan__gte", 0)), name="paid_never_below_zero"),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owed_yuan", django.db.models.expressions.CombinedExpression(models.F("self_pay_yuan"), "-", models.F("paid_yuan")))
                ),
                name="owed_is_self_pay_less_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="repayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_yuan", None), ("signed_by", ""), ("signed_on", None)),
                    models.Q(
                        ("agreed_yuan__gt", 0),
                        ("agreed_yuan__isnull", False),
                        ("signed_on__isnull", False),
                        models.Q(("signed_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="repayment_signed_by_somebody",
            ),
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
