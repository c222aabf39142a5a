"""Checks with their answers, a city's own checks, and the goals of the programme."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_change_of_a_county"),
        ("ledger", "__first__"),
        ("reports", "0005_return_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="核对项")),
                ("finding", models.CharField(max_length=64, verbose_name="所见散列")),
                ("text", models.CharField(max_length=200, verbose_name="说明")),
                ("at", models.DateTimeField(verbose_name="说明时间")),
            ],
            options={
                "verbose_name": "核对说明",
                "verbose_name_plural": "核对说明",
                "ordering": ["due", "code"],
            },
        ),
        migrations.CreateModel(
            name="CheckRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=60, verbose_name="核对什么")),
                ("left", models.CharField(max_length=80, verbose_name="左边的数")),
                (
                    "relation",
                    models.CharField(
                        choices=[("=", "="), ("≠", "≠"), ("≤", "≤"), ("≥", "≥"), ("<", "<"), (">", ">")], max_length=2, verbose_name="关系"
                    ),
                ),
                ("factor", models.DecimalField(decimal_places=4, default=1, max_digits=8, verbose_name="倍数")),
                ("right", models.CharField(max_length=80, verbose_name="右边的数")),
                (
                    "severity",
                    models.CharField(choices=[("bad", "须改"), ("warn", "待说明")], default="warn", max_length=4, verbose_name="不符时"),
                ),
                ("advice", models.CharField(max_length=120, verbose_name="怎么办")),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
                ("since", models.DateField(verbose_name="起始期（月初）")),
                ("until", models.DateField(blank=True, null=True, verbose_name="末期（月初）")),
            ],
            options={
                "verbose_name": "核对规则",
                "verbose_name_plural": "核对规则",
                "ordering": ["prefecture", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ProgressGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by_day", models.DateField(verbose_name="到哪一天")),
                (
                    "share",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="0.9 即 90%；文件没有写比例的留空",
                        max_digits=5,
                        null=True,
                        verbose_name="累计救治率",
                    ),
                ),
                ("title", models.CharField(max_length=40, verbose_name="目标")),
                ("document", models.CharField(max_length=80, verbose_name="依据")),
            ],
            options={
                "verbose_name": "救治目标",
                "verbose_name_plural": "救治目标",
                "ordering": ["prefecture", "by_day"],
            },
        ),
        migrations.AddField(
            model_name="checkanswer",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="说明人"
            ),
        ),
        migrations.AddField(
            model_name="checkanswer",
            name="due",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="reports.due", verbose_name="应报"
            ),
        ),
        migrations.AddField(
            model_name="checkrule",
            name="prefecture",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="check_rules", to="ledger.division", verbose_name="市"
            ),
        ),
        migrations.AddField(
            model_name="progressgoal",
            name="prefecture",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="progress_goals", to="ledger.division", verbose_name="市"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkanswer",
            constraint=models.UniqueConstraint(fields=("due", "code"), name="one_answer_a_check"),
        ),
        migrations.AddConstraint(
            model_name="checkrule",
            constraint=models.CheckConstraint(condition=models.Q(("factor__gt", 0)), name="a_real_factor"),
        ),
        migrations.AddConstraint(
            model_name="checkrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"), name="check_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="progressgoal",
            constraint=models.UniqueConstraint(fields=("prefecture", "by_day"), name="one_goal_a_day"),
        ),
        migrations.AddConstraint(
            model_name="progressgoal",
            constraint=models.CheckConstraint(condition=models.Q(("share__gt", 0), ("share__lte", 1)), name="a_real_goal"),
        ),
    ]
