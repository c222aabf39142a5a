"""Registering a person, finding who holds an ID number, correcting, revealing."""

import datetime
from dataclasses import dataclass, field

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.cases import open_case, review_ages
from ledger.actions.categories import hold_category
from ledger.actions.history import tell
from ledger.actions.locking import hold_person
from ledger.actions.refusals import HeldElsewhere, Refused, Stale
from ledger.actions.since import OWN_ROW
from ledger.actions.trail import record
from ledger.identity import IdNumber
from ledger.models import AuditEvent, Division, Person, Residence, Staff
from ledger.models.division import Level
from ledger.pinyin import initials
from ledger.protection import Sealed, keyed_hash, mask_numbers
from ledger.standing import remade_once, remake

ELSEWHERE_PER_DAY = 20  # How often a day somebody may learn that another county holds one person's ID number.
TWICE_WITHIN = datetime.timedelta(minutes=1)
REVEALABLE = {"id_number": "身份证号", "phone": "联系电话", "contact_phone": "联系人电话", "village_doctor_phone": "乡村医生电话"}


@dataclass
class PersonFacts:
    """What one screen of registration says about a person. Numbers are checked and complete; no ID number needs a reason."""

    name: str
    sex: str
    born_on: datetime.date
    village: Division
    address: str
    id_number: IdNumber | None = None
    id_absent_reason: str = ""
    phone: str = ""
    insurance_number: str = ""
    native_place: str = ""
    household_number: str = ""
    contact_name: str = ""
    contact_relation: str = ""
    contact_phone: str = ""
    village_doctor: str = ""
    village_doctor_phone: str = ""

    def plain_fields(self) -> dict:
        """The columns of Person, without home and bookkeeping."""
        return {
            "name": self.name,
            "initials": initials(self.name),
            "sex": self.sex,
            "born_on": self.born_on,
            "id_number": self.id_number.number if self.id_number else "",
            "id_number_hash": keyed_hash(self.id_number.number) if self.id_number else None,
            "id_absent_reason": "" if self.id_number else self.id_absent_reason,
            "phone": self.phone,
            "phone_hash": keyed_hash(self.phone) if self.phone else "",
            **{name: getattr(self, name) for name in (
                "insurance_number", "native_place", "household_number", "contact_name", "contact_relation",
                "contact_phone", "village_doctor", "village_doctor_phone", "address",
            )},
        }  # fmt: skip


@dataclass
class CategoryEntry:
    """A category as entered: from which day, on what basis, and the year in which somebody on the poverty list left poverty."""

    category: int
    since: datetime.date
    basis: str
    out_of_poverty_year: int | None = None


@dataclass
class CaseEntry:
    """A disease as found."""

    disease: object
    found_on: datetime.date
    found_how: str
    found_by_name: str = ""
    diagnosed_on: datetime.date | None = None
    diagnosis_hospital: str = ""
    icd10: str = ""


@dataclass
class Holder:
    """Who holds an ID number, as far as the asker may know: the person in their own scope, or only that it is elsewhere."""

    person: Person | None = None
    elsewhere: bool = False
    similar: list[Person] = field(default_factory=list)


def holder_of(number: IdNumber, *, by: Staff) -> Holder:
    """Who holds this complete, valid number. That another county holds it is audited and limited per person and day.

    Raises Refused when the day's allowance is used up: for a number that nobody holds too, or the refusal itself would tell.
    """
    hashed = keyed_hash(number.number)
    everybody = Person.objects.everywhere("uniqueness of an ID number")
    person = everybody.filter(pk=everybody.bearers_of([hashed]).get(hashed)).first()
    own = Person.objects.visible_to(by).filter(pk=person.pk).first() if person else None
    if person and (own is not None or person.county_id == getattr(by.area.county, "pk", None)):
        return Holder(person=own or person)
    told = AuditEvent.objects.filter(staff=by, action="held_elsewhere", at__date=clock.today())
    asked = set(told.values_list("detail__hash", flat=True))
    if len(asked) >= ELSEWHERE_PER_DAY and hashed[:16] not in asked:
        raise Refused("今天查询外县已登记人员的次数已用完，请明天再试。", "id_number")
    if person is None:
        return Holder()
    record("held_elsewhere", by=by, detail={"hash": hashed[:16]})
    return Holder(elsewhere=True)


