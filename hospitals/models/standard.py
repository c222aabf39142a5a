"""救治标准文件 (annex 7): the documents and clinical pathways that apply to a disease, with number, day and file."""

import datetime

from django.db import models


class StandardKind(models.TextChoices):
    DOCUMENT = "document", "文件"
    PATHWAY = "pathway", "临床路径"


class StandardQuerySet(models.QuerySet):
    def listed(self) -> "StandardQuerySet":
        """Without the files themselves."""
        return self.defer("content")

    def standing(self, on: datetime.date) -> "StandardQuerySet":
        """Those that hold on a day: the day of issue is no bound, since documents are entered that reach back."""
        return self.filter(models.Q(ended_on=None) | models.Q(ended_on__gte=on))


class Standard(models.Model):
    """One document a prefecture goes by. ``content`` is the file itself: no personal data, so it is not sealed."""

    prefecture = models.ForeignKey("ledger.Division", models.PROTECT, related_name="standards", verbose_name="市")
    kind = models.CharField("种类", max_length=10, choices=StandardKind.choices, default=StandardKind.DOCUMENT)
    number = models.CharField("文号", max_length=60)
    title = models.CharField("名称", max_length=120)
    issuer = models.CharField("发文机关", max_length=80, blank=True)
    issued_on = models.DateField("发文日期", null=True, blank=True)
    diseases = models.ManyToManyField("ledger.Disease", related_name="standards", verbose_name="适用病种")
    ended_on = models.DateField("最后一天", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=120, blank=True)
    media_type = models.CharField("类型", max_length=20, blank=True)
    size = models.PositiveIntegerField("字节数", default=0)
    sha256 = models.CharField("散列", max_length=64, blank=True)
    content = models.BinaryField("内容", null=True, blank=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "救治标准"
        ordering = ["kind", "number"]
        constraints = [models.UniqueConstraint(fields=["prefecture", "number", "title"], name="standard_once")]

    def __str__(self):
        return f"《{self.title}》（{self.number}）"
