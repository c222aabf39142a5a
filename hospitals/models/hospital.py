"""Hospitals, and for which disease, area and year each is designated (annex 3 of the Liuzhou document)."""

import datetime

from django.db import models


class Tier(models.TextChoices):
    COUNTY = "county", "县级"
    CITY = "city", "市级"
    REGION = "region", "自治区级"


class HospitalQuerySet(models.QuerySet):
    def designated_for(self, *, disease, county, on: datetime.date, admitted_on: datetime.date | None = None):
        """Hospitals designated for a disease in that county on a day, nearest tier first.

        A stay begun while the designation held is finished under it: ``admitted_on`` is its first day. A hospital that was
        closed counts up to the day on which its designations ended.
        """
        still = models.Q(designations__ended_on=None, is_active=True) | models.Q(designations__ended_on__gte=admitted_on or on)
        return (
            self.filter(
                still,
                designations__disease=disease,
                designations__year=on.year,
                designations__area__in=[county, county.parent],
            )
            .annotate(tier=models.F("designations__tier"))
            .annotate(nearness=models.Case(
                models.When(tier=Tier.COUNTY, then=0), models.When(tier=Tier.CITY, then=1), default=2,
                output_field=models.SmallIntegerField(),
            ))
            .order_by("nearness", "code")
            .distinct()
        )  # fmt: skip

    def kept_by(self, prefecture):
        """The hospitals that a city keeps: those in its area, and those of no county that nobody else has designated."""
        others = Designation.objects.filter(hospital=models.OuterRef("pk")).exclude(
            models.Q(area=prefecture) | models.Q(area__parent=prefecture)
        )
        own = models.Q(county=prefecture) | models.Q(county__parent=prefecture)
        return self.filter(own | models.Q(county=None) & ~models.Exists(others))


class Hospital(models.Model):
    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("医院", max_length=60, unique=True)
    short_name = models.CharField("简称", max_length=30, blank=True)
    county = models.ForeignKey("ledger.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在县（区）")
    phone = models.CharField("联系电话", max_length=30, blank=True)
    pooling_area = models.CharField("所在统筹区", max_length=40, blank=True, help_text="留空表示在本市统筹区内")
    is_active = models.BooleanField("在用", default=True)

    objects = HospitalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "医院"
        ordering = ["code"]

    def __str__(self):
        return self.name


class HospitalLevel(models.Model):
    """A hospital's level under a policy: the same hospital may count as 二级 in one and 县级 in another."""

    hospital = models.ForeignKey(Hospital, models.CASCADE, related_name="levels", verbose_name="医院")
    policy = models.SlugField("政策", max_length=40)
    level = models.SlugField("级别", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "医院级别"
        constraints = [models.UniqueConstraint(fields=["hospital", "policy"], name="one_level_a_policy")]


class Designation(models.Model):
    """A hospital designated for a disease in an area in a year, with the document that says so."""

    hospital = models.ForeignKey(Hospital, models.PROTECT, related_name="designations", verbose_name="医院")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="+", verbose_name="病种")
    area = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="服务范围")
    tier = models.CharField("级别", max_length=8, choices=Tier.choices)
    year = models.SmallIntegerField("年度")
    document = models.CharField("依据", max_length=80)
    ended_on = models.DateField("最后一天", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定点"
        constraints = [models.UniqueConstraint(fields=["hospital", "disease", "area", "year"], name="designated_once")]
