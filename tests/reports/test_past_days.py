"""A month nobody touched is not counted again for 补报, and what is told stays what a count of every month would tell."""

import datetime

import pytest

import reports.past_days
from ledger.actions.categories import end_category
from ledger.models import Case, Disease, Standing
from ledger.standing import remake
from reports.models import MONTHLY, PastDay
from reports.past_days import days_now, past_of
from reports.supplement import month_supplement
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.reports.conftest import day

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, OCTOBER = (day(f"{month:02d}-01") for month in (8, 9, 10))
DAYS = [day("08-23"), day("09-23")]


@pytest.fixture
def people(cast, ledger, dues) -> dict:
    return {name: ledger.person(name, ("cataract", "06-01")) for name in ("韦桂兰", "覃月英", "周老三")}


@pytest.fixture
def counted(monkeypatch) -> list[datetime.date]:
    """The days that are counted from now on, in the order in which they are."""
    found: list[datetime.date] = []

    def count(county, days):
        found.extend(sorted(days))
        return days_now(county, days)

    monkeypatch.setattr(reports.past_days, "days_now", count)
    return found


def complete(person, on: str) -> None:
    Case.objects.everywhere("set-up").filter(person=person).update(completed_on=day(on), state="treated", hospital_code="450222-1")
    remake([person.pk])


def true(cast, on: datetime.date) -> dict[str, str]:
    """What the ledger gives of a day, counted afresh."""
    return {form: days_now(cast.county, [on])[on].behind(form).digest() for form in MONTHLY}


def test_only_days_whose_rows_changed_are_counted_again(cast, people, counted):
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and counted == DAYS
    counted.clear()
    remake([people["覃月英"].pk])  # New rows that say the same.
    complete(people["韦桂兰"], "10-02")  # After both days.
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and counted == []
    complete(people["韦桂兰"], "09-20")
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and counted == [DAYS[1]]


@pytest.mark.parametrize(
    "change",
    [
        {"registered_poor": False}, {"civil_verified": True}, {"completed_on": day("08-01")}, {"during": (None, day("08-10"))},
        {"county": "other"}, {"disease": "gastric-cancer"}, {"group": "gastric-cancer"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_column_that_a_figure_asks_for_is_in_the_content(cast, people, counted, change):
    past_of(cast.county, DAYS)
    ((column, value),) = change.items()
    if column in ("disease", "group"):
        disease = Disease.objects.get(code=value)
        value = disease if column == "disease" else disease.group
    Standing.objects.filter(person=people["韦桂兰"]).update(**{column: cast.county2 if value == "other" else value})
    counted.clear()
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and counted == DAYS


def test_another_list_of_diseases_or_another_name_of_a_row_is_another_content(cast, people, counted):
    past_of(cast.county, DAYS)
    counted.clear()
    group = cast.disease("cataract").group
    group.name = "老年性白内障"
    group.save()
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and counted == DAYS


def test_digests_of_what_changed_while_they_were_taken_are_not_kept(cast, people, monkeypatch):
    """The ledger moves between the look at its content and the count: what was counted belongs to neither."""

    def moved_meanwhile(county, days):
        complete(people["韦桂兰"], "08-20")
        return days_now(county, days)

    with monkeypatch.context() as moving:
        moving.setattr(reports.past_days, "days_now", moved_meanwhile)
        past_of(cast.county, DAYS)
    assert not PastDay.objects.exists()
    assert past_of(cast.county, DAYS).digests == {on: true(cast, on) for on in DAYS} and PastDay.objects.count() == 2


def test_the_supplement_counts_the_month_that_was_touched_alone(cast, people, counted):
    hand_in(cast.county, AUGUST, ["F1", "F2"])
    hand_in(cast.county, SEPTEMBER, ["F1", "F2"])
    month_supplement(cast.county, OCTOBER)
    counted.clear()
    assert month_supplement(cast.county, OCTOBER) == {"F1": [], "F2": []} and counted == []
    with on_day(day("10-21")):
        end_category(by=cast.poverty, fact=people["周老三"].categories.get(), on=day("09-10"), reason="户主已有工作")
    told = month_supplement(cast.county, OCTOBER)
    assert [entry["period"] for entry in told["F1"]] == ["2017-09"] and counted == [DAYS[1]]
    PastDay.objects.update(content="0" * 64)  # Whatever is remembered is only a cache.
    assert month_supplement(cast.county, OCTOBER) == told
