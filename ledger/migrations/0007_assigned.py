"""A case may be in somebody's hands; what waits is known since when, and people without a number are found quickly."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_transfers"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="经办人",
            ),
        ),
        migrations.AddField(
            model_name="categoryfact",
            name="recorded_on",
            field=models.DateField(blank=True, help_text="从这一天起等主管部门核实", null=True, verbose_name="录入日期"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("id_number_hash", None)), fields=["county", "born_on"], name="person_without_number"),
        ),
    ]
