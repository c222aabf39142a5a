"""What the city changed in the data it keeps, and by which document: never edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGER = """
CREATE TRIGGER ledger_datachange_rows BEFORE UPDATE OR DELETE ON ledger_datachange
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_datachange_table BEFORE TRUNCATE ON ledger_datachange
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""
UNDO = "DROP TRIGGER ledger_datachange_rows ON ledger_datachange; DROP TRIGGER ledger_datachange_table ON ledger_datachange;"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_assigned"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("kind", models.SlugField(max_length=20, verbose_name="资料")),
                ("subject", models.CharField(max_length=80, verbose_name="对象")),
                ("text", models.CharField(max_length=400, verbose_name="改动")),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="经手人"
                    ),
                ),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="市"
                    ),
                ),
            ],
            options={
                "verbose_name": "资料变更",
                "verbose_name_plural": "资料变更",
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["prefecture", "kind", "-at", "-id"], name="data_change_newest")],
            },
        ),
        migrations.RunSQL(TRIGGER, UNDO),
    ]
