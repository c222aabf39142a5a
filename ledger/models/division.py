"""Administrative divisions with their official codes, and the names their units bear over time."""

import datetime
import itertools

from django.db import models


class Level(models.IntegerChoices):
    PREFECTURE = 2, "地级市"
    COUNTY = 3, "县（区）"
    TOWNSHIP = 4, "乡镇（街道）"
    VILLAGE = 5, "行政村（社区）"


CODE_LENGTH = {Level.PREFECTURE: 6, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}


class DivisionQuerySet(models.QuerySet):
    def counties_of(self, prefecture: "Division"):
        return self.filter(level=Level.COUNTY, parent=prefecture).order_by("code")

    def in_use(self):
        """Divisions that still exist: a merged village keeps its people but takes no new ones."""
        return self.filter(ended_on=None)

    def villages_called(self, typed: str, prefecture: "Division") -> "list[Division]":
        """The prefecture's villages in use that somebody may mean: by code, or by name with town, county or prefecture before it."""
        villages = self.in_use().filter(level=Level.VILLAGE, parent__parent__parent=prefecture)
        villages = villages.select_related("parent__parent__parent").order_by("code")
        return [village for village in villages if typed == village.code or typed in village.spellings()]


class Division(models.Model):
    """A prefecture, county, township or village."""

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20, blank=True)
    level = models.SmallIntegerField("级别", choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级")
    programme = models.ForeignKey(
        "ledger.Programme", models.PROTECT, null=True, blank=True, verbose_name="病种目录", help_text="留空时按国家目录。"
    )
    ended_on = models.DateField("停用日期", null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The name as said in a sentence: 融水县 for 融水苗族自治县."""
        return self.short_name or self.name

    @property
    def place(self) -> str:
        """A village as told to another county's clerk: 鹿寨县中渡镇大兆村."""
        return self.parent.parent.label + self.parent.name + self.name

    def spellings(self) -> set[str]:
        """How a village may be written: its name, with any of prefecture, county (in full or short) and town before it."""
        town, county = self.parent, self.parent.parent
        before = itertools.product(("", county.parent.name), ("", county.name, county.label), ("", town.name))
        return {"".join(areas) + self.name for areas in before}

    @property
    def prefecture(self) -> "Division":
        division = self
        while division.level > Level.PREFECTURE:
            division = division.parent
        return division

    @property
    def county(self) -> "Division | None":
        division = self
        while division and division.level > Level.COUNTY:
            division = division.parent
        return division if division and division.level == Level.COUNTY else None


class UnitKind(models.TextChoices):
    HEALTH = "health", "卫生健康主管部门"
    CIVIL = "civil", "民政部门"
    POVERTY = "poverty", "扶贫部门"
    DISABLED = "disabled", "残联"
    INSURANCE = "insurance", "医保经办机构"
    FINANCE = "finance", "财政部门"
    CLINIC = "clinic", "乡镇卫生院"


class UnitName(models.Model):
    """What a division's unit is called from a day on: 卫生和计划生育局 became 卫生健康局."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="unit_names", verbose_name="行政区划")
    kind = models.CharField("部门", max_length=12, choices=UnitKind.choices)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=30, blank=True)
    since = models.DateField("启用日期", default=datetime.date(2000, 1, 1))

    class Meta:
        verbose_name = verbose_name_plural = "单位名称"
        constraints = [models.UniqueConstraint(fields=["division", "kind", "since"], name="unit_named_once_a_day")]
        ordering = ["division", "kind", "since"]

    def __str__(self):
        return self.name

    @classmethod
    def on(cls, division: Division, kind: str, day: datetime.date) -> str:
        """The unit's name on a day; its division's name and the kind where none was entered."""
        names = cls.objects.filter(division=division, kind=kind, since__lte=day).order_by("-since").values_list("name", flat=True)
        return names.first() or f"{division.name}{UnitKind(kind).label}"
