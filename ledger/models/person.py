"""People and their dated facts: where they live, which categories they hold, how they are enrolled."""

from collections.abc import Iterable

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from ledger.models.ranges import as_box, as_range
from ledger.models.reach import reach
from ledger.models.staff import Role
from ledger.protection import SealedField, mask_id_number
from ledger.scope import ScopedQuerySet


class Category(models.IntegerChoices):
    """Why somebody is entitled. The number stands in an exclusion constraint: never renumber."""

    REGISTERED_POOR = 1, "建档立卡"
    DIBAO = 2, "低保"
    TEKUN = 3, "特困供养"
    ORPHAN = 4, "孤儿"
    DISABLED_POOR = 5, "贫困残疾人"


# Who keeps the truth about a category.
VERIFIER = {
    Category.REGISTERED_POOR: Role.POVERTY,
    Category.DIBAO: Role.CIVIL,
    Category.TEKUN: Role.CIVIL,
    Category.ORPHAN: Role.CIVIL,
    Category.DISABLED_POOR: Role.DISABLED,
}


def manages(role: str, category: int) -> bool:
    """Whether a role has a say on a category once recorded: a department on its own lists only, the bureau, which is none, on all."""
    return role == VERIFIER[Category(category)] or role not in VERIFIER.values()


class PersonQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        if staff.role == Role.LIAISON:  # By the cases, each person once.
            from ledger.models.case import Case

            return models.Q(pk__in=Case.objects.visible_to(staff).values("person"))
        # A record that was merged into another is nobody's work: its address leads to the kept one.
        return reach(staff, county="county", township="township") & models.Q(merged_into=None)

    def bearer(self, pk: int) -> "Person":
        """The person, or the record into which this one was merged, however often that happened."""
        person = self.get(pk=pk)
        while person.merged_into_id:
            person = self.get(pk=person.merged_into_id)
        return person

    def bearers_of(self, hashes: Iterable[str], *, merged_only: bool = False) -> dict[str, int]:
        """Keyed hash of an ID number → who bears it: where that record was merged into another, the kept one."""
        rows = self.exclude(merged_into=None) if merged_only else self
        borne = rows.filter(id_number_hash__in=list(hashes)).values_list("id_number_hash", "pk", "merged_into")
        return {hashed: self.bearer(pk).pk if merged else pk for hashed, pk, merged in borne}

    def give_way(self, person: "Person") -> None:
        """A record that was merged into this person's lets go of the number that the person is about to bear."""
        if person.id_number_hash:
            merged = self.records_of([person.pk]) - {person.pk}
            rows = self.filter(pk__in=merged, id_number_hash=person.id_number_hash)
            rows.update(id_number_hash=None, id_absent_reason="证号由保留的资料使用")

    def records_of(self, people: Iterable[int]) -> set[int]:
        """These people (ids) with the records that were merged into theirs."""
        known, newest = set(people), set(people)
        while newest:
            newest = set(self.filter(merged_into__in=newest).values_list("pk", flat=True)) - known
            known |= newest
        return known


