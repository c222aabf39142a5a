"""A list of people waiting between its preview and its import: sealed, one importer's own, gone after a day."""

from django.db import models

from ledger.models.staff import Role, Staff
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet

# Whoever registers people one by one may bring a list; the access table and the command both ask here.
IMPORTERS = frozenset({Role.CLERK, Role.LEAD, Role.TOWNSHIP, Role.CIVIL, Role.POVERTY})
READING, OPEN, APPLIED, DROPPED = "reading", "open", "applied", "dropped"


def hidden(text: str) -> str:
    """Nothing of the content."""
    return "……"


class UploadQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff: Staff) -> models.Q:
        return models.Q(staff=staff.pk)


class Upload(models.Model):
    """``people`` is the list as read, ``preview`` what would become of each line; both are emptied when the day is over."""

    staff = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="导入人")
    area = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="管辖范围")
    layout = models.CharField("版式", max_length=8, choices=[("f2", "附件 2"), ("roster", "建档立卡名册")])
    category = models.SmallIntegerField("类别")
    since = models.DateField("名单日期")
    whole = models.BooleanField("全部改好才导入", default=False)
    file_name = models.CharField("文件名", max_length=120)
    people = SealedField("名单", mask=hidden)
    preview = SealedField("预览", mask=hidden)
    counts = models.JSONField("各结果的行数", default=dict)
    decisions = models.JSONField("存疑的处理", default=dict)
    outcome = models.JSONField("写入结果", default=dict)
    state = models.CharField(
        "状态", max_length=8, default=OPEN, choices=[(READING, "核对中"), (OPEN, "待导入"), (APPLIED, "已导入"), (DROPPED, "已放弃")]
    )
    made_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入名单"
        indexes = [models.Index(fields=["state", "made_at"], name="upload_waiting")]

    def __str__(self):
        return f"导入名单 {self.pk}"
