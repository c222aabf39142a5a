"""A stay outside the pooling area counts as local by its approved referral, also where it was paid elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0007_policies_stay_as_published")]
    operations = [
        migrations.AddField("paidbill", "referral_number", models.CharField("转诊批准号", max_length=40, blank=True, default="")),
    ]
