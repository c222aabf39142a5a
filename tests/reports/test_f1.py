"""Who counts where in F1: one story for every definition in the form's rules."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.forms.coverage import NoCoverage
from reports.forms.f1 import RowPerson, f1_people, figure_people, quarter_start, tabulate
from reports.forms.wording import FIGURES, NEITHER, TOTAL, notes
from tests.reports.conftest import day

COLON = "结直肠癌"


def test_a_person_with_two_cases_of_one_row_counts_once_and_is_treated_when_both_are(ledger):
    ledger.person("韦桂兰", ("colon-cancer", "06-01", "07-10"), ("rectal-cancer", "06-02", "10-05"))
    assert ledger.row("06-30", COLON) == (1, 0, 0, 1, 0)
    assert ledger.row("07-20", COLON) == (1, 0, 0, 1, 0)  # Only one of the two.
    assert ledger.row("10-05", COLON) == (1, 1, 1, 0, 0)
    assert ledger.row("10-05", TOTAL) == (1, 1, 1, 0, 0)


def test_a_person_in_two_rows_counts_in_both_and_once_in_the_total(ledger):
    ledger.person("韦桂兰", ("cataract", "06-01", "10-10"), ("gastric-cancer", "06-02", None))
    assert ledger.row("10-23", "白内障") == (1, 1, 1, 0, 0)
    assert ledger.row("10-23", "胃癌") == (1, 0, 0, 1, 0)
    assert ledger.row("10-23", TOTAL) == (1, 0, 0, 1, 0)


def test_two_rows_treated_in_two_quarters_make_the_total_of_the_later(ledger):
    ledger.person("韦桂兰", ("cataract", "06-01", "09-30"), ("gastric-cancer", "06-02", "10-01"))
    assert ledger.row("10-23", "白内障") == (1, 1, 0, 0, 0)
    assert ledger.row("10-23", TOTAL) == (1, 1, 1, 0, 0)


@pytest.mark.parametrize(
    ("completed", "on", "figures"),
    [
        ("09-30", "09-30", (1, 1, 1, 0, 0)),
        ("09-30", "10-01", (1, 1, 0, 0, 0)),
        ("10-01", "10-23", (1, 1, 1, 0, 0)),
        ("10-23", "10-23", (1, 1, 1, 0, 0)),
        ("10-24", "10-23", (1, 0, 0, 1, 0)),
    ],
)
def test_the_quarter_begins_on_its_first_day_and_ends_with_the_cut_off(ledger, completed, on, figures):
    ledger.person("韦桂兰", ("cataract", "06-01", completed))
    assert ledger.row(on, "白内障") == figures


def test_registered_after_the_cut_off_is_not_yet_on_the_ledger(ledger):
    ledger.person("韦桂兰", ("cataract", "10-24"))
    assert ledger.row("10-23", "白内障") == (0, 0, 0, 0, 0)
    assert ledger.row("10-24", "白内障") == (1, 0, 0, 1, 0)


def test_the_first_completion_stays_when_the_case_is_closed_and_reopened(cast, ledger):
    from ledger.actions.cases import admit_case, close_case, complete_case, reopen_case
    from tests.cast import on_day

    person = cast.register("韦桂兰", on=day("06-01"))
    cast.treat(person, on=day("09-20"))
    with on_day(day("09-25")):
        close_case(by=cast.lead, case=cast.case_of(person), outcome="cured", reason="复查正常", on=day("09-25"))
    with on_day(day("10-02")):
        reopen_case(by=cast.lead, case=cast.case_of(person), reason="另一眼")
        admit_case(by=cast.lead, case=cast.case_of(person), on=day("10-02"), hospital_code="450222-1", hospital_name="柳城县人民医院")
    with on_day(day("10-12")):
        complete_case(by=cast.lead, case=cast.case_of(person), on=day("10-12"))
    assert ledger.row("10-23", "白内障") == (1, 1, 0, 0, 0)
    assert ledger.row("09-23", "白内障") == (1, 1, 1, 0, 0)


def test_whose_registered_poverty_was_ended_leaves_on_that_day(ledger):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "10-02"), poor_until="10-20")
    assert ledger.row("10-19", "白内障") == (1, 1, 1, 0, 0)
    assert ledger.row("10-20", "白内障") == (0, 0, 0, 0, 0)
    assert ledger.table("10-20").neither == [person.pk]


def test_out_of_poverty_still_holds_the_category(ledger):
    person = ledger.person("韦桂兰", ("cataract", "06-01"))
    person.categories.update(out_of_poverty_year=2016)
    assert ledger.row("10-23", "白内障") == (1, 0, 0, 1, 0)


def test_dibao_counts_from_the_day_civil_affairs_verified_it(ledger):
    person = ledger.person("莫秀珍", ("cataract", "06-01", "10-02"), poor=None, civil="10-21")
    assert ledger.row("10-20", "白内障") == (0, 0, 0, 0, 0)
    assert ledger.table("10-20").neither == [person.pk]
    assert ledger.row("10-21", "白内障") == (0, 0, 0, 0, 1)
    assert ledger.row("10-21", TOTAL) == (0, 0, 0, 0, 1)
    assert ledger.table("10-21").neither == []


def test_who_is_registered_poor_and_verified_dibao_is_registered_poor(ledger):
    ledger.person("莫秀珍", ("cataract", "06-01", "10-02"), civil="06-01")
    assert ledger.row("10-23", "白内障") == (1, 1, 1, 0, 0)


def test_somebody_in_no_category_is_counted_below_the_table_alone(ledger):
    person = ledger.person("蒙玉莲", ("cataract", "06-01", "10-02"), ("gastric-cancer", "06-01"), poor=None)
    table = ledger.table("10-23")
    assert ledger.row("10-23", TOTAL) == (0, 0, 0, 0, 0)
    assert figure_people(table, TOTAL, NEITHER) == [person.pk]


def test_a_move_inside_the_prefecture_changes_the_county_from_that_day(cast, ledger):
    person = ledger.person("韦桂兰", ("cataract", "06-01", "08-02"))
    ledger.move(person, "10-10", cast.village2)
    assert ledger.row("10-09", "白内障") == (1, 1, 0, 0, 0)
    assert ledger.row("10-09", "白内障", cast.county2) == (0, 0, 0, 0, 0)
    assert ledger.row("10-10", "白内障") == (0, 0, 0, 0, 0)
    assert ledger.row("10-10", "白内障", cast.county2) == (1, 1, 0, 0, 0)


def test_leaving_the_prefecture_takes_a_person_out_and_no_other_outcome_does(ledger):
    left = ledger.person("韦桂兰", ("cataract", "06-01", None, "10-10", "moved_away"))
    ledger.move(left, "10-10")
    ledger.person("覃月英", ("cataract", "06-01", None, "10-10", "died"))
    ledger.person("罗凤英", ("cataract", "06-01", None, "10-10", "refused"))
    assert ledger.row("10-09", "白内障") == (3, 0, 0, 3, 0)
    assert ledger.row("10-23", "白内障") == (2, 0, 0, 2, 0)


def test_a_mistaken_registration_counts_until_the_day_it_was_closed(ledger):
    ledger.person("韦桂兰", ("cataract", "06-01", None, "10-24", "mistaken"))
    assert ledger.row("10-23", "白内障") == (1, 0, 0, 1, 0)
    assert ledger.row("10-24", "白内障") == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("registered", "figures"), [("06-01", (1, 0, 0, 1, 0)), ("06-02", (0, 0, 0, 0, 0))])
def test_a_childrens_row_goes_by_the_age_on_the_day_of_registration(ledger, registered, figures):
    ledger.person("韦小宝", ("vsd", registered), born_on=day("2002-06-02"))  # 15 from 2 June on.
    assert ledger.row("10-23", "儿童先天性心脏病") == figures


def test_a_disease_outside_the_years_list_is_not_counted(ledger):
    ledger.person("韦桂兰", ("lung-cancer", "06-01"))
    assert ledger.row("10-23", TOTAL) == (0, 0, 0, 0, 0)


def test_a_day_before_the_first_list_is_refused_and_not_zero(cast, ledger):
    ledger.person("韦桂兰", ("cataract", "06-01"))
    with pytest.raises(NoCoverage, match="2016-12-31 还没有生效的“柳州市”病种目录"):
        f1_people([cast.county.pk], day("2016-12-31"))


def test_rows_are_printed_in_the_documents_order(cast, ledger):
    from reports.forms.coverage import printed_groups

    assert [group.name for group in printed_groups(cast.county, day("10-23"))] == [
        "儿童先天性心脏病", "儿童白血病", "终末期肾病", "食管癌", "胃癌", "结直肠癌", "白内障",
    ]  # fmt: skip


def test_the_note_says_where_the_total_is_less_than_the_rows():
    zero = dict.fromkeys(FIGURES, 0)
    rows = [{**zero, "total": 1, "treated": 1, "quarter": 1}, {**zero, "total": 1, "untreated": 1}]
    total = {**zero, "total": 1, "untreated": 1}
    assert notes(rows, total, 2) == [
        "合计比各行之和：总数少 1、累计救治数少 1、本季度完成救治数少 1。"
        "患几种病的人在各行分别计一次，在合计只计一次；各行都完成治疗，合计才计为已救治。",
        "另有 2 人既不是建档立卡，也没有经民政部门核实为特困供养或低保，未计入上表。",
    ]
    assert notes(rows[:1], rows[0], 0) == ["另有 0 人既不是建档立卡，也没有经民政部门核实为特困供养或低保，未计入上表。"]


def _person_rows(draw_rows) -> list[RowPerson]:
    seen, rows = {}, []
    for group, person, kind, ago in draw_rows:
        if (group, person) in {(row.group, row.person) for row in rows}:
            continue
        poor, civil = seen.setdefault(person, (kind == 0, kind == 1))
        treated_on = None if ago is None else day("10-23") - datetime.timedelta(days=ago)
        rows.append(RowPerson(1, group, person, poor, civil, treated_on is not None, treated_on))
    return rows


LINES = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(0, 2), st.none() | st.integers(0, 60))


@given(st.lists(LINES, max_size=25))
def test_what_always_holds_of_the_table(lines):
    people = _person_rows(lines)
    table = tabulate(people, day("10-23"), [1, 2, 3])
    rows = table.figures()
    for group in (1, 2, 3, TOTAL):
        found = {figure: set(figure_people(table, group, figure)) for figure in FIGURES}
        assert found["treated"] | found["untreated"] == found["total"] and not found["treated"] & found["untreated"]
        assert found["quarter"] <= found["treated"]
        assert {figure: len(ids) for figure, ids in found.items()} == (table.total_figures() if group == TOTAL else rows[group])
    for figure in FIGURES:
        assert table.total_figures()[figure] <= sum(row[figure] for row in rows.values())
    assert set(table.total["total"]) == {row.person for row in people if row.registered_poor}
    assert len(table.neither) == len({row.person for row in people if not row.registered_poor and not row.civil_verified})


@pytest.mark.parametrize(("date", "start"), [("01-01", "01-01"), ("03-31", "01-01"), ("10-23", "10-01"), ("12-31", "10-01")])
def test_quarters(date, start):
    assert quarter_start(day(date)) == day(start)
