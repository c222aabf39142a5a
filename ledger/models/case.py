"""Cases: one person's one disease, its state, and a history that nobody can edit."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models

from ledger.models.person import Person
from ledger.models.reach import reach
from ledger.models.staff import Role, Staff
from ledger.scope import ScopedQuerySet
from ledger.transitions import OUTCOMES, STATES

ENTITLEMENT = ("person_registered", "category_held", "category_verified", "category_ended", "out_of_poverty")


def _listed(name: str, *narrowed_by: str) -> models.Index:
    """One order of the list of cases, newest first, with what its figures are counted by: neither reads the table itself."""
    beside = [field for field in ("state", "county") if field not in narrowed_by]
    return models.Index(fields=[*narrowed_by, "-registered_on", "-id"], include=beside, condition=models.Q(folded_into=None), name=name)


class CaseQuerySet(ScopedQuerySet):
    @staticmethod
    def visible_filter(staff) -> models.Q:
        # A case folded into another of the same disease is that one's history.
        # A referral is two hospitals' business while it is open: the other one reads along.
        hospitals = ("hospital_code", "referral_code")
        return reach(staff, county="county", township="township", hospital=hospitals) & models.Q(folded_into=None)

    def worked_on_by(self, staff) -> "CaseQuerySet":
        """The cases in sight in which somebody may also enter something: a hospital its own, not those of a referral that it only reads."""
        return self.visible_to(staff).filter(works_on(staff))


def works_on(staff: Staff) -> models.Q:
    """Which of the cases in sight are this member of staff's to enter something in."""
    return models.Q(hospital_code=staff.hospital_code) if staff.role == Role.LIAISON else models.Q()


class Case(models.Model):
    """发现一例，建档一例；治愈一例，销号一例. County and township follow the person's home; the hospital's app fills the hospital."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="cases", verbose_name="患者")
    disease = models.ForeignKey("ledger.Disease", models.PROTECT, related_name="cases", verbose_name="病种")
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="县（区）")
    township = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", verbose_name="乡镇")
    state = models.CharField("状态", max_length=12, choices=STATES)
    found_on = models.DateField("发现日期")
    found_how = models.CharField("发现途径", max_length=30)
    found_by_name = models.CharField("发现人", max_length=60, blank=True)
    diagnosed_on = models.DateField("确诊日期", null=True, blank=True)
    diagnosis_hospital = models.CharField("确诊医院", max_length=60, blank=True)
    icd10 = models.CharField("ICD-10", max_length=10, blank=True)
    registered_on = models.DateField("登记日期", null=True, blank=True)
    registered_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    verified_on = models.DateField("核实日期", null=True, blank=True)
    hospital_code = models.CharField("定点医院代码", max_length=20, blank=True, db_index=True)
    hospital_name = models.CharField("定点医院", max_length=60, blank=True)
    referral_code = models.CharField("转诊对方医院代码", max_length=20, blank=True, default="", help_text="转诊在办时才有：对方只能查看")
    completed_on = models.DateField("完成治疗日期", null=True, blank=True, help_text="第一次完成治疗的日期")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    outcome = models.CharField("销号原因", max_length=16, choices=OUTCOMES, blank=True)
    age_confirmation_needed = models.BooleanField("超龄待确认", default=False)
    age_confirmed_by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+")
    folded_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="folded", verbose_name="已并入病例")
    assigned_to = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人")
    changed_at = models.DateTimeField("最近变动")
    version = models.PositiveIntegerField("版本", default=1)
    # How the person's name and its initials begin. The database keeps both (migration 0019), whatever is written here.
    name_head = models.CharField("姓名首字", max_length=1, blank=True, default="", editable=False)
    initials_head = models.CharField("拼音首字母之首", max_length=1, blank=True, default="", editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "病例"
        constraints = [
            models.UniqueConstraint(fields=["person", "disease"], condition=models.Q(folded_into=None), name="one_case_a_disease"),
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True) | models.Q(completed_on__gte=models.F("found_on")),
                name="treated_after_found",
            ),
            models.CheckConstraint(
                condition=models.Q(registered_on__isnull=True) | models.Q(registered_on__gte=models.F("found_on")),
                name="registered_after_found",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_on__isnull=False) & ~models.Q(outcome="")
                | ~models.Q(state="closed") & models.Q(closed_on__isnull=True, outcome=""),
                name="closed_with_an_outcome",
            ),
        ]
        indexes = [
            _listed("case_county_newest", "county"),
            _listed("case_county_state", "county", "state"),
            _listed("case_county_disease", "county", "disease"),
            _listed("case_county_hospital", "county", "hospital_code"),
            _listed("case_newest"),
            _listed("case_state", "state"),
            _listed("case_disease", "disease"),
            _listed("case_hospital", "hospital_code"),
            _listed("case_name_head", "name_head"),
            _listed("case_initials_head", "initials_head"),
            models.Index(fields=["referral_code"], condition=~models.Q(referral_code=""), name="case_referred"),
        ]

    def __str__(self):
        return f"{self.person.name} {self.disease}"


class StruckOff(models.Model):
    """Days on which a case stood closed as a mistaken registration, up to the day it was reopened: it counts nowhere on them."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="struck_off", verbose_name="病例")
    during = DateRangeField("起止")

    class Meta:
        verbose_name = verbose_name_plural = "误登记期间"
        ordering = ["during"]


class CaseEventQuerySet(models.QuerySet):
    def of(self, person: Person) -> "CaseEventQuerySet":
        """A person's timeline, with those of the records that were merged into theirs."""
        return self.filter(person__in=Person.objects.everywhere("records of one person in sight").records_of([person.pk]))

    def told_to(self, staff: Staff) -> "CaseEventQuerySet":
        """The part of a timeline for somebody who sees the person: all of it, but for a hospital that of its own cases.

        Of the person it is told the registration and the categories, which say what the patient is entitled to.
        """
        if staff.role != Role.LIAISON:
            return self
        seen = Case.objects.visible_to(staff)
        own = models.Q(case__in=seen) | models.Q(case__folded_into__in=seen)
        return self.filter(own | models.Q(case=None, move__in=ENTITLEMENT))


class CaseEvent(models.Model):
    """One thing that happened to a person or a case. Append-only, by trigger."""

    person = models.ForeignKey("ledger.Person", models.PROTECT, related_name="events")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="events")
    at = models.DateTimeField("时间")
    on = models.DateField("发生日期")
    move = models.CharField("事项", max_length=20)
    from_state = models.CharField("原状态", max_length=12, blank=True)
    to_state = models.CharField("新状态", max_length=12, blank=True)
    text = models.CharField("经过", max_length=300)
    reason = models.CharField("原因", max_length=300, blank=True)
    by = models.ForeignKey("ledger.Staff", models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField("经手人", max_length=40)
    unit = models.CharField("单位", max_length=60, blank=True)
    county = models.ForeignKey("ledger.Division", models.PROTECT, related_name="+", db_index=False)

    objects = CaseEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经过"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["county", "-at", "-id"], name="event_county_newest")]
