"""Referrals and their steps."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0008_deferral"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "上转"), ("down", "下转"), ("outside", "转往网外")], max_length=8, verbose_name="方向"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "待接收"),
                            ("accepted", "已接收"),
                            ("refused", "不接收"),
                            ("on_the_way", "转送中"),
                            ("arrived", "已到院"),
                            ("finished", "已完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="requested",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("to_name", models.CharField(blank=True, max_length=60, verbose_name="网外医院")),
                ("reason", models.CharField(max_length=200, verbose_name="转诊原因")),
                ("condition", models.CharField(max_length=500, verbose_name="病情介绍")),
                ("treated_so_far", models.CharField(blank=True, max_length=500, verbose_name="已做的检查和治疗")),
                ("head_of_department", models.CharField(max_length=40, verbose_name="同意转诊的科室主任")),
                ("patient_agreed", models.BooleanField(verbose_name="患者同意")),
                ("family_name", models.CharField(blank=True, max_length=40, verbose_name="同意的家属")),
                ("family_relation", models.CharField(blank=True, max_length=20, verbose_name="与患者关系")),
                ("doctor", models.CharField(max_length=40, verbose_name="主治医生")),
                (
                    "doctor_phone",
                    ledger.protection.SealedField(
                        blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="主治医生联系电话"
                    ),
                ),
                ("emergency", models.BooleanField(default=False, verbose_name="病情危急，先转后补批")),
                ("leaves_area", models.BooleanField(default=False, verbose_name="转往统筹区外")),
                ("approval_number", models.CharField(blank=True, max_length=40, verbose_name="转诊批准号")),
                ("approved_on", models.DateField(blank=True, null=True, verbose_name="医保批准日期")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="批准起始日")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="批准截止日")),
                ("approval_refused", models.CharField(blank=True, max_length=200, verbose_name="医保不批准的原因")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("moved_at", models.DateTimeField(verbose_name="最近一步时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "approved_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.division",
                        verbose_name="批准的县（区）",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="医保经办人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="ledger.case", verbose_name="病例"
                    ),
                ),
                (
                    "from_hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_from",
                        to="hospitals.hospital",
                        verbose_name="转出医院",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="ledger.person", verbose_name="患者"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
                    ),
                ),
                (
                    "to_hospital",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals_to",
                        to="hospitals.hospital",
                        verbose_name="转入医院",
                    ),
                ),
            ],
            options={
                "verbose_name": "转诊",
                "verbose_name_plural": "转诊",
                "ordering": ["-requested_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ReferralMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("requested", "待接收"),
                            ("accepted", "已接收"),
                            ("refused", "不接收"),
                            ("on_the_way", "转送中"),
                            ("arrived", "已到院"),
                            ("finished", "已完成"),
                            ("cancelled", "已取消"),
                        ],
                        max_length=12,
                        verbose_name="新状态",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=60, verbose_name="单位")),
                ("text", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="经手人"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="hospitals.referral", verbose_name="转诊"
                    ),
                ),
            ],
            options={
                "verbose_name": "转诊经过",
                "verbose_name_plural": "转诊经过",
                "ordering": ["at", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state__in", ["requested", "accepted", "on_the_way", "arrived"])),
                fields=["requested_at"],
                name="referral_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["requested", "accepted", "on_the_way", "arrived"])),
                fields=("person",),
                name="one_open_referral_a_patient",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("to_hospital", None), models.Q(("to_name", ""), _negated=True)),
                    models.Q(("to_hospital__isnull", False), ("to_name", "")),
                    _connector="OR",
                ),
                name="referred_to_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_hospital", None), models.Q(("to_hospital", models.F("from_hospital")), _negated=True), _connector="OR"
                ),
                name="referred_elsewhere",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("approval_number", ""), _negated=True), fields=["approval_number"], name="referral_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approval_number", ""), _negated=True),
                fields=("approved_in", "approval_number"),
                name="referral_approved_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approval_number", ""), ("approved_in", None), ("approved_on", None), ("valid_from", None), ("valid_until", None)
                    ),
                    models.Q(
                        models.Q(("approval_number", ""), _negated=True),
                        ("approval_refused", ""),
                        ("approved_in__isnull", False),
                        ("approved_on__isnull", False),
                        ("leaves_area", True),
                        ("valid_from__isnull", False),
                        ("valid_until__gte", models.F("valid_from")),
                    ),
                    _connector="OR",
                ),
                name="referral_approved_for_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ["requested", "accepted", "on_the_way", "arrived"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ["refused", "finished", "cancelled"])),
                    _connector="OR",
                ),
                name="referral_ends_once",
            ),
        ),
    ]