def similar_people(
    *, by: Staff, name: str, born_on: datetime.date | None, insurance_number: str = "", phone: str = "", except_pk: int | None = None
) -> list[Person]:
    """People of the own county who may be the same: same name and birth year, or the same insurance number or phone and name."""
    county = by.area.county
    if county is None or not name:
        return []
    alike = models.Q(name=name, born_on__year=born_on.year) if born_on else models.Q(pk=None)
    if insurance_number:
        alike |= models.Q(insurance_number=insurance_number)
    if phone:
        alike |= models.Q(name=name, phone_hash=keyed_hash(phone))
    own = Person.objects.visible_to(by).filter(alike).exclude(pk=except_pk)
    return list(own.select_related("township", "village").order_by("pk")[:3])


def refuse_held(number: IdNumber, *, by: Staff, advice: str, except_pk: int | None = None) -> None:
    """Stands outside the transaction that would be rolled back: that somebody asked stays on the trail and is counted."""
    holder = holder_of(number, by=by)
    if holder.elsewhere:
        raise HeldElsewhere("已在其他县区登记，可申请转入。", "id_number")
    if holder.person and holder.person.pk != except_pk:
        raise Refused(f"本县已有{holder.person.name}用这个身份证号登记，{advice}。", "id_number")


def register_person(
    *, by: Staff, facts: PersonFacts, categories: list[CategoryEntry], case: CaseEntry | None = None, found_only: bool = False
) -> Person:
    """Put a person on the ledger with their categories and disease; all or nothing.

    Raises Refused (an ID number held in the own county), HeldElsewhere, Refused (overlapping categories, impossible dates).
    """
    if facts.id_number:
        refuse_held(facts.id_number, by=by, advice="请打开已有的资料")
    return _put_on_ledger(by, facts, categories, case, found_only)


def _refuse_twice(by: Staff, facts: PersonFacts) -> None:
    """A button pressed twice: without an ID number nothing else tells the second saving from the first.

    Whoever saves waits for their own saving before it. Raises Refused for the same person within a minute.
    """
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)
    just_now = Person.objects.visible_to(by).filter(created_by=by, created_at__gte=clock.now() - TWICE_WITHIN, id_number_hash=None)
    same = {name: getattr(facts, name) for name in ("name", "sex", "born_on", "village", "address")}
    if just_now.filter(**same).exists():
        raise Refused(f"{facts.name}刚刚已经登记，没有再登记一次。确是同名的另一个人，请过一分钟再保存。", "name")


