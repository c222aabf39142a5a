"""专职联系人 told as stories: who names whom, one at a time; handed over with the cases in hand and every open task, in one go."""

import datetime

import pytest
from django.db import connection

from hospitals import handing_over
from hospitals.contacting import correct_contact, not_answered, units_for, units_of
from hospitals.handing_over import cases_in_hand, hand_over_contact, mark_of
from hospitals.models import Contact, ContactHandOver, Designation, Hospital, HospitalLevel
from ledger import clock
from ledger.actions.cases import plan_case, verify_case
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, CaseEvent, Role, Staff
from tests.cast import on_day
from tests.hospitals.contact_world import PARTICULARS, named, unit_of
from tests.racing import at_once, said

D = datetime.date
SUCCESSOR = {"name": "石秀芬", "position": "医政股副股长", "phone": "", "mobile": "13907720562", "email": ""}


@pytest.fixture
def second_clerk(cast) -> Staff:
    return Staff.objects.create(username="clerk-450222-2", full_name="石秀芬", role=Role.CLERK, area=cast.county, password="x")


def handed(cast, by, unit, *, staff=None, seen=None, **told) -> ContactHandOver:
    seen = seen if seen is not None else mark_of(unit.contact, cases_in_hand(unit, unit.contact, by=by))
    return hand_over_contact(by=by, unit=unit, seen=seen, staff=staff, reason=told.pop("reason", "工作调动"), **{**SUCCESSOR, **told})


# ---- who answers ----


@pytest.mark.django_db
def test_every_bureau_and_designated_hospital_answers_tertiary_ones_the_city(cast):
    closed = Hospital.objects.create(code="450222-9", name="柳城县旧医院", county=cast.county, is_active=False)
    standing = Hospital.objects.create(code="450223-3", name="鹿寨县三级医院", county=cast.county2)
    HospitalLevel.objects.create(hospital=standing, policy="liuzhou-2017", level="level-3")
    Hospital.objects.create(code="450223-4", name="没有定点的医院", county=cast.county2)
    for hospital in (closed, standing):
        Designation.objects.create(hospital=hospital, disease=cast.disease("cataract"), area=cast.county2, tier="county", year=2017)
    units = units_of(cast.prefecture, clock.today())
    assert [(unit.name, unit.answers.label if unit.answers else "柳州市") for unit in units] == [
        ("柳城县卫生和计划生育局", "柳城县"), ("柳城县人民医院", "柳城县"), ("鹿寨县卫生和计划生育局", "鹿寨县"),
        ("柳州市工人医院", "柳州市"), ("鹿寨县三级医院", "柳州市"),
    ]  # fmt: skip
    named(cast, cast.clerk, county=cast.county)
    assert [unit.name for unit in not_answered(units_for(cast.clerk, clock.today()))] == ["柳城县人民医院"]
    assert [unit.name for unit in not_answered(units_for(cast.city, clock.today()))] == [
        "柳城县人民医院", "鹿寨县卫生和计划生育局", "柳州市工人医院", "鹿寨县三级医院",
    ]  # fmt: skip
    assert [unit.name for unit in units_for(cast.liaison, clock.today())] == ["柳城县人民医院"]


@pytest.mark.django_db
def test_a_contact_is_sealed_and_told_on_the_trail(cast):
    contact = named(cast, cast.liaison, "何丽萍", staff=cast.liaison, hospital=cast.hospital)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, mobile FROM hospitals_contact WHERE id = %s", [contact.pk])
        assert all(sealed.startswith("aesgcm1:") for sealed in cursor.fetchone())
    assert (str(contact.mobile), contact.mobile.reveal(), contact.named_on) == ("139****0561", "13907720561", D(2017, 10, 20))
    row = AuditEvent.objects.get(action="contact_named")
    assert (row.username, row.county_code, row.detail) == (cast.liaison.username, "450222", {"unit": "柳城县人民医院"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "unit"), [("clerk2", "county"), ("clerk2", "hospital"), ("city", "county"), ("liaison", "county"), ("liaison", "city_hospital")]
)
def test_another_units_contact_is_not_ones_to_name(cast, who, unit):
    place = {"county": cast.county} if unit == "county" else {"hospital": getattr(cast, unit)}
    with pytest.raises(Refused, match="的联系人由该单位自己填报。"):
        named(cast, getattr(cast, who), **place)
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_the_account_beside_a_name_is_the_units_own(cast):
    with pytest.raises(Refused, match="廖美玲不是柳城县卫生和计划生育局在用的账号，请另选。"):
        named(cast, cast.clerk, staff=cast.clerk2, county=cast.county)


