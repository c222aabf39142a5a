"""Hospital systems that may ask the interface: whom each acts for, from where, until when, and the secret that proves it."""

from django.db import models

from ledger.protection import SealedField


def hide_secret(secret: str) -> str:
    """Nothing of it is ever shown again, not even its end."""
    return "******" if secret else ""


class Client(models.Model):
    """One system of one hospital. It acts as a liaison's account, with that account's scope and no wider.

    The secret is sealed rather than hashed: verifying a signature needs the secret itself.
    """

    code = models.CharField("客户端编号", max_length=32, unique=True)
    name = models.CharField("系统名称", max_length=40)
    staff = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="所代表的联络员")
    secret = SealedField("密钥", mask=hide_secret)
    secret_since = models.DateTimeField("密钥启用时间")
    addresses = models.JSONField("来源地址")
    expires_on = models.DateField("有效期至")
    is_active = models.BooleanField("在用", default=True)
    last_used_on = models.DateField("最近使用", null=True, blank=True)
    made_at = models.DateTimeField("建立时间")
    made_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="建立人")

    class Meta:
        verbose_name = verbose_name_plural = "接口客户端"
        ordering = ["code"]

    def __str__(self):
        return f"{self.name}（{self.code}）"


class ClientNonce(models.Model):
    """A number that a client has used for one request; a second request with it is a replay. Kept as long as its time would pass."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="nonces", verbose_name="接口客户端")
    nonce = models.CharField("随机数", max_length=64)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "已用随机数"
        constraints = [models.UniqueConstraint(fields=["client", "nonce"], name="a_nonce_is_used_once")]
        indexes = [models.Index(fields=["client", "received_at"], name="nonce_client_received")]
