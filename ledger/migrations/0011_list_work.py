"""Long lists are read and imported by a process of their own, which says on a row how far it has come."""

import django.db.models.deletion
from django.db import migrations, models

import ledger.models.upload
import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0010_list_settings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="state",
            field=models.CharField(
                choices=[("reading", "核对中"), ("open", "待导入"), ("applied", "已导入"), ("dropped", "已放弃")],
                default="open",
                max_length=8,
                verbose_name="状态",
            ),
        ),
        migrations.CreateModel(
            name="ListWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("read", "核对"), ("import", "写入")], max_length=8, verbose_name="要做的事")),
                ("file", ledger.protection.SealedField(mask=ledger.models.upload.hidden, verbose_name="文件内容")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="来源地址")),
                ("run", models.SmallIntegerField(default=0, verbose_name="第几次")),
                ("stage", models.CharField(default="starting", max_length=8, verbose_name="步骤")),
                ("stage_at", models.DateTimeField(null=True, verbose_name="步骤开始时间")),
                ("done", models.IntegerField(default=0, verbose_name="已做行数")),
                ("total", models.IntegerField(default=0, verbose_name="总行数")),
                ("beat_at", models.DateTimeField(null=True, verbose_name="最近动静")),
                ("said", models.CharField(blank=True, max_length=500, verbose_name="没有做成的原因")),
                ("stopped", models.BooleanField(default=False, verbose_name="已取消")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                (
                    "upload",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="work", to="ledger.upload", verbose_name="名单"
                    ),
                ),
            ],
            options={
                "verbose_name": "名单处理",
                "verbose_name_plural": "名单处理",
            },
        ),
    ]
