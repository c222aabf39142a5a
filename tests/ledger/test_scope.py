"""Querysets that refuse to answer without a scope, and what each role's scope holds."""

import datetime
import json

import pytest
from django.db.models import Count, Prefetch, Q

from hospitals.models import Stay
from ledger import clock
from ledger.actions.cases import open_case
from ledger.actions.categories import (
    end_category,
    give_policy_card,
    hold_category,
    mark_out_of_poverty,
    record_enrolment,
    verify_category,
)
from ledger.actions.homes import move_house
from ledger.actions.people import correct_person, holder_of, register_person, reveal
from ledger.actions.refusals import Refused
from ledger.identity import read_id_number
from ledger.models import AuditEvent, Case, Category, Division, Person
from ledger.models.division import Level
from ledger.scope import ScopedQuerySet, Unscoped
from reports.models import Due, Submission

NEW_YEAR = datetime.date(2017, 1, 1)
EVALUATE = {
    "iterate": list,
    "bool": bool,
    "len": len,
    "repr": repr,
    "index": lambda rows: rows[0],
    "slice": lambda rows: list(rows[:1]),
    "contains": lambda rows: 1 in rows,
    "get": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "earliest": lambda rows: rows.earliest("pk"),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "contains_object": lambda rows: rows.contains(rows.model(pk=1)),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "iterator": lambda rows: list(rows.iterator()),
    "aiterator": lambda rows: rows.aiterator(),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "annotate": lambda rows: list(rows.annotate(n=Count("pk"))),
    "filter": lambda rows: list(rows.filter(pk=1).exclude(pk=2).order_by("pk").distinct()),
    "update": lambda rows: rows.update(pk=1),
    "delete": lambda rows: rows.delete(),
    "get_or_create": lambda rows: rows.get_or_create(pk=1),
    "update_or_create": lambda rows: rows.update_or_create(pk=1),
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "union": lambda rows: list(rows.everywhere("test").union(rows)),
    "or": lambda rows: list(rows.everywhere("test") | rows),
    "xor": lambda rows: list(rows.everywhere("test") ^ rows),
    "and": lambda rows: list(rows & rows.everywhere("test")),
    "raw": lambda rows: rows.raw("SELECT 1"),
}


@pytest.mark.parametrize("model", [Person, Case, Stay, Due, Submission], ids=lambda model: model.__name__)
@pytest.mark.parametrize("how", EVALUATE)
def test_nothing_is_answered_without_a_scope(db, model, how):
    with pytest.raises(Unscoped):
        EVALUATE[how](model.objects.all())


def test_a_queryset_that_does_not_say_who_sees_what_is_no_class():
    with pytest.raises(TypeError, match=r"^Leaky must say in visible_filter\(staff\) which rows a member of staff may see$"):

        class Leaky(ScopedQuerySet):
            pass

    class Told(ScopedQuerySet):
        @staticmethod
        def visible_filter(staff):
            return Q()

    class Narrower(Told):  # Inherits what it does not say.
        pass

    assert Narrower.visible_filter is Told.visible_filter


def test_everywhere_needs_a_reason():
    with pytest.raises(AssertionError):
        Person.objects.everywhere("")


def test_a_scope_stays_with_the_clone(cast):
    person = cast.register("韦桂兰")
    mine = Person.objects.visible_to(cast.clerk)
    assert list(mine.filter(name="韦桂兰").order_by("-pk")[:5]) == [person]
    assert list(mine.filter(name="覃福生") | mine.filter(name="韦桂兰")) == [person]


def test_who_holds_a_person_may_ask_for_what_hangs_on_them(cast):
    person = cast.register("韦桂兰")
    case = cast.case_of(person)
    assert person.cases.count() == 1 and case.stays.exists() is False
    assert case.person == person
    people = Person.objects.visible_to(cast.clerk).prefetch_related("cases", Prefetch("categories"))
    assert [[row.pk for row in found.cases.all()] for found in people] == [[case.pk]]


