"""Policy texts as they were in force: by area and period, each version whole and never changed once published."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value

from ledger.models.ranges import as_range


class PolicyArea(models.Model):
    """Where a policy holds. ``division`` is that place on this ledger; empty for an area whose people are not on it."""

    name = models.CharField("适用地区", max_length=40, unique=True)
    division = models.OneToOneField("ledger.Division", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="区划")

    class Meta:
        verbose_name = verbose_name_plural = "政策地区"
        ordering = ["name"]

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, county, day=None) -> "PolicyArea | None":
        """The area whose policy a county's people come under: the county's own where it has one (on the day), else its prefecture's."""
        published = PolicyVersion.objects.filter(area=OuterRef("pk"), state=VersionState.PUBLISHED)
        holding = published if day is None else published.filter(during__contains=day)
        found = cls.objects.filter(division__in=[county.pk, county.parent_id]).annotate(holds=Exists(holding))
        areas = {area.division_id: area for area in found}
        order = [areas[pk] for pk in (county.pk, county.parent_id) if pk in areas]
        return next((area for area in order if area.holds), order[-1] if order else None)


class VersionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    REPLACED = "replaced", "未使用即被替换"


class PolicyVersionQuerySet(models.QuerySet):
    def in_force(self, area: PolicyArea, day) -> "PolicyVersion | None":
        return self.filter(area=area, state=VersionState.PUBLISHED, during__contains=day).first()


class PolicyVersion(models.Model):
    """One version of one policy: its text, the text's SHA-256, and from which day to which it holds."""

    area = models.ForeignKey(PolicyArea, models.PROTECT, related_name="versions", verbose_name="适用地区")
    code = models.SlugField("代码", max_length=40)
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("政策", max_length=120)
    document = models.CharField("文号", max_length=60)
    text = models.TextField("全文")
    sha256 = models.CharField("SHA-256", max_length=64)
    during = DateRangeField("执行期")
    state = models.CharField("状态", max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="改自")
    note = models.CharField("修改说明", max_length=200, blank=True)
    made_at = models.DateTimeField("建立时间")
    made_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="建立人")
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人")

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        ordering = ["area", "-during", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="policy_version_once"),
            ExclusionConstraint(
                name="one_policy_at_a_time",
                index_type="GIST",
                expressions=[(as_range("area_id"), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state="published"),
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(made_by=None) | ~Q(published_by=F("made_by")), name="published_by_a_second_person"
            ),
        ]

    def __str__(self):
        return f"{self.document} 第 {self.number} 版"


class SignOff(models.Model):
    """A city official answers for an assumed number: the local document that prints it."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="signoffs", verbose_name="政策版本")
    key = models.CharField("参数", max_length=120)
    document = models.CharField("文号", max_length=60)
    clause = models.CharField("条款", max_length=60)
    signed_at = models.DateTimeField("签认时间")
    signed_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="签认人")

    class Meta:
        verbose_name = verbose_name_plural = "示范参数签认"
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="signed_once")]
        ordering = ["version_id", "id"]


class PriceLimit(models.Model):
    """单病种限额: what of a stay's in-policy costs counts as within, by disease, hospital level and period."""

    area = models.ForeignKey(PolicyArea, models.PROTECT, related_name="price_limits", verbose_name="适用地区")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="+", verbose_name="病种")
    level = models.CharField("医院级别", max_length=20, blank=True, help_text="留空表示各级别相同")
    during = DateRangeField("执行期")
    amount_yuan = models.DecimalField("限额（元）", max_digits=14, decimal_places=2)
    document = models.CharField("文号", max_length=60)
    made_at = models.DateTimeField("录入时间")
    made_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="录入人")

    class Meta:
        verbose_name = verbose_name_plural = "单病种限额"
        ordering = ["area", "disease__position", "level", "-during"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_yuan__gte=0), name="a_limit_is_not_negative"),
            ExclusionConstraint(
                name="one_price_limit_at_a_time",
                index_type="GIST",
                expressions=[
                    (as_range("area_id"), RangeOperators.OVERLAPS),
                    (as_range("disease_id"), RangeOperators.OVERLAPS),
                    # The text itself cannot stand in a GiST index without a module; equal texts have equal hashes.
                    (
                        Func(
                            Func(F("level"), function="hashtext"),
                            Func(F("level"), function="hashtext"),
                            Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    @classmethod
    def holding(cls, *, area: PolicyArea, disease, level: str, day) -> "PriceLimit | None":
        """The limit of a disease on a day: the level's own, else the one for every level."""
        rows = cls.objects.filter(area=area, disease=disease, level__in=[level, ""], during__contains=day)
        return rows.order_by("-level").first()