@pytest.mark.django_db
def test_a_correction_says_what_it_changed_and_nothing_else(cast):
    named(cast, cast.clerk, county=cast.county)
    unit = unit_of(cast, county=cast.county)
    changed = correct_contact(
        by=cast.lead, unit=unit, contact=unit.contact, name="蓝雪梅", staff=cast.clerk, **{**PARTICULARS, "mobile": "13907720999"}
    )
    assert changed == ["手机", "系统账号"] and unit_of(cast, county=cast.county).contact.mobile.reveal() == "13907720999"
    unit = unit_of(cast, county=cast.county)
    same = {**PARTICULARS, "mobile": "13907720999"}
    assert correct_contact(by=cast.lead, unit=unit, contact=unit.contact, name="蓝雪梅", staff=cast.clerk, **same) == []
    told = AuditEvent.objects.get(action="contact_corrected").detail
    assert told == {"unit": "柳城县卫生和计划生育局", "changed": ["手机", "系统账号"]}


@pytest.mark.django_db
def test_a_second_contact_is_refused_in_words(cast):
    named(cast, cast.clerk, county=cast.county)
    with pytest.raises(Refused, match="柳城县卫生和计划生育局已经填报了联系人。请看过再改；换人请办交接。"):
        named(cast, cast.clerk, "石秀芬", county=cast.county)


# ---- handing over ----


@pytest.mark.django_db
def test_the_cases_in_hand_go_with_the_post_and_all_open_tasks_stand_on_the_list(cast, second_clerk):
    with on_day(D(2017, 10, 9)):
        first, second = cast.register("韦桂兰", by=cast.clerk), cast.register("覃月英", by=cast.clerk)
        waiting = cast.register("石永福", by=cast.township)
        verify_case(by=cast.lead, case=cast.case_of(second))
    with on_day(D(2017, 10, 10)):
        named(cast, cast.lead, "覃玉芳", staff=cast.clerk, county=cast.county)
    unit = unit_of(cast, county=cast.county)
    done = handed(cast, cast.lead, unit, staff=second_clerk)
    assert [(task["kind"], task["person"], task["what"], task["since"]) for task in done.tasks][:2] == [
        ("经办的病例", first.pk, "白内障", "2017-10-09"), ("经办的病例", second.pk, "白内障", "2017-10-09"),
    ]  # fmt: skip
    kinds = {(task["kind"], task["person"]) for task in done.tasks[2:]}
    assert {("待核实登记", first.pk), ("待核实登记", waiting.pk), ("核实后没有定方案", second.pk)} <= kinds
    assert [cast.case_of(person).assigned_to for person in (first, second, waiting)] == [second_clerk, second_clerk, None]
    before, after = Contact.objects.order_by("pk")
    assert (before.name, before.ended_on, after.name, after.named_on, after.staff) == (
        "覃玉芳", D(2017, 10, 20), "石秀芬", D(2017, 10, 20), second_clerk,
    )  # fmt: skip
    told = CaseEvent.objects.filter(move="case_handed_over").values_list("text", "reason")
    assert set(told) == {("白内障交接：覃玉芳 → 石秀芬", "工作调动")}
    row = AuditEvent.objects.get(action="contact_handed_over")
    assert row.detail == {"unit": "柳城县卫生和计划生育局", "list": done.pk, "tasks": len(done.tasks), "cases": 2}
    assert unit_of(cast, county=cast.county).contact == after


