"""What a long list's own process has to do, and how far it has come: the row is the truth, whatever becomes of the process."""

from django.db import models

from ledger.models.staff import Staff
from ledger.models.upload import hidden
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet

READ, IMPORT = "read", "import"
STARTING, READING, JUDGING, WRITING = "starting", "reading", "judging", "writing"
# What the page says is being done.
STEPS = {STARTING: "正在准备", READING: "正在读取文件", JUDGING: "正在核对", WRITING: "正在写入台账"}


class ListWorkQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff: Staff) -> models.Q:
        return models.Q(upload__staff=staff.pk)


class ListWork(models.Model):
    """One list to be read or imported. ``run`` counts the processes started for it: only the last may finish it.

    A process says every half second that it lives (``beat_at``, by the database's clock). Whoever finds it silent starts
    the next one; what the silent one had done was in a transaction and is gone.
    """

    upload = models.OneToOneField("ledger.Upload", models.CASCADE, related_name="work", verbose_name="名单")
    kind = models.CharField("要做的事", max_length=8, choices=[(READ, "核对"), (IMPORT, "写入")])
    file = SealedField("文件内容", mask=hidden)
    address = models.GenericIPAddressField("来源地址", null=True)
    run = models.SmallIntegerField("第几次", default=0)
    stage = models.CharField("步骤", max_length=8, default=STARTING)
    stage_at = models.DateTimeField("步骤开始时间", null=True)
    done = models.IntegerField("已做行数", default=0)
    total = models.IntegerField("总行数", default=0)
    beat_at = models.DateTimeField("最近动静", null=True)
    said = models.CharField("没有做成的原因", max_length=500, blank=True)
    stopped = models.BooleanField("已取消", default=False)
    finished_at = models.DateTimeField("结束时间", null=True)

    objects = ListWorkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单处理"
