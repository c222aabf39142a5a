"""Diseases, and which of them a programme covers in which year: data, each row with its document."""

import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ReportGroup(models.Model):
    """A row of F1: 结直肠癌 stands for 结肠癌 and 直肠癌. F1 and F5 each print the groups in an order of their own."""

    name = models.CharField("报表病种", max_length=30, unique=True)
    f1_order = models.SmallIntegerField("F1 顺序")
    f5_order = models.SmallIntegerField("F5 顺序")
    f5_heading = models.CharField("F5 列名", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表病种"
        ordering = ["f1_order"]

    def __str__(self):
        return self.name


class Disease(models.Model):
    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("病种", max_length=40, unique=True)
    short_name = models.CharField("列表用名", max_length=20, blank=True)
    icd10_prefixes = ArrayField(models.CharField(max_length=8), verbose_name="ICD-10 前缀")
    age_max = models.SmallIntegerField("最大年龄", null=True, blank=True)
    group = models.ForeignKey(ReportGroup, models.PROTECT, related_name="diseases", verbose_name="报表病种")
    position = models.SmallIntegerField("顺序")

    class Meta:
        verbose_name = verbose_name_plural = "病种"
        ordering = ["position"]

    def __str__(self):
        return self.short_name or self.name

    def accepts_age(self, age: int) -> bool:
        """Whether somebody of that age may be counted under this disease: 0–14 for the children's diseases."""
        return self.age_max is None or age <= self.age_max


class Programme(models.Model):
    """Whose disease list a prefecture follows: the nation's, or its own."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "病种目录"

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, division) -> "Programme":
        """The programme a division's prefecture names, else the national one."""
        return division.prefecture.programme or cls.objects.get(code="national")

    def list_on(self, day: datetime.date) -> "CoverageList | None":
        """The list that counts on a day: the last one started; it counts until the programme's next list.

        Of two that start on one day the one whose document names the day, then the one entered later.
        """
        newest = ("-starts_on", models.F("effective_on").desc(nulls_last=True), "-pk")
        return self.lists.filter(starts_on__lte=day).order_by(*newest).first()

    def covers(self, disease: Disease, day: datetime.date) -> bool:
        """Whether the disease is on the list that counts on the day."""
        current = self.list_on(day)
        return current is not None and current.rows.filter(disease=disease).exists()

    def covered_on(self, day: datetime.date) -> list[Disease]:
        """The diseases covered on a day, in the list's order; none before the first list."""
        current = self.list_on(day)
        if current is None:
            return []
        return [row.disease for row in current.rows.select_related("disease__group").order_by("position")]


class CoverageList(models.Model):
    """One year's list of a programme, from 1 January of the year unless the document says otherwise."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="lists", verbose_name="病种目录")
    year = models.SmallIntegerField("年度")
    effective_on = models.DateField("生效日期", null=True, blank=True)
    starts_on = models.GeneratedField(
        expression=models.functions.Coalesce(
            "effective_on",
            models.Func("year", 1, 1, function="make_date", output_field=models.DateField()),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "年度病种目录"
        constraints = [models.UniqueConstraint(fields=["programme", "year", "effective_on"], name="one_list_a_start", nulls_distinct=False)]

    def __str__(self):
        return f"{self.programme} {self.year} 年"


class Coverage(models.Model):
    """A disease on a list, with the document that put it there."""

    list = models.ForeignKey(CoverageList, models.CASCADE, related_name="rows", verbose_name="年度病种目录")
    disease = models.ForeignKey(Disease, models.PROTECT, verbose_name="病种")
    position = models.SmallIntegerField("顺序")
    document = models.CharField("文号", max_length=60, blank=True)
    status = models.CharField("说明", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "病种目录明细"
        constraints = [models.UniqueConstraint(fields=["list", "disease"], name="disease_once_a_list")]
        ordering = ["list", "position"]

    def __str__(self):
        return f"{self.list}：{self.disease}"
