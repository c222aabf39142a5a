"""The trail: what was done, seen, exported or refused, by whom. Append-only; sealed into a hash chain afterwards."""

from django.db import models


class AuditEvent(models.Model):
    """One row, written in the transaction of what it tells. A trigger refuses changing or removing it."""

    at = models.DateTimeField("时间")
    staff = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, related_name="+", verbose_name="人员", db_index=False)
    username = models.CharField("用户名", max_length=40, blank=True)
    role = models.CharField("角色", max_length=12, blank=True)
    action = models.CharField("动作", max_length=30)
    subject_type = models.CharField("对象", max_length=30, blank=True)
    subject_id = models.BigIntegerField("对象编号", null=True)
    county_code = models.CharField("县（区）代码", max_length=6, blank=True)
    detail = models.JSONField("详情", default=dict)
    address = models.GenericIPAddressField("来源地址", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["county_code", "-id"], name="audit_county"),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_subject"),
            models.Index(fields=["staff", "action", "-at"], name="audit_staff_action"),
        ]


class AuditSeal(models.Model):
    """The seal on one trail row: SHA-256 over the row and the seal before it."""

    sequence = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="seal")
    hash = models.CharField("散列", max_length=64)
    sealed_at = models.DateTimeField("封存时间")
