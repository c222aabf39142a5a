"""What a county's ledger gives on a past day is remembered: a month nobody touched is not counted again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0018_ends_counted"), ("reports", "0008_stamps_stay")]
    operations = [
        migrations.CreateModel(
            name="PastDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                ("content", models.CharField(max_length=64, verbose_name="台账散列")),
                ("digests", models.JSONField(default=dict, verbose_name="各表散列")),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ledger.division", verbose_name="县（区）"
                    ),
                ),
            ],
            options={
                "verbose_name": "以前各日的台账散列",
                "verbose_name_plural": "以前各日的台账散列",
                "ordering": ["county", "on"],
                "constraints": [models.UniqueConstraint(fields=("county", "on"), name="one_past_day_a_county")],
            },
        ),
    ]
