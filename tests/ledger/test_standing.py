"""The pure rule behind the figures, against a day-by-day oracle, and the derived table kept equal to the facts."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import standing
from ledger.models import Case, Category, CategoryFact, Disease, Person, Standing
from ledger.standing import FOREVER, Holding, Home, Span, Stretch, days_on_ledger, differences, remake, stretches
from tests.racing import Race, faults

START = datetime.date(2017, 1, 1)
DAYS = 40


def day(number: int) -> datetime.date:
    return START + datetime.timedelta(days=number)


@st.composite
def spans(draw) -> tuple[datetime.date, datetime.date]:
    start = draw(st.integers(0, DAYS - 2))
    end = draw(st.one_of(st.just(None), st.integers(start + 1, DAYS - 1)))
    return day(start), FOREVER if end is None else day(end)


@st.composite
def homes(draw) -> list[Home]:
    """Homes follow one another with or without a gap; the last may be open."""
    cuts = sorted(draw(st.sets(st.integers(0, DAYS - 1), min_size=2, max_size=8)))
    counties = draw(st.lists(st.integers(1, 3), min_size=len(cuts), max_size=len(cuts)))
    lived = draw(st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts)))
    ends = [*map(day, cuts[1:]), FOREVER]
    return [Home(day(cut), end, county) for cut, end, county, here in zip(cuts, ends, counties, lived, strict=True) if here]


HOLDINGS = st.lists(
    st.builds(
        lambda span, category, verified: Holding(*span, category, None if verified is None else day(verified)),
        spans(),
        st.sampled_from(list(Category)),
        st.one_of(st.none(), st.integers(0, DAYS - 1)),
    ),
    max_size=5,
)


def oracle(on: datetime.date, on_ledger: Span, lived: list[Home], held: list[Holding]) -> tuple[int, bool, bool] | None:
    """What one day tells, straight from forms.md."""
    county = [home.county for home in lived if home.start <= on < home.end]
    if not (on_ledger.start <= on < on_ledger.end) or not county:
        return None
    now = [holding for holding in held if holding.start <= on < holding.end]
    poor = any(holding.category == 1 for holding in now)
    civil = any(holding.category in (2, 3) and holding.verified_on and holding.verified_on <= on for holding in now)
    return county[0], poor, civil


@settings(max_examples=300, deadline=None)
@given(spans(), homes(), HOLDINGS)
def test_every_day_tells_what_the_facts_of_that_day_tell(on, lived, held):
    on_ledger = Span(*on)
    found = stretches(on_ledger, lived, held)
    for number in range(-1, DAYS + 3):
        today = day(number)
        told = [(part.county, part.registered_poor, part.civil_verified) for part in found if part.covers(today)]
        expected = oracle(today, on_ledger, lived, held)
        assert told == ([] if expected is None else [expected])


@settings(max_examples=300, deadline=None)
@given(spans(), homes(), HOLDINGS)
def test_stretches_are_in_order_apart_and_no_longer_than_needed(on, lived, held):
    found = stretches(Span(*on), lived, held)
    for part in found:
        assert on[0] <= part.start < part.end <= on[1]
    for one, next_one in zip(found, found[1:], strict=False):
        assert one.end <= next_one.start
        told = [(part.county, part.registered_poor, part.civil_verified) for part in (one, next_one)]
        assert one.end < next_one.start or told[0] != told[1]


def test_a_category_verified_later_counts_from_that_day_only():
    verified = day(9)
    found = stretches(Span(day(3), FOREVER), [Home(day(0), FOREVER, 7)], [Holding(day(1), day(20), Category.DIBAO, verified)])
    assert found == [
        Stretch(day(3), day(9), 7, False, False),
        Stretch(day(9), day(20), 7, False, True),
        Stretch(day(20), FOREVER, 7, False, False),
    ]


OCT = datetime.date(2017, 10, 1)


def on_ledger(*gaps: tuple[int, int], **fields) -> list[tuple[int, int | None]]:
    """The days of October on which a case registered on the 1st counts, first and last but one; None for ever."""
    case = Case(person=Person(born_on=datetime.date(1951, 3, 2)), disease=Disease(), **({"registered_on": OCT} | fields))
    spans = days_on_ledger(case, [Span(OCT.replace(day=start), OCT.replace(day=end)) for start, end in gaps])
    return [(span.start.day, None if span.end == FOREVER else span.end.day) for span in spans]


def test_days_on_the_ledger_leave_out_those_struck_off():
    mistaken = {"outcome": "mistaken", "closed_on": OCT.replace(day=20)}
    assert on_ledger() == [(1, None)]
    assert on_ledger(registered_on=None) == []
    assert on_ledger(**mistaken) == [(1, 20)]
    assert on_ledger((5, 10)) == [(1, 5), (10, None)]
    assert on_ledger((12, 15), (5, 10), **mistaken) == [(1, 5), (10, 12), (15, 20)]
    assert on_ledger((1, 4)) == [(4, None)]  # Struck off on the day of its registration.
    assert on_ledger((3, 20), (5, 10)) == [(1, 3), (20, None)]  # The second closing was dated back before the first.
    assert on_ledger((5, 10), **mistaken | {"closed_on": OCT.replace(day=3)}) == [(1, 3)]


# ---- the table ----


def rows() -> list[tuple]:
    kept = Standing.objects.select_related("county").order_by("person_id", "case_id", "during")
    return [(row.county.code, row.registered_poor, row.civil_verified, str(row.during.lower), str(row.during.upper)) for row in kept]


def test_rebuild_check_finds_a_falsified_row_and_rebuild_mends_it(cast, capsys):
    person, other = cast.register("韦桂兰"), cast.register("覃福生", category=None)
    call_command("rebuild_standing", check=True)
    assert capsys.readouterr().out == "统计中间表与台账一致。\n"
    before = rows()
    Standing.objects.filter(person=person).update(registered_poor=False)
    with pytest.raises(CommandError) as wrong:
        call_command("rebuild_standing", check=True)
    assert str(wrong.value).startswith(f"person {person.pk}: kept [") and str(other.pk) + ":" not in str(wrong.value)
    assert len(differences()) == 1
    call_command("rebuild_standing")
    assert capsys.readouterr().out == "已重建 2 人的统计中间表。\n"
    assert (rows(), differences()) == (before, [])


@pytest.mark.parametrize("falsify", ["missing", "extra", "longer", "disease", "completed"])
def test_every_falsification_is_found(cast, falsify):
    person = cast.register("韦桂兰")
    row = Standing.objects.get()
    if falsify == "missing":
        row.delete()
    elif falsify == "extra":
        row.pk = None
        row.save(force_insert=True)
    elif falsify == "longer":
        Standing.objects.update(during=(datetime.date(2017, 1, 1), None))
    elif falsify == "disease":
        Standing.objects.update(disease=cast.disease("lung-cancer"))
    else:
        Standing.objects.update(completed_on=datetime.date(2017, 10, 19))
    assert [sentence.split(":")[0] for sentence in differences(batch=1)] == [f"person {person.pk}"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["held", "not held"])
def test_two_facts_of_one_person_written_at_once_leave_one_truth(cast, monkeypatch, locked):
    """With the lock taken away each derives blind to the other's fact."""
    person = cast.register("韦桂兰", category=None)
    case, clerk = cast.case_of(person), cast.clerk

    def held():
        during = DateRange(datetime.date(2016, 1, 1), None)
        CategoryFact.objects.create(person=person, category=Category.REGISTERED_POOR, during=during, basis="名单", recorded_by=clerk)

    def completed():
        type(case).objects.everywhere("a test").filter(pk=case.pk).update(completed_on=datetime.date(2017, 10, 20))

    @transaction.atomic
    def write(fact):
        fact()
        remake([person.pk])

    if not locked:
        monkeypatch.setattr(standing, "hold_people", lambda people: None)
    race = Race()
    with race.after(standing, "derive"):
        answers = race.run(lambda: write(held), lambda: write(completed))
    assert (faults(answers), differences() == []) == ([], locked)
    told = list(Standing.objects.values_list("registered_poor", "completed_on"))
    assert (told == [(True, datetime.date(2017, 10, 20))]) == locked
