"""The few person-years out of order are counted on every page of the window: found without reading all years."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0005_checks")]
    operations = [
        migrations.AddIndex(
            model_name="personyear",
            index=models.Index(condition=models.Q(("differs", True)), fields=["year"], name="person_year_differs"),
        )
    ]
