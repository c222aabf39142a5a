"""The days on which a case stood closed as a mistaken registration before it was reopened: the derived table leaves them out."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="StruckOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="起止")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="struck_off",
                        to="ledger.case",
                        verbose_name="病例",
                    ),
                ),
            ],
            options={
                "verbose_name": "误登记期间",
                "verbose_name_plural": "误登记期间",
                "ordering": ["during"],
            },
        )
    ]
