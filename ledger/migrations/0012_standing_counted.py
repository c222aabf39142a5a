"""F1 is counted from one index, in its order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_list_work"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="standing", name="standing_county"),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                fields=["county", "person", "group"],
                include=("disease", "during", "registered_poor", "civil_verified", "completed_on"),
                name="standing_counted",
            ),
        ),
    ]
