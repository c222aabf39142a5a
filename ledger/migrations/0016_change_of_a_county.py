"""Whose change of the kept data it was: a county's own, or the city's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0015_plan_papers"),
    ]

    operations = [
        migrations.AddField(
            model_name="datachange",
            name="county",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.division",
                verbose_name="县（区）",
            ),
        ),
    ]
