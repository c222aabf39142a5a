"""A hospital without the means to treat a case, and what the county arranged."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0006_plans"),
        ("ledger", "0013_unverified_categories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Inability",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_on", models.DateField(verbose_name="提出日期")),
                ("reason", models.CharField(max_length=200, verbose_name="不具备的条件")),
                ("talked_on", models.DateField(verbose_name="谈话日期")),
                ("talked_with", models.CharField(max_length=60, verbose_name="谈话对象")),
                ("talk", models.CharField(max_length=300, verbose_name="谈话记录")),
                ("wish", models.CharField(blank=True, max_length=120, verbose_name="患者意愿")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="安排日期")),
                ("answer", models.CharField(blank=True, max_length=200, verbose_name="答复")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安排人",
                    ),
                ),
                (
                    "arranged",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hospitals.hospital",
                        verbose_name="安排的医院",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inabilities", to="ledger.case", verbose_name="病例"
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hospitals.hospital", verbose_name="医院"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="提出人"
                    ),
                ),
            ],
            options={
                "verbose_name": "不具备诊疗条件",
                "verbose_name_plural": "不具备诊疗条件",
                "ordering": ["-said_on", "-id"],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("answered_on", None)), fields=("case",), name="one_open_inability_a_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_by", None), ("answered_on", None)),
                            models.Q(("answered_by__isnull", False), ("answered_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="inability_answered_by_somebody",
                    ),
                ],
            },
        ),
    ]