def test_what_everybody_holds_opens_no_door(cast):
    cast.register("韦桂兰")
    with pytest.raises(Unscoped):
        cast.disease("cataract").cases.count()
    with pytest.raises(Unscoped):
        list(cast.hospital.stays.all())
    with pytest.raises(Unscoped):
        cast.county.dues.exists()


@pytest.fixture
def four(cast):
    """Four people: in both towns of the first county, in the second, and one of the first treated in the county hospital."""
    people = {
        "own town": cast.register("韦桂兰"),
        "other town": cast.register("覃福生", village=cast.other_village),
        "other county": cast.register("廖春", village=cast.village2),
        "in hospital": cast.register("莫大山", village=cast.other_village),
    }
    cast.treat(people["in hospital"])
    return people


COUNTY = {"own town", "other town", "in hospital"}
SEES = {
    "township": {"own town"},
    "clerk": COUNTY,
    "lead": COUNTY,
    "civil": COUNTY,
    "poverty": COUNTY,
    "disabled": COUNTY,
    "insurance": COUNTY,
    "finance": COUNTY,
    "liaison": {"in hospital"},
    "expert": set(),
    "township2": {"other county"},
    "clerk2": {"other county"},
    "lead2": {"other county"},
    "civil2": {"other county"},
    "poverty2": {"other county"},
    "city": COUNTY | {"other county"},
    "auditor": set(),
    "operator": set(),
}


def test_each_role_sees_exactly_its_own(cast, four):
    names = {person.pk: where for where, person in four.items()}
    people = {who: {names[pk] for pk in Person.objects.visible_to(getattr(cast, who)).values_list("pk", flat=True)} for who in SEES}
    cases = {who: {names[pk] for pk in Case.objects.visible_to(getattr(cast, who)).values_list("person", flat=True)} for who in SEES}
    assert people == SEES
    assert cases == SEES


def test_each_role_sees_the_stays_of_its_own(cast, four):
    from ledger import clock

    Stay.objects.create(
        case=cast.case_of(four["in hospital"]), hospital=cast.hospital, admitted_on=clock.today(), recorded_at=clock.now(),
        recorded_by=cast.liaison,
    )  # fmt: skip
    seen = {who for who in SEES if Stay.objects.visible_to(getattr(cast, who)).exists()}
    assert seen == {who for who in SEES if "in hospital" in SEES[who]}


def test_each_role_sees_the_dues_of_its_own(cast):
    import datetime

    from ledger import clock

    for county in (cast.county, cast.county2):
        day = datetime.date(2017, 10, 23)
        month = datetime.date(2017, 10, 1)
        Due.objects.create(county=county, form="F1", covers_from=month, period=month, cut_off_on=day, ruled_on=day, deadline_at=clock.now())
    seen = {who: set(Due.objects.visible_to(getattr(cast, who)).values_list("county__code", flat=True)) for who in SEES}
    first = dict.fromkeys(["clerk", "lead", "civil", "poverty", "disabled", "insurance", "finance"], {"450222"})
    second = dict.fromkeys(["clerk2", "lead2", "civil2", "poverty2"], {"450223"})
    none = dict.fromkeys(["township", "township2", "liaison", "expert", "auditor", "operator"], set())
    assert seen == first | second | none | {"city": {"450222", "450223"}}


# ---- an action looks for itself, whatever a view let through ----

THEIRS = {
    "hold": lambda cast, by, person, fact: hold_category(by=by, person=person, category=Category.DIBAO, since=NEW_YEAR, basis="x"),
    "verify": lambda cast, by, person, fact: verify_category(by=by, fact=fact),
    "end": lambda cast, by, person, fact: end_category(by=by, fact=fact, on=clock.today(), reason="x"),
    "out of poverty": lambda cast, by, person, fact: mark_out_of_poverty(by=by, fact=fact, year=2016),
    "enrol": lambda cast, by, person, fact: record_enrolment(by=by, person=person, year=2017, enrolled=True),
    "card": lambda cast, by, person, fact: give_policy_card(by=by, person=person, since=NEW_YEAR),
    "open": lambda cast, by, person, fact: open_case(by=by, person=person, entry=cast.entry("gastric-cancer")),
    "reveal": lambda cast, by, person, fact: reveal(by=by, person=person, what="phone"),
    "fetch": lambda cast, by, person, fact: move_house(by=by, person=person, village=cast.village, address="1 组", on=clock.today()),
}


