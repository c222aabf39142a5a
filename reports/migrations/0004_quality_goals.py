"""What quality is measured by, prefecture by prefecture."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_change_of_a_county"),
        ("reports", "0003_due_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="QualityGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(verbose_name="起始日期")),
                (
                    "catalogue_share",
                    models.DecimalField(decimal_places=4, help_text="0.95 即 95%", max_digits=5, verbose_name="目录内药品费占比不低于"),
                ),
                ("readmission_days", models.SmallIntegerField(default=30, verbose_name="多少天内再入院算再入院")),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quality_goals", to="ledger.division", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "质量指标",
                "verbose_name_plural": "质量指标",
                "ordering": ["prefecture", "-since"],
                "constraints": [
                    models.UniqueConstraint(fields=("prefecture", "since"), name="one_quality_goal_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("catalogue_share__gt", 0), ("catalogue_share__lte", 1), ("readmission_days__range", (1, 365))),
                        name="a_real_quality_goal",
                    ),
                ],
            },
        ),
    ]
