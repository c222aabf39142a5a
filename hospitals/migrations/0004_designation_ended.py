"""The last day of a designation that ends within its year."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hospitals", "0003_follow_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="designation",
            name="ended_on",
            field=models.DateField(blank=True, null=True, verbose_name="最后一天"),
        ),
    ]
