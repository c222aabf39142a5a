"""Requests that have been carried out, so that the same one sent twice settles once."""

from django.db import models


class RequestKey(models.Model):
    """A key somebody chose for one request. ``scope`` says whose key it is, ``body_hash`` what was asked with it."""

    scope = models.CharField("来源", max_length=60)
    key = models.CharField("请求号", max_length=80)
    body_hash = models.CharField("内容散列", max_length=64)
    settlement = models.ForeignKey("settlement.Settlement", models.PROTECT, null=True, related_name="+")
    reversal = models.ForeignKey("settlement.Reversal", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "请求号"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="request_once")]
