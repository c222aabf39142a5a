"""Two records of one person are merged into one, and the merge can be undone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.models.upload
import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_uploads"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="folded_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="folded",
                to="ledger.case",
                verbose_name="已并入病例",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="ledger.person",
                verbose_name="已并入",
            ),
        ),
        migrations.RemoveConstraint(model_name="case", name="one_case_a_disease"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("folded_into", None)), fields=("person", "disease"), name="one_case_a_disease"
            ),
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", ledger.protection.SealedField(mask=ledger.models.upload.hidden, verbose_name="合并前")),
                ("after", models.CharField(max_length=64, verbose_name="合并后散列")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.caseevent", verbose_name="经过"
                    ),
                ),
                ("carried", models.JSONField(default=dict, verbose_name="转过来的记录")),
                ("reason", models.CharField(max_length=120, verbose_name="原因")),
                ("merged_at", models.DateTimeField(verbose_name="合并时间")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                ("undone_reason", models.CharField(blank=True, max_length=120, verbose_name="撤销原因")),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_away",
                        to="ledger.person",
                        verbose_name="并入的资料",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="ledger.person", verbose_name="保留的资料"
                    ),
                ),
                (
                    "merged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="合并人"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤销人",
                    ),
                ),
            ],
            options={
                "verbose_name": "合并",
                "verbose_name_plural": "合并",
                "ordering": ["-merged_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("undone_at", None)), fields=("gone",), name="merged_away_once"),
                    models.CheckConstraint(condition=models.Q(("kept", models.F("gone")), _negated=True), name="merged_into_another"),
                ],
            },
        ),
    ]
