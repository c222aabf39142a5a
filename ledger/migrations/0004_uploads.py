"""Lists of people that wait between their preview and their import."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.models.upload
import ledger.protection


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_struck_off"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layout", models.CharField(choices=[("f2", "附件 2"), ("roster", "建档立卡名册")], max_length=8, verbose_name="版式")),
                ("category", models.SmallIntegerField(verbose_name="类别")),
                ("since", models.DateField(verbose_name="名单日期")),
                ("whole", models.BooleanField(default=False, verbose_name="全部改好才导入")),
                ("file_name", models.CharField(max_length=120, verbose_name="文件名")),
                ("people", ledger.protection.SealedField(mask=ledger.models.upload.hidden, verbose_name="名单")),
                ("preview", ledger.protection.SealedField(mask=ledger.models.upload.hidden, verbose_name="预览")),
                ("counts", models.JSONField(default=dict, verbose_name="各结果的行数")),
                ("decisions", models.JSONField(default=dict, verbose_name="存疑的处理")),
                ("outcome", models.JSONField(default=dict, verbose_name="写入结果")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待导入"), ("applied", "已导入"), ("dropped", "已放弃")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="上传时间")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="导入时间")),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.division", verbose_name="管辖范围"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="导入人"
                    ),
                ),
            ],
            options={
                "verbose_name": "导入名单",
                "verbose_name_plural": "导入名单",
                "indexes": [models.Index(fields=["state", "made_at"], name="upload_waiting")],
            },
        ),
    ]
