"""Querysets that refuse to answer without a scope, and what each role's scope holds."""

import pytest
from django.db.models import Count, Prefetch

from hospitals.models import Stay
from ledger.models import Case, Person
from ledger.scope import Unscoped
from reports.models import Due, Submission

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
        Due.objects.create(county=county, form="F1", period=datetime.date(2017, 10, 1), cut_off_on=day, deadline_at=clock.now())
    seen = {who: set(Due.objects.visible_to(getattr(cast, who)).values_list("county__code", flat=True)) for who in SEES}
    first = dict.fromkeys(["clerk", "lead", "civil", "poverty", "disabled", "insurance", "finance"], {"450222"})
    second = dict.fromkeys(["clerk2", "lead2", "civil2", "poverty2"], {"450223"})
    none = dict.fromkeys(["township", "township2", "liaison", "expert", "auditor", "operator"], set())
    assert seen == first | second | none | {"city": {"450222", "450223"}}
