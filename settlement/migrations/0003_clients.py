"""Hospital systems at the interface, and the numbers their requests have used up."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.protection
import settlement.models.client


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0002_never_edited"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32, unique=True, verbose_name="客户端编号")),
                ("name", models.CharField(max_length=40, verbose_name="系统名称")),
                ("secret", ledger.protection.SealedField(mask=settlement.models.client.hide_secret, verbose_name="密钥")),
                ("secret_since", models.DateTimeField(verbose_name="密钥启用时间")),
                ("addresses", models.JSONField(verbose_name="来源地址")),
                ("expires_on", models.DateField(verbose_name="有效期至")),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                ("last_used_on", models.DateField(blank=True, null=True, verbose_name="最近使用")),
                ("made_at", models.DateTimeField(verbose_name="建立时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="建立人"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="所代表的联络员",
                    ),
                ),
            ],
            options={"verbose_name": "接口客户端", "verbose_name_plural": "接口客户端", "ordering": ["code"]},
        ),
        migrations.CreateModel(
            name="ClientNonce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.CharField(max_length=64, verbose_name="随机数")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nonces",
                        to="settlement.client",
                        verbose_name="接口客户端",
                    ),
                ),
            ],
            options={
                "verbose_name": "已用随机数",
                "verbose_name_plural": "已用随机数",
                "indexes": [models.Index(fields=["client", "received_at"], name="nonce_client_received")],
                "constraints": [models.UniqueConstraint(fields=("client", "nonce"), name="a_nonce_is_used_once")],
            },
        ),
    ]
