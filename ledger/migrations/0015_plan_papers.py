"""The signed page of a treatment plan is a kind of paper of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_referral")]

    operations = [
        migrations.AlterField(
            model_name="proof",
            name="kind",
            field=models.CharField(
                choices=[
                    ("diagnosis", "诊断证明"),
                    ("poverty", "贫困证明"),
                    ("dibao", "低保证"),
                    ("other", "其他证明"),
                    ("plan", "诊疗方案签字页"),
                ],
                max_length=10,
                verbose_name="种类",
            ),
        ),
    ]