class Person(models.Model):
    """Somebody on the ledger. ``county``, ``township`` and ``village`` are where they live today; the past is in Residence."""

    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    sex = models.CharField("性别", max_length=6, choices=[("male", "男"), ("female", "女")])
    born_on = models.DateField("出生日期")
    id_number = SealedField("身份证号", mask=mask_id_number, blank=True, default="")
    id_number_hash = models.CharField("身份证号散列", max_length=64, null=True, blank=True, unique=True)
    id_absent_reason = models.CharField("无身份证号原因", max_length=60, blank=True)
    insurance_number = models.CharField("医保（农合）证号", max_length=30, blank=True)
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    phone = SealedField("联系电话", blank=True, default="")
    phone_hash = models.CharField("联系电话散列", max_length=64, blank=True)
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    township = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="乡镇")
    village = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="行政村")
    address = models.CharField("详细住址", max_length=120)
    household_number = models.CharField("户编号", max_length=30, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_relation = models.CharField("与患者关系", max_length=20, blank=True)
    contact_phone = SealedField("联系人电话", blank=True, default="")
    village_doctor = models.CharField("乡村医生", max_length=60, blank=True)
    village_doctor_phone = SealedField("乡村医生电话", blank=True, default="")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="已并入")
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="登记人")

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "患者"
        indexes = [
            models.Index(fields=["county", "name"], opclasses=["int8_ops", "text_pattern_ops"], name="person_county_name"),
            models.Index(fields=["county", "initials"], opclasses=["int8_ops", "text_pattern_ops"], name="person_county_initials"),
            models.Index(fields=["name"], opclasses=["text_pattern_ops"], name="person_name"),
            models.Index(fields=["initials"], opclasses=["text_pattern_ops"], name="person_initials"),
            models.Index(fields=["county", "born_on"], name="person_county_born"),
            models.Index(fields=["phone_hash"], name="person_phone"),
            models.Index(fields=["county", "born_on"], condition=models.Q(id_number_hash=None), name="person_without_number"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id_number_hash__isnull=False) | ~models.Q(id_absent_reason=""), name="id_number_or_a_reason"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def full_address(self) -> str:
        """Town, village and the rest, as printed on the roster."""
        return f"{self.township.name}{self.village.name}{self.address}"


class Residence(models.Model):
    """Where somebody lived, from a day to a day. It ends when they leave the prefecture."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="residences")
    # Nobody asks for homes by their place: people have it, and the derived table. So it has no index that every home would be filed in.
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", db_index=False)
    township = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", db_index=False)
    address = models.CharField("详细住址", max_length=120)
    during = DateRangeField("起止")
    reason = models.CharField("原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "住址"
        ordering = ["during"]
        constraints = [
            ExclusionConstraint(name="one_home_at_a_time", index_type="GIST", expressions=[(as_box("person_id"), RangeOperators.OVERLAPS)])
        ]


class CategoryFact(models.Model):
    """A category held from a day to a day (the end is the first day it no longer holds), and who verified it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="categories")
    category = models.SmallIntegerField("类别", choices=Category.choices)
    during = DateRangeField("起止")
    basis = models.CharField("依据", max_length=120)
    out_of_poverty_year = models.SmallIntegerField("脱贫年度", null=True, blank=True)
    recorded_on = models.DateField("录入日期", null=True, blank=True, help_text="从这一天起等主管部门核实")
    verified_on = models.DateField("核实日期", null=True, blank=True)
    verified_by = models.ForeignKey(
        "ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人", db_index=False
    )
    recorded_by = models.ForeignKey("ledger.Staff", models.PROTECT, related_name="+", verbose_name="录入人", db_index=False)
    ended_reason = models.CharField("终止原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员类别"
        ordering = ["-during"]
        indexes = [
            models.Index(fields=["category", "person"], name="category_holders"),
            models.Index(fields=["person"], condition=models.Q(verified_on=None), name="category_unverified"),
        ]
        constraints = [
            ExclusionConstraint(
                name="category_held_once_at_a_time",
                index_type="GIST",
                expressions=[(as_box("person_id", "category"), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on__isnull=True, verified_by__isnull=True)
                | models.Q(verified_on__isnull=False, verified_by__isnull=False),
                name="verified_by_somebody",
            ),
        ]

    def __str__(self):
        return self.get_category_display()

    def holds_on(self, day) -> bool:
        lower, upper = self.during.lower, self.during.upper
        return (lower is None or lower <= day) and (upper is None or day < upper)


class Enrolment(models.Model):
    """Whether somebody was enrolled in resident insurance in a year, in which plan and pooling area."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="enrolments")
    year = models.SmallIntegerField("年度")
    enrolled = models.BooleanField("参保")
    plan = models.CharField("参保档次", max_length=20, blank=True)
    pooling_area = models.CharField("统筹区", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参保记录"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["person", "year"], name="enrolled_once_a_year")]


class PolicyCard(models.Model):
    """The 明白卡 a household was given, from a day to a day."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="policy_cards")
    number = models.CharField("明白卡编号", max_length=30, blank=True)
    during = DateRangeField("起止")

    class Meta:
        verbose_name = verbose_name_plural = "明白卡"
        ordering = ["-during"]
        constraints = [
            ExclusionConstraint(
                name="one_card_at_a_time",
                index_type="GIST",
                expressions=[(as_range("person_id"), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
            )
        ]
