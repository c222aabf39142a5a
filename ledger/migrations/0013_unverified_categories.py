"""What a department has yet to verify is found without looking at what it has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0012_standing_counted"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="categoryfact",
            index=models.Index(condition=models.Q(("verified_on", None)), fields=["person"], name="category_unverified"),
        ),
    ]
