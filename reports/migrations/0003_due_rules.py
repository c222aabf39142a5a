"""A rule may ask for the month before, and its first return may cover several months by a day of its own."""

from django.db import migrations, models

FORMS = [("F1", "F1 进展情况统计表"), ("F2", "F2 民政核准台账"), ("F6", "F6 先诊疗后付费汇总表")]


def covers_its_month(apps, schema_editor) -> None:
    """Every return owed so far covers one month."""
    apps.get_model("reports", "Due").objects.update(covers_from=models.F("period"))


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_frozen")]

    operations = [
        migrations.AlterField("due", "form", models.CharField(choices=FORMS, max_length=4, verbose_name="报表")),
        migrations.AlterField("duerule", "form", models.CharField(choices=FORMS, max_length=4, verbose_name="报表")),
        migrations.AddField(
            "duerule", "months_after", models.SmallIntegerField(default=0, help_text="0 报当月，1 报上月", verbose_name="报几个月前的数据")
        ),
        migrations.AddField("duerule", "first_months", models.SmallIntegerField(default=1, verbose_name="首期包括几个月")),
        migrations.AddField(
            "duerule",
            "first_deadline_on",
            models.DateField(blank=True, help_text="留空按每月的截止日", null=True, verbose_name="首期截止日期"),
        ),
        migrations.AddConstraint(
            "duerule",
            models.CheckConstraint(
                condition=models.Q(("first_months__range", (1, 12)), ("months_after__range", (0, 12))), name="rule_within_a_year"
            ),
        ),
        migrations.AddField("due", "covers_from", models.DateField(null=True, verbose_name="数据从（月初）")),
        migrations.RunPython(covers_its_month, migrations.RunPython.noop),
        # The constraint waits for the rows; PostgreSQL alters no table with updates still to be checked in the same transaction.
        migrations.AlterField("due", "covers_from", models.DateField(verbose_name="数据从（月初）")),
        migrations.AddConstraint(
            "due",
            models.CheckConstraint(
                condition=models.Q(("covers_from__day", 1), ("covers_from__lte", models.F("period"))), name="due_covers_its_period"
            ),
        ),
    ]
