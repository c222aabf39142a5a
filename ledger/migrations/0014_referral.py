"""The hospital at the other end of an open referral, which reads the case meanwhile."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0013_unverified_categories"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="referral_code",
            field=models.CharField(
                blank=True, default="", help_text="转诊在办时才有：对方只能查看", max_length=20, verbose_name="转诊对方医院代码"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("referral_code", ""), _negated=True), fields=["referral_code"], name="case_referred"),
        ),
    ]
