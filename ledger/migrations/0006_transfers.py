"""A county asks for somebody who moved to it; working days follow the city's table of holidays; former ID numbers stay findable."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_putting_right"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("works", models.BooleanField(default=False, verbose_name="调休上班")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="holidays", to="ledger.division", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "节假日",
                "verbose_name_plural": "节假日",
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("prefecture", "day"), name="a_day_is_listed_once")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_number", models.CharField(max_length=18, verbose_name="申请时所填证号（遮盖）")),
                ("given_name", models.CharField(max_length=60, verbose_name="申请时所填姓名")),
                ("address", models.CharField(max_length=120, verbose_name="新住址")),
                ("moved_on", models.DateField(verbose_name="搬迁日期")),
                ("reason", models.CharField(max_length=300, verbose_name="申请说明")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                (
                    "city_from",
                    models.DateField(help_text="转出方满 3 个工作日没有答复，从这一天起市级可以决定", verbose_name="市级可办日期"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待答复"),
                            ("accepted", "已转入"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                            ("lapsed", "已失效"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("answer", models.CharField(blank=True, max_length=300, verbose_name="答复说明")),
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
                    ),
                ),
                (
                    "from_county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="转出县（区）"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="transfers", to="ledger.person", verbose_name="患者"
                    ),
                ),
                (
                    "to_county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="转入县（区）"
                    ),
                ),
                (
                    "village",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="新行政村"
                    ),
                ),
            ],
            options={
                "verbose_name": "转入申请",
                "verbose_name_plural": "转入申请",
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(fields=["from_county", "state", "-asked_at"], name="transfer_asked_of"),
                    models.Index(fields=["to_county", "state", "-asked_at"], name="transfer_asked_by"),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "asked")), fields=("person",), name="one_open_transfer_a_person"),
                    models.CheckConstraint(
                        condition=models.Q(("from_county", models.F("to_county")), _negated=True), name="transfer_between_counties"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("id_number_hash", models.CharField(db_index=True, max_length=64, verbose_name="原身份证号散列")),
                ("until", models.DateField(verbose_name="改正日期")),
                ("reason", models.CharField(max_length=120, verbose_name="改正原因")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_numbers",
                        to="ledger.person",
                        verbose_name="患者",
                    ),
                ),
            ],
            options={
                "verbose_name": "原身份证号",
                "verbose_name_plural": "原身份证号",
                "ordering": ["-until", "-id"],
            },
        ),
    ]
