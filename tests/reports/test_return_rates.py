"""按时率、完整率、准确率: what each counts, from made-up records and from returns that were really sent, sent back and corrected."""

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Case
from ledger.standing import remake
from reports.actions import rebuild_drafts
from reports.cells import cells_of
from reports.forms.f6 import f6_payload
from reports.forms.payload import build, figures
from reports.models import Due, Submission
from reports.quality_of_returns import MEASURES, Rate, Rates, Record, cells_in
from reports.receiving import receive, return_it
from reports.return_records import records_of
from tests.cast import on_day
from tests.handing_in import hand_in
from tests.reports.conftest import day

OCTOBER = datetime.date(2017, 10, 1)
CLOSES = datetime.datetime(2017, 10, 23, 10, tzinfo=datetime.UTC)  # 18:00 in Shanghai
HOUR, NOW = datetime.timedelta(hours=1), CLOSES + datetime.timedelta(days=2)


def record(**told) -> Record:
    return Record(**{"due": 1, "county": 1, "form": "F1", "period": OCTOBER, "closes_at": CLOSES} | told)


ON_TIME = record(first_at=CLOSES, received_at=CLOSES + HOUR, cells=40)
LATE = record(first_at=CLOSES + HOUR, cells=40, corrected=3)
EXTENDED = record(closes_at=CLOSES + 24 * HOUR, extended=True, first_at=CLOSES + 20 * HOUR, received_at=CLOSES + 30 * HOUR, cells=20)
MISSING = record()
AHEAD = record(closes_at=NOW + HOUR)
EARLY = record(closes_at=NOW + HOUR, first_at=NOW - HOUR, cells=10)


@pytest.mark.parametrize(("records", "timely", "complete", "accurate"), [
    ([], "0/0 —", "0/0 —", "0/0 —"),
    ([AHEAD], "0/0 —", "0/0 —", "0/0 —"),
    ([MISSING], "0/1 0%", "0/1 0%", "0/0 —"),
    ([ON_TIME], "1/1 100%", "1/1 100%", "40/40 100%"),
    ([LATE], "0/1 0%", "0/1 0%", "37/40 92.5%"),
    ([EXTENDED], "1/1 100%", "1/1 100%", "20/20 100%"),
    ([EARLY, AHEAD], "0/0 —", "0/0 —", "10/10 100%"),
    ([ON_TIME, LATE, EXTENDED, MISSING, AHEAD, EARLY], "2/4 50%", "2/4 50%", "107/110 97.3%"),
])  # fmt: skip
def test_what_each_rate_counts(records, timely, complete, accurate):
    rates = Rates.of(records, NOW)
    told = [f"{rate.counted} {rate.words}" for rate in (rates.timeliness, rates.completeness, rates.accuracy)]
    assert told == [timely, complete, accurate]


def test_a_minute_late_is_late_and_more_corrections_than_cells_are_no_less_than_nothing():
    assert not record(first_at=CLOSES + datetime.timedelta(microseconds=1)).on_time
    assert MEASURES["accuracy"].of([record(first_at=CLOSES, cells=4, corrected=9)], NOW) == Rate(0, 4, digits=1)
    assert Rate(999, 1000, 1).words == "99.9%" and Rate(1, 3).share == Fraction(1, 3)


HOURS = st.none() | st.integers(-100, 100)


@given(st.lists(st.tuples(HOURS, HOURS, st.integers(0, 500), st.integers(0, 900)), max_size=5))
def test_a_rate_is_never_more_than_all(told):
    def at(hours: int | None) -> datetime.datetime | None:
        return None if hours is None else CLOSES + hours * HOUR

    records = [record(first_at=at(first), received_at=at(got), cells=cells, corrected=wrong) for first, got, cells, wrong in told]
    for measure in MEASURES.values():
        rate = measure.of(records, NOW)
        assert 0 <= rate.part <= rate.whole and (rate.words == "100%") == (rate.part == rate.whole > 0)


# ---- from returns ----


@pytest.mark.django_db
def test_cells_are_counted_without_unsealing(cast, ledger, dues):
    ledger.person("梁月娥", ("cataract", "06-01", "08-20"))
    ledger.person("韦桂兰", ("gastric-cancer", "06-01"), poor=None, civil="2017-06-02")
    for form, payload in build(cast.county, OCTOBER, day("10-20")).items():
        assert cells_in(form, figures(payload)) == len(cells_of(payload)) > 0
    payload = f6_payload(cast.county, OCTOBER, OCTOBER, day("10-20"))
    assert cells_in("F6", figures(payload)) == len(cells_of(payload)) == 2


def records() -> dict[str, Record]:
    dues = Due.objects.everywhere("test").filter(county__code="450222", period=OCTOBER)
    return {one.form: one for one in records_of(list(dues))}


@pytest.mark.django_db
def test_a_correction_counts_the_cells_that_it_changed(cast, ledger, dues, django_assert_num_queries):
    first = ledger.person("梁月娥", ("cataract", "06-01"))
    second = ledger.person("韦桂兰", ("gastric-cancer", "06-01"), poor=None, civil="2017-06-02")
    f1, _ = hand_in(cast.county, OCTOBER, ["F1", "F2"])
    receive(by=cast.city, submission=f1)
    cells = {"F1": 41, "F2": 9}
    assert {form: (one.cells, one.corrected, one.revisions, one.received_at is not None) for form, one in records().items()} == {
        "F1": (cells["F1"], 0, 1, True), "F2": (cells["F2"], 0, 1, False),
    }  # fmt: skip
    return_it(by=cast.city, submission=Submission.objects.everywhere("test").get(pk=f1.pk), reason="请核对白内障的救治数")
    Case.objects.everywhere("test").filter(person=first).update(
        state="treated", completed_on=day("10-09"), hospital_code=cast.hospital.code, hospital_name=cast.hospital.name
    )

    remake([first.pk, second.pk])
    with on_day(day("10-21")):
        rebuild_drafts(cast.county, OCTOBER, cast.clerk)
        hand_in(cast.county, OCTOBER, ["F1"])
        told = records()["F1"]
        # 累计、本季度、未完成 of the row and of 合计, and a line of seven cells on the list of treated patients.
        assert (told.cells, told.corrected, told.revisions) == (41, 13, 2)
        assert told.first_at == f1.submitted_at and told.on_time
        with django_assert_num_queries(1 + 1):  # The dues and their revisions: what two frozen returns differ in is known already.
            records()
