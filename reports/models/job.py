"""Long work asked for on a page: the row says how far it has come, whatever becomes of the process that does it."""

from django.db import models

from ledger.models.staff import Staff
from ledger.protection import SealedField
from ledger.scope import ScopedQuerySet
from reports.models.submission import hidden

WAITING, RUNNING, DONE, CANCELLED, STOPPED = "waiting", "running", "done", "cancelled", "stopped"
STATES = [(WAITING, "排队"), (RUNNING, "进行中"), (DONE, "已完成"), (CANCELLED, "已取消"), (STOPPED, "没有做成")]


class JobQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff: Staff) -> models.Q:
        return models.Q(asked_by=staff.pk)


class Job(models.Model):
    """``terms`` says what is asked for and names nobody; the file lies in the reports' folder under the job's number.

    ``run`` counts how often it was taken up again after silence; whoever works on it says so by ``beat_at``.
    """

    kind = models.CharField("要做的事", max_length=20)
    title = models.CharField("名称", max_length=80)
    terms = models.JSONField("条件", default=dict)
    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="市")
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="jobs", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=STATES, default=WAITING)
    doing = models.CharField("正在做", max_length=80, blank=True)
    done = models.IntegerField("已做", default=0)
    total = models.IntegerField("总数", default=0)
    run = models.SmallIntegerField("第几次", default=0)
    beat_at = models.DateTimeField("最近动静", null=True, blank=True)
    said = models.CharField("没有做成的原因", max_length=300, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=120, blank=True)
    file_hash = models.CharField("文件散列", max_length=64, blank=True)
    size = models.IntegerField("字节数", default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "长任务"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "beat_at"], name="jobs_by_state")]


class JobPart(models.Model):
    """One county's share of a job, which any worker may take; its result waits sealed until all shares are there."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts", verbose_name="长任务")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    result = SealedField("结果", mask=hidden, blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "长任务的一份"
        ordering = ["job", "county__code"]
        constraints = [models.UniqueConstraint(fields=["job", "county"], name="one_part_a_county")]
