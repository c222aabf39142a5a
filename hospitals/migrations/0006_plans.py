"""Treatment plans in versions, and the phrases a hospital writes again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0005_standards"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanPhrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "field",
                    models.CharField(
                        choices=[("treatment", "治疗方案"), ("procedure", "主要术式"), ("drugs", "主要药物"), ("tests", "辅助检查项目")],
                        max_length=10,
                        verbose_name="用在",
                    ),
                ),
                ("text", models.CharField(max_length=120, verbose_name="常用语")),
                ("times", models.PositiveIntegerField(default=0, verbose_name="用过次数")),
                (
                    "disease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.disease", verbose_name="病种"
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plan_phrases",
                        to="hospitals.hospital",
                        verbose_name="医院",
                    ),
                ),
            ],
            options={
                "verbose_name": "方案常用语",
                "verbose_name_plural": "方案常用语",
                "ordering": ["-times", "text"],
                "constraints": [models.UniqueConstraint(fields=("hospital", "disease", "field", "text"), name="phrase_once")],
            },
        ),
        migrations.CreateModel(
            name="TreatmentPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("filed", "待审核"),
                            ("returned", "退回修改"),
                            ("accepted", "已同意"),
                            ("replaced", "已修订"),
                            ("cancelled", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="复查时间")),
                ("review_hospital", models.CharField(blank=True, max_length=60, verbose_name="复查医院")),
                ("tests", models.CharField(blank=True, max_length=200, verbose_name="辅助检查项目")),
                ("findings", models.CharField(blank=True, max_length=300, verbose_name="检查结果")),
                ("diagnosis", models.CharField(blank=True, max_length=100, verbose_name="临床主要诊断")),
                ("diagnosing_doctor", models.CharField(blank=True, max_length=20, verbose_name="诊断医生")),
                ("admission_on", models.DateField(blank=True, null=True, verbose_name="计划入院时间")),
                ("department", models.CharField(blank=True, max_length=20, verbose_name="入住科别")),
                (
                    "treatment",
                    models.CharField(blank=True, help_text="包括手术、化疗、放疗、血透等", max_length=300, verbose_name="治疗方案"),
                ),
                ("procedure", models.CharField(blank=True, max_length=120, verbose_name="主要术式")),
                ("drugs", models.CharField(blank=True, max_length=200, verbose_name="主要药物")),
                ("attending_doctor", models.CharField(blank=True, max_length=20, verbose_name="主治医生")),
                (
                    "attending_phone",
                    ledger.protection.SealedField(
                        blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="主治医生联系电话"
                    ),
                ),
                ("surgeon", models.CharField(blank=True, max_length=20, verbose_name="手术医生")),
                (
                    "surgeon_phone",
                    ledger.protection.SealedField(
                        blank=True, default="", mask=ledger.protection.mask_phone, verbose_name="手术医生联系电话"
                    ),
                ),
                ("discharge_on", models.DateField(blank=True, null=True, verbose_name="计划出院时间")),
                ("prognosis", models.CharField(blank=True, max_length=100, verbose_name="愈后情况")),
                (
                    "total_yuan",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="估算总费用（元）"),
                ),
                (
                    "in_policy_yuan",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="其中政策范围内（元）"),
                ),
                ("amended_because", models.CharField(blank=True, max_length=200, verbose_name="修订原因")),
                ("cancelled_because", models.CharField(blank=True, max_length=200, verbose_name="作废原因")),
                ("remarks", models.JSONField(blank=True, default=dict, verbose_name="审核意见")),
                ("written_at", models.DateTimeField(verbose_name="填写时间")),
                ("filed_at", models.DateTimeField(blank=True, null=True, verbose_name="上报时间")),
                (
                    "late_from",
                    models.DateField(blank=True, help_text="上报后满 3 个工作日的下一个工作日", null=True, verbose_name="答复期满"),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="ledger.case", verbose_name="病例"
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="hospitals.hospital", verbose_name="入住医院"
                    ),
                ),
                (
                    "pathway",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hospitals.standard",
                        verbose_name="临床路径",
                    ),
                ),
                (
                    "signed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.proof",
                        verbose_name="签字盖章页",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="填写人"
                    ),
                ),
            ],
            options={
                "verbose_name": "诊疗方案",
                "verbose_name_plural": "诊疗方案",
                "ordering": ["-version"],
                "indexes": [models.Index(condition=models.Q(("state", "filed")), fields=["filed_at"], name="plan_waiting")],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "version"), name="plan_versions_numbered"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "filed", "returned"])), fields=("case",), name="one_open_plan_a_case"
                    ),
                    models.UniqueConstraint(condition=models.Q(("state", "accepted")), fields=("case",), name="one_accepted_plan_a_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("admission_on", None), ("discharge_on", None), ("discharge_on__gte", models.F("admission_on")), _connector="OR"
                        ),
                        name="plan_leaves_after_it_enters",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total_yuan", None), ("in_policy_yuan", None), ("in_policy_yuan__lte", models.F("total_yuan")), _connector="OR"
                        ),
                        name="plan_in_policy_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("filed_at__isnull", False), ("state", "cancelled"), _connector="OR"),
                        name="plan_filed_before_answered",
                    ),
                ],
            },
        ),
    ]
