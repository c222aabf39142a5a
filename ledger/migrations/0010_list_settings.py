"""Everybody's own columns and filters, and the orders in which a list of a million cases is walked."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0009_proofs"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=20), size=None, verbose_name="列"),
                ),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_columns",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "列表的列",
                "verbose_name_plural": "列表的列",
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("query", models.CharField(max_length=600, verbose_name="条件")),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "常用筛选",
                "verbose_name_plural": "常用筛选",
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("staff", "name"), name="filter_named_once")],
            },
        ),
        migrations.RemoveIndex("case", "case_county_newest"),
        migrations.RemoveIndex("case", "case_county_state"),
        migrations.RemoveIndex("case", "case_county_disease"),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["county", "-registered_on", "-id"],
                include=("state",),
                condition=models.Q(("folded_into", None)),
                name="case_county_newest",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["county", "state", "-registered_on", "-id"], condition=models.Q(("folded_into", None)), name="case_county_state"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["county", "disease", "-registered_on", "-id"],
                include=("state",),
                condition=models.Q(("folded_into", None)),
                name="case_county_disease",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["county", "hospital_code", "-registered_on", "-id"],
                include=("state",),
                condition=models.Q(("folded_into", None)),
                name="case_county_hospital",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["-registered_on", "-id"],
                include=(
                    "state",
                    "county",
                ),
                condition=models.Q(("folded_into", None)),
                name="case_newest",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["state", "-registered_on", "-id"], include=("county",), condition=models.Q(("folded_into", None)), name="case_state"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["disease", "-registered_on", "-id"],
                include=(
                    "state",
                    "county",
                ),
                condition=models.Q(("folded_into", None)),
                name="case_disease",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["hospital_code", "-registered_on", "-id"],
                include=(
                    "state",
                    "county",
                ),
                condition=models.Q(("folded_into", None)),
                name="case_hospital",
            ),
        ),
        migrations.AddIndex("person", models.Index(fields=["name"], opclasses=["text_pattern_ops"], name="person_name")),
        migrations.AddIndex("person", models.Index(fields=["initials"], opclasses=["text_pattern_ops"], name="person_initials")),
        migrations.AddIndex("categoryfact", models.Index(fields=["category", "person"], name="category_holders")),
    ]
