"""专职联系人 (F4): every county bureau and designated hospital names its person. (柳卫医〔2017〕40号 三（三）, 附件6)"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from hospitals.directory import designations_on
from hospitals.models import Contact, Hospital, HospitalLevel
from ledger import clock
from ledger.actions.assigning import hands
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role, Staff, UnitName
from ledger.models.division import UnitKind

TERTIARY = "level-3"  # 三级医疗机构直接报: under any policy that the hospital is levelled by.
BUREAU = frozenset({Role.CLERK, Role.LEAD})
TOLD = ("name", "position", "phone", "mobile", "email", "staff")
WORDS = {"name": "姓名", "position": "职务", "phone": "电话", "mobile": "手机", "email": "邮箱", "staff": "系统账号"}


@dataclass
class Unit:
    """A bureau or a hospital that names somebody: ``answers`` is the county whose list it stands in, None for the city's own."""

    name: str
    prefecture: Division
    county: Division | None = None
    hospital: Hospital | None = None
    answers: Division | None = None
    contact: Contact | None = None

    def kept_by(self, staff: Staff) -> bool:
        """Whether this member of staff names its person: its own people, the bureau for its hospitals, the city for any hospital."""
        if staff.role in BUREAU:
            return self.answers is not None and self.answers.pk == staff.area_id
        if self.hospital is None:
            return False
        if staff.role == Role.LIAISON:
            return self.hospital.code == staff.hospital_code and staff.area.prefecture.pk == self.prefecture.pk
        return staff.role == Role.CITY and staff.area_id == self.prefecture.pk

    def accounts(self) -> Iterable[Staff]:
        """Whose account may be written beside the name."""
        if self.county:
            return hands(self.county)
        return Staff.objects.filter(role=Role.LIAISON, hospital_code=self.hospital.code, is_active=True).order_by("full_name", "pk")


def in_force(day: datetime.date) -> Q:
    """Whoever was named by a day and had not yet handed over."""
    return Q(named_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))


def contact_of_county(county: Division) -> Contact | None:
    """The person whom the county's bureau has named: who answers today, also for a form of last month."""
    return Contact.objects.filter(county=county, ended_on=None).first()


def units_of(prefecture: Division, day: datetime.date, *, county: Division | None = None) -> list[Unit]:
    """Who has to answer: every county's bureau with its designated hospitals, then those that answer the city directly.

    A hospital answers the county it stands in, unless it is a tertiary one or stands in none of the prefecture's. With ``county``
    only that county's.
    """
    counties = list(Division.objects.counties_of(prefecture))
    own = {one.pk: one for one in counties}
    designated = designations_on(day).filter(area__in=[prefecture.pk, *own]).values("hospital")
    hospitals = list(Hospital.objects.filter(pk__in=designated).order_by("code"))
    tertiary = set(HospitalLevel.objects.filter(hospital__in=hospitals, level=TERTIARY).values_list("hospital", flat=True))
    answers = {one.pk: own.get(one.county_id) if one.pk not in tertiary else None for one in hospitals}
    bureaus = bureaus_on(counties, day)
    units = []
    for one in counties:
        if county is None or one.pk == county.pk:
            units.append(Unit(bureaus[one.pk], prefecture, county=one, answers=one))
            units += [Unit(h.name, prefecture, hospital=h, answers=one) for h in hospitals if answers[h.pk] == one]
    if county is None:
        units += [Unit(h.name, prefecture, hospital=h) for h in hospitals if answers[h.pk] is None]
    named = Contact.objects.filter(in_force(day), prefecture=prefecture).select_related("staff", "named_by").order_by("named_on", "pk")
    contacts = {(contact.county_id, contact.hospital_id): contact for contact in named}
    for unit in units:
        unit.contact = contacts.get((unit.county.pk if unit.county else None, unit.hospital.pk if unit.hospital else None))
    return units


def bureaus_on(counties: list[Division], day: datetime.date) -> dict[int, str]:
    """The bureaus' names on a day, by county, in one query; a county without one is called by its own."""
    rows = UnitName.objects.filter(division__in=counties, kind=UnitKind.HEALTH, since__lte=day).order_by("since")
    known = {row.division_id: row.name for row in rows}
    return {county.pk: known.get(county.pk, f"{county.name}卫生健康部门") for county in counties}


def units_for(staff: Staff, day: datetime.date) -> list[Unit]:
    """The units whose person this member of staff sees: the city's all, a county's own, a hospital itself."""
    units = units_of(staff.area.prefecture, day, county=staff.area.county if staff.role in BUREAU else None)
    return units if staff.role == Role.CITY else [unit for unit in units if unit.kept_by(staff)]


def not_answered(units: Iterable[Unit]) -> list[Unit]:
    """Who has named nobody yet."""
    return [unit for unit in units if unit.contact is None]


def check_keeper(*, by: Staff, unit: Unit, staff: Staff | None) -> None:
    """Whose unit it is, and whose account may stand beside the name. Raises Refused."""
    if not unit.kept_by(by):
        raise Refused(f"{unit.name}的联系人由该单位自己填报。")
    if staff is not None and staff.pk not in {one.pk for one in unit.accounts()}:
        raise Refused(f"{staff.full_name}不是{unit.name}在用的账号，请另选。", "staff")


def write_contact(*, by: Staff, unit: Unit, staff: Staff | None = None, **facts: str) -> Contact:
    """A new row for whoever answers from today on. In the caller's transaction. Raises Refused where somebody already does."""
    try:
        with transaction.atomic():
            return Contact.objects.create(
                prefecture=unit.prefecture, county=unit.county, hospital=unit.hospital, staff=staff, named_on=clock.today(), named_by=by,
                **facts,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(f"{unit.name}已经填报了联系人。请看过再改；换人请办交接。") from None


@transaction.atomic
def name_contact(*, by: Staff, unit: Unit, staff: Staff | None = None, **facts: str) -> Contact:
    """填报联系人: the first one of a unit. ``facts`` are name, position, phone, mobile, email. Raises Refused."""
    check_keeper(by=by, unit=unit, staff=staff)
    contact = write_contact(by=by, unit=unit, staff=staff, **facts)
    record("contact_named", by=by, subject=contact, county=unit.answers, detail={"unit": unit.name})
    return contact


@transaction.atomic
def correct_contact(*, by: Staff, unit: Unit, contact: Contact, staff: Staff | None = None, **facts: str) -> list[str]:
    """更正联系人: the same person with another number or post. Answers the changed particulars' words; no row where nothing changed."""
    check_keeper(by=by, unit=unit, staff=staff)
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if contact.ended_on:
        raise Refused("这位联系人已经交接，不能再改。请打开现在的联系人。")
    before = {name: _plain(getattr(contact, name)) for name in TOLD}
    for name, value in {**facts, "staff": staff}.items():
        setattr(contact, name, value)
    changed = [WORDS[name] for name in TOLD if _plain(getattr(contact, name)) != before[name]]
    if changed:
        contact.save(update_fields=list(TOLD))
        record("contact_corrected", by=by, subject=contact, county=unit.answers, detail={"unit": unit.name, "changed": changed})
    return changed


def _plain(value):
    return value.reveal() if hasattr(value, "reveal") else value