@pytest.mark.django_db
def test_a_hospitals_list_names_whom_it_has_in_hand(cast):
    person = cast.register("韦桂兰", on=D(2017, 10, 9))
    with on_day(D(2017, 10, 11)):
        case = verify_case(by=cast.lead, case=cast.case_of(person))
        plan_case(by=cast.lead, case=case, hospital_code=cast.hospital.code, hospital_name=cast.hospital.name)
        other = cast.register("覃月英", village=cast.village2, disease="gastric-cancer")
        case = verify_case(by=cast.lead2, case=cast.case_of(other))
        plan_case(by=cast.lead2, case=case, hospital_code=cast.city_hospital.code, hospital_name=cast.city_hospital.name)
    named(cast, cast.liaison, "何丽萍", hospital=cast.hospital)
    done = handed(cast, cast.liaison, unit_of(cast, hospital=cast.hospital))
    assert ("已定方案，待入院", person.pk) in {(task["kind"], task["person"]) for task in done.tasks}
    assert other.pk not in {task["person"] for task in done.tasks}


@pytest.mark.django_db
def test_what_keeps_a_post_from_being_handed_over(cast, second_clerk):
    unit = unit_of(cast, county=cast.county)
    with pytest.raises(Refused, match="还没有填报联系人，不用交接，请直接填报。"):
        handed(cast, cast.lead, unit, seen="")
    cast.register("韦桂兰", by=cast.clerk)
    named(cast, cast.clerk, "覃玉芳", staff=cast.clerk, county=cast.county)
    unit = unit_of(cast, county=cast.county)
    with pytest.raises(Refused, match="本局联系人的交接由负责人办理。"):
        handed(cast, cast.clerk, unit, staff=second_clerk)
    with pytest.raises(Refused, match="覃玉芳手上还有 1 例未办结的病例，请选择接收人的账号。"):
        handed(cast, cast.lead, unit)
    seen = mark_of(unit.contact, cases_in_hand(unit, unit.contact, by=cast.lead))
    cast.register("覃月英", by=cast.clerk)
    with pytest.raises(Refused, match="您打开之后，要移交的病例有变动。"):
        handed(cast, cast.lead, unit, staff=second_clerk, seen=seen)
    assert Contact.objects.get().ended_on is None and not ContactHandOver.objects.exists()


@pytest.mark.django_db
def test_nothing_is_half_handed_over(cast, second_clerk, monkeypatch):
    """The list cannot be written: the post, the cases and the trail stay as they were."""
    person = cast.register("韦桂兰", by=cast.clerk)
    named(cast, cast.clerk, "覃玉芳", staff=cast.clerk, county=cast.county)

    def torn(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(ContactHandOver.objects, "create", torn)
    with pytest.raises(RuntimeError):
        handed(cast, cast.lead, unit_of(cast, county=cast.county), staff=second_clerk)
    assert cast.case_of(person).assigned_to == cast.clerk and Contact.objects.get().ended_on is None
    assert not AuditEvent.objects.filter(action__in=["contact_handed_over", "work_handed_over"]).exists()


# ---- two at once ----


def handed_twice(cast) -> list[str]:
    """何丽萍 hands over to two people at once."""
    named(cast, cast.liaison, "何丽萍", hospital=cast.hospital)
    unit = unit_of(cast, hospital=cast.hospital)
    return said(at_once(lambda: handed(cast, cast.liaison, unit), lambda: handed(cast, cast.clerk, unit, name="黄小燕")))


@pytest.mark.django_db(transaction=True)
def test_a_post_is_handed_over_once(cast):
    assert handed_twice(cast) == ["done", "何丽萍已经办过交接。请打开现在的联系人看看。"]
    assert list(Contact.objects.order_by("pk").values_list("name", flat=True)) == ["何丽萍", "石秀芬"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_constraint_stands_between_them(cast, monkeypatch):
    """The switch: the contact is looked at and not held, so the second goes as far as naming a second successor."""
    monkeypatch.setattr(handing_over, "_hold", lambda unit: Contact.objects.get(pk=unit.contact.pk))
    assert handed_twice(cast) == ["done", "柳城县人民医院已经填报了联系人。请看过再改；换人请办交接。"]


@pytest.mark.django_db(transaction=True)
def test_two_name_one_contact(cast):
    both = at_once(
        lambda: named(cast, cast.liaison, "何丽萍", hospital=cast.hospital),
        lambda: named(cast, cast.clerk, "黄小燕", hospital=cast.hospital),
    )
    assert said(both) == ["done", "柳城县人民医院已经填报了联系人。请看过再改；换人请办交接。"]
    assert Contact.objects.get().name == "何丽萍"