@transaction.atomic
def _put_on_ledger(by: Staff, facts: PersonFacts, categories: list[CategoryEntry], case: CaseEntry | None, found_only: bool) -> Person:
    township = facts.village.parent
    if by.area_id not in (township.pk, township.parent_id) or facts.village.level != Level.VILLAGE:
        raise Refused("行政村不在您的管辖范围，请重新选择。", "village")
    if not facts.id_number:
        _refuse_twice(by, facts)
    person = Person(
        **facts.plain_fields(), county=township.parent, township=township, village=facts.village, created_at=clock.now(), created_by=by
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:  # Two clerks saved the same ID number in the same moment.
        if "id_number_hash" not in str(error):
            raise
        raise Refused("这个身份证号刚刚由别人登记。请打开已有的资料。", "id_number") from None
    since = min([entry.since for entry in categories] + ([case.found_on] if case else []) + [clock.today()])
    Residence.objects.create(
        person=person,
        county=township.parent,
        township=township,
        village=facts.village,
        address=facts.address,
        during=DateRange(since, None),
    )
    tell(person, "person_registered", "登记入户资料", by=by)
    with remade_once():
        remake([person.pk])
        for entry in categories:
            hold_category(
                by=by, person=person, category=entry.category, since=entry.since, basis=entry.basis,
                out_of_poverty_year=entry.out_of_poverty_year,
            )  # fmt: skip
        if case:
            open_case(by=by, person=person, entry=case, found_only=found_only)
    return person


FIELD_LABELS = {f.name: f.verbose_name for f in Person._meta.concrete_fields}


def changed_fields(person: Person, fields: dict) -> list[tuple[str, str, str]]:
    """What saving ``fields`` would change: (label, before, after), numbers masked."""
    changes = []
    for name, after in fields.items():
        before = getattr(person, name)
        if name in ("initials", "id_number_hash", "phone_hash"):
            continue
        plain = before.reveal() if isinstance(before, Sealed) else before
        if plain != after:
            shown = Person._meta.get_field(name).to_python(after)
            told = (str(value) if value is not None else "" for value in (before, shown))
            changes.append((FIELD_LABELS[name], *map(mask_numbers, told)))  # An insurance number is often the ID number.
    return changes


def refuse_birth(person: Person, born_on: datetime.date, *, said: str, field: str) -> None:
    """Nobody has a disease before they are born: a corrected birth date fits what the cases tell. Raises Refused."""
    advice = "请核对证号" if field == "id_number" else "请改其中一个"
    for case in person.cases.select_related("disease").order_by("pk"):
        for word, day in (("发现", case.found_on), ("确诊", case.diagnosed_on)):
            if day and born_on > day:
                raise Refused(f"{said} {born_on} 晚于{case.disease}的{word}日期 {day}，{advice}。", field)


def last_hand(person: Person) -> str:
    """Who last changed the person's own row, for whoever had opened it before; 别人 where the timeline does not tell."""
    last = person.events.filter(move__in=OWN_ROW).order_by("-pk").first()
    return last.by_name if last else "别人"


def correct_person(*, by: Staff, person: Person, version: int, facts: PersonFacts) -> Person:
    """Save corrected particulars, and an ID number where there was none. Home is moved by ``homes.move_house``, not here.

    Raises Stale when somebody saved in between (with the differences), Refused when the ID number is taken, or when it is
    another than the person has: that is ``id_numbers.correct_id_number``, for desks and lists alike.
    """
    if facts.id_number and not person.id_number_hash:
        refuse_held(facts.id_number, by=by, advice="请核对", except_pk=person.pk)
    return _save_corrected(by, person, version, facts)


def save_with_number(person: Person) -> None:
    """Save a held person whose ID number may be new: one merged into them gives it up. Raises Refused when another desk was faster."""
    Person.objects.everywhere("records merged into a held one").give_way(person)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # Two clerks gave the same ID number in the same moment.
        if "id_number_hash" not in str(error):
            raise
        raise Refused("这个身份证号刚刚由别人登记。请核对。", "id_number") from None


@transaction.atomic
def _save_corrected(by: Staff, person: Person, version: int, facts: PersonFacts) -> Person:
    person = hold_person(person, by)
    fields = facts.plain_fields()
    if person.version != version:
        raise Stale(last_hand(person), changed_fields(person, fields))
    if person.id_number_hash and fields["id_number_hash"] != person.id_number_hash:
        raise Refused("已有身份证号的，请在“改正身份证号”里改。", "id_number")
    changes = changed_fields(person, fields)
    if not changes:
        return person
    if fields["born_on"] != person.born_on:
        number_given = facts.id_number and not person.id_number_hash
        refuse_birth(person, fields["born_on"], said="出生日期", field="id_number" if number_given else "born_on")
    for name, value in fields.items():
        setattr(person, name, value)
    person.version += 1
    save_with_number(person)
    person.residences.filter(during__endswith=None).update(address=facts.address)
    too_old = "".join(f"；超过{case.disease}的年龄限制，须负责人确认" for case in review_ages(person))
    text = "修改资料：" + "、".join(label for label, *_ in changes) + too_old
    tell(person, "person_corrected", text, by=by, detail={"changes": changes})
    remake([person.pk])
    return person


@transaction.atomic
def reveal(*, by: Staff, person: Person, what: str, purpose: str = "") -> str:
    """A number in full, on the record: the trail says who saw which number of whom."""
    person = Person.objects.visible_to(by).select_related("county").get(pk=person.pk)
    if what not in REVEALABLE:
        raise Refused("这一项不能查看全号。")
    value = getattr(person, what).reveal()
    tell(person, "revealed", f"查看{REVEALABLE[what]}" + (f"，用途：{purpose}" if purpose else ""), by=by, detail={"field": what})
    return value
