"""What the workbook of a frozen return looked like when it was drawn, so that it can be drawn again and compared."""

from django.db import models

from ledger.protection import SealedField
from reports.models.submission import Submission, hidden


class WorkbookStamp(models.Model):
    """Under the same renderer the file's SHA-256 must come out again; under another, the hash over every cell's value.

    ``cells`` holds the values themselves, sealed, so that a difference can be told by its sheet and cell. A trigger keeps the row.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="stamps", verbose_name="上报")
    renderer = models.CharField("绘制版本", max_length=40)
    file_hash = models.CharField("文件散列", max_length=64)
    cells_hash = models.CharField("单元格散列", max_length=64)
    size = models.IntegerField("字节数")
    cells = SealedField("单元格", mask=hidden, blank=True)
    stamped_at = models.DateTimeField("绘制时间")

    class Meta:
        verbose_name = verbose_name_plural = "工作簿散列"
        constraints = [models.UniqueConstraint(fields=["submission", "renderer"], name="one_stamp_a_renderer")]
