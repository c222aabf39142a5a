"""A paid bill's number is unique within its county and for its person, so that no county learns another's numbers from a refusal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0008_paid_bill_referral")]
    operations = [
        migrations.AddConstraint(
            "paidbill", models.UniqueConstraint(fields=("county", "hospital", "bill_no"), name="paid_bill_once_a_county")
        ),
        migrations.AddConstraint(
            "paidbill", models.UniqueConstraint(fields=("person", "hospital", "bill_no"), name="paid_bill_once_a_person")
        ),
        migrations.RemoveConstraint("paidbill", "paid_bill_once"),
    ]
