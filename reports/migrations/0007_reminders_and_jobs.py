"""Reminders of what is due, and long work with its progress."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection
import reports.models.submission


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_change_of_a_county"),
        ("ledger", "__first__"),
        ("reports", "0006_checks_and_goals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="要做的事")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("terms", models.JSONField(default=dict, verbose_name="条件")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "排队"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("cancelled", "已取消"),
                            ("stopped", "没有做成"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("doing", models.CharField(blank=True, max_length=80, verbose_name="正在做")),
                ("done", models.IntegerField(default=0, verbose_name="已做")),
                ("total", models.IntegerField(default=0, verbose_name="总数")),
                ("run", models.SmallIntegerField(default=0, verbose_name="第几次")),
                ("beat_at", models.DateTimeField(blank=True, null=True, verbose_name="最近动静")),
                ("said", models.CharField(blank=True, max_length=300, verbose_name="没有做成的原因")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("file_name", models.CharField(blank=True, max_length=120, verbose_name="文件名")),
                ("file_hash", models.CharField(blank=True, max_length=64, verbose_name="文件散列")),
                ("size", models.IntegerField(default=0, verbose_name="字节数")),
            ],
            options={
                "verbose_name": "长任务",
                "verbose_name_plural": "长任务",
                "ordering": ["-asked_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="JobPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", ledger.protection.SealedField(blank=True, mask=reports.models.submission.hidden, verbose_name="结果")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
            ],
            options={
                "verbose_name": "长任务的一份",
                "verbose_name_plural": "长任务的一份",
                "ordering": ["job", "county__code"],
            },
        ),
        migrations.CreateModel(
            name="MailAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254, verbose_name="电子邮箱")),
            ],
            options={
                "verbose_name": "电子邮箱",
                "verbose_name_plural": "电子邮箱",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("T-5", "提前 5 天"),
                            ("T-2", "提前 2 天"),
                            ("T-0", "截止当天"),
                            ("city", "截止当天 12:00 还没有人打开"),
                            ("asked", "市级催报"),
                        ],
                        max_length=8,
                        verbose_name="哪一次",
                    ),
                ),
                ("round", models.SmallIntegerField(default=0, verbose_name="第几次催报")),
                ("made_at", models.DateTimeField(verbose_name="发出时间")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="打开时间")),
                ("mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="邮件发出时间")),
            ],
            options={
                "verbose_name": "提醒",
                "verbose_name_plural": "提醒",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="job",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to=settings.AUTH_USER_MODEL, verbose_name="申请人"
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="prefecture",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="市"),
        ),
        migrations.AddField(
            model_name="jobpart",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="县（区）"
            ),
        ),
        migrations.AddField(
            model_name="jobpart",
            name="job",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="reports.job", verbose_name="长任务"
            ),
        ),
        migrations.AddField(
            model_name="mailaddress",
            name="staff",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="mail_address", to=settings.AUTH_USER_MODEL, verbose_name="账号"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="due",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="reports.due", verbose_name="应报"
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="催报人",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to=settings.AUTH_USER_MODEL, verbose_name="收件人"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["state", "beat_at"], name="jobs_by_state"),
        ),
        migrations.AddConstraint(
            model_name="jobpart",
            constraint=models.UniqueConstraint(fields=("job", "county"), name="one_part_a_county"),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(fields=["staff", "-made_at"], name="reminders_of_staff"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("due", "staff", "kind", "round"), name="one_reminder_a_kind"),
        ),
    ]