@pytest.mark.parametrize("act", THEIRS)
@pytest.mark.parametrize("role", ["clerk", "lead", "township", "poverty", "liaison", "expert", "auditor", "operator"])
def test_an_action_on_another_countys_person_finds_nobody(cast, act, role):
    person = cast.register("覃水莲", village=cast.village2, on=datetime.date(2017, 9, 1))
    fact = person.categories.get()
    before = AuditEvent.objects.count()
    with pytest.raises(Person.DoesNotExist):
        THEIRS[act](cast, getattr(cast, role), person, fact)
    assert AuditEvent.objects.count() == before


def test_nobody_registers_into_another_county_or_town(cast):
    for by, village in [(cast.clerk, cast.village2), (cast.township, cast.other_village), (cast.operator, cast.village)]:
        with pytest.raises(Refused, match="^行政村不在您的管辖范围，请重新选择。$"):
            register_person(by=by, facts=cast.facts("韦桂兰", village=village), categories=[])


def test_a_department_ends_its_own_list_only(cast):
    fact = cast.register("韦桂兰").categories.get()
    for stranger in (cast.civil, cast.disabled):
        with pytest.raises(Refused, match="^建档立卡由扶贫部门管理，您不能终止。$"):
            end_category(by=stranger, fact=fact, on=clock.today(), reason="x")
    assert end_category(by=cast.poverty, fact=fact, on=clock.today(), reason="识别不准").during.upper == clock.today()


def test_nobody_moves_to_a_place_that_is_no_village_of_the_prefecture(cast):
    person = cast.register("韦桂兰")
    nanning = Division.objects.create(code="450100", name="南宁市", level=Level.PREFECTURE)
    county = Division.objects.create(code="450102", name="兴宁区", level=Level.COUNTY, parent=nanning)
    town = Division.objects.create(code="450102101", name="三塘镇", level=Level.TOWNSHIP, parent=county)
    village = Division.objects.create(code="450102101201", name="三塘村", level=Level.VILLAGE, parent=town)
    for place in (village, cast.county):
        with pytest.raises(Refused, match="^没有这个行政村代码。"):
            move_house(by=cast.clerk, person=person, village=place, address="1 组", on=clock.today())


def test_only_named_numbers_are_revealed(cast):
    person = cast.register("韦桂兰")
    with pytest.raises(Refused, match="^这一项不能查看全号。$"):
        reveal(by=cast.clerk, person=person, what="name")


def test_an_exhausted_allowance_tells_nothing_of_a_further_number(cast, monkeypatch):
    """Held by another county or by nobody: the same sentence, or the refusal would be the answer."""
    monkeypatch.setattr("ledger.actions.people.ELSEWHERE_PER_DAY", 1)
    first, held, free = (cast.facts(name, village=cast.village2) for name in ("甲某", "乙某", "丙某"))
    for facts in (first, held):
        register_person(by=cast.clerk2, facts=facts, categories=[])
    assert holder_of(first.id_number, by=cast.clerk).elsewhere
    said = []
    for facts in (held, free):
        with pytest.raises(Refused) as refused:
            holder_of(facts.id_number, by=cast.clerk)
        said.append(refused.value.message)
    assert said == ["今天查询外县已登记人员的次数已用完，请明天再试。"] * 2


def test_a_number_in_a_plain_field_is_masked_on_the_trail(cast):
    person = cast.register("韦桂兰")
    number = person.id_number.reveal()
    facts = cast.facts("韦桂兰", id_number=read_id_number(number, clock.today()), insurance_number=number, address="3 组，电话 13900000815")
    correct_person(by=cast.clerk, person=person, version=1, facts=facts)
    detail = json.dumps(AuditEvent.objects.order_by("pk").last().detail, ensure_ascii=False)
    assert number not in detail and "13900000815" not in detail
    assert f"450222********{number[-4:]}" in detail and "139****0815" in detail
