"""How somebody likes their list of cases: which columns, and the filters they come back to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ListColumns(models.Model):
    staff = models.OneToOneField("ledger.Staff", models.CASCADE, related_name="list_columns", verbose_name="人员")
    columns = ArrayField(models.SlugField(max_length=20), verbose_name="列")

    class Meta:
        verbose_name = verbose_name_plural = "列表的列"


class SavedFilter(models.Model):
    """``query`` is the address's query without its page, as the list itself writes it."""

    staff = models.ForeignKey("ledger.Staff", models.CASCADE, related_name="saved_filters", verbose_name="人员")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=600)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["staff", "name"], name="filter_named_once")]

    def __str__(self):
        return self.name
