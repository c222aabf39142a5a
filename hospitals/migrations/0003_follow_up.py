"""Visits after discharge: the rule of each disease, and each visit."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0002_pooling_area"),
        ("ledger", "0010_list_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField(verbose_name="计划日期")),
                (
                    "visitor",
                    models.CharField(
                        choices=[("township", "乡镇卫生院"), ("hospital", "定点医院"), ("bureau", "县卫健部门")],
                        max_length=10,
                        verbose_name="由谁随访",
                    ),
                ),
                ("planned_at", models.DateTimeField(verbose_name="安排时间")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="随访日期")),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[("home", "入户"), ("clinic", "门诊复查"), ("phone", "电话")],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[("better", "好转"), ("stable", "稳定"), ("worse", "复发或加重"), ("lost", "失访"), ("died", "死亡")],
                        max_length=10,
                        verbose_name="情况",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="随访记录")),
                ("cancelled_on", models.DateField(blank=True, null=True, verbose_name="取消日期")),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="取消人",
                    ),
                ),
                ("cancelled_reason", models.CharField(blank=True, max_length=120, verbose_name="取消原因")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="ledger.case", verbose_name="病例"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="随访登记人",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="安排人"
                    ),
                ),
                (
                    "stay",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="hospitals.stay",
                        verbose_name="住院",
                    ),
                ),
            ],
            options={
                "verbose_name": "随访",
                "verbose_name_plural": "随访",
                "ordering": ["due_on", "id"],
                "indexes": [
                    models.Index(condition=models.Q(("cancelled_on", None), ("done_on", None)), fields=["due_on"], name="follow_up_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on", None), ("finding", "")),
                            models.Q(("done_on__isnull", False), models.Q(("finding", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="done_with_a_finding",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_on", None), ("cancelled_on", None), _connector="OR"), name="done_or_cancelled"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_by", None), ("cancelled_on", None), ("cancelled_reason", "")),
                            models.Q(
                                ("cancelled_by__isnull", False),
                                ("cancelled_on__isnull", False),
                                models.Q(("cancelled_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="cancelled_by_somebody_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None, verbose_name="出院后月数"),
                ),
                (
                    "visitor",
                    models.CharField(
                        choices=[("township", "乡镇卫生院"), ("hospital", "定点医院"), ("bureau", "县卫健部门")],
                        max_length=10,
                        verbose_name="由谁随访",
                    ),
                ),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
                (
                    "disease",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.disease", verbose_name="病种"
                    ),
                ),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="follow_up_rules", to="ledger.division", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "随访规则",
                "verbose_name_plural": "随访规则",
                "constraints": [models.UniqueConstraint(fields=("prefecture", "disease"), name="one_follow_up_rule_a_disease")],
            },
        ),
    ]
