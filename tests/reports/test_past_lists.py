"""A registration made by mistake: lists and reminders of a past month follow the dated rows, as the figures do, not today's outcome."""

import datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.models import Person, StruckOff
from ledger.standing import remake
from reports.actions import rebuild_drafts
from tests.reports.conftest import day
from tests.reports.month_pages import page_of

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime.date(2017, 9, 1)


def strike(person: Person, disease: str, since: str, until: str) -> None:
    """The case stood closed as a mistake from one day to the other, and stands again."""
    case = person.cases.get(disease__code=disease)
    StruckOff.objects.create(case=case, during=DateRange(day(since), day(until)))
    remake([person.pk])


@pytest.fixture
def mistakes(ledger, dues) -> dict[str, Person]:
    """One whose second disease was struck off over September, one whose only disease was, one struck off since the cut-off."""
    treated = ("2017-03-01", "2017-04-02")
    made = {
        "覃福生": ledger.person("覃福生", ("cataract", *treated), ("gastric-cancer", "2017-05-01")),
        "石小禾": ledger.person("石小禾", ("gastric-cancer", "2017-05-01")),
        "韦桂兰": ledger.person("韦桂兰", ("cataract", *treated, "2017-10-10", "mistaken"), ("gastric-cancer", "2017-05-01")),
        "梁月娥": ledger.person("梁月娥", ("cataract", *treated), ("gastric-cancer", *treated, "2017-08-10", "mistaken")),
    }
    strike(made["覃福生"], "gastric-cancer", "2017-09-10", "2017-10-05")
    strike(made["石小禾"], "gastric-cancer", "2017-09-10", "2017-10-05")
    return made


def told(answer) -> dict[str, tuple[str, datetime.date | None]]:
    return {one.name: (one.diseases, one.completed_on) for one in answer.context["people"]}


def lists_of(staff, table) -> dict[tuple[str, str], tuple[int, dict]]:
    """Each figure that is not 0: its number, and the list that it opens into."""
    rows = [(line.name, figure) for line in [*table.lines, table.total] for figure in [*line.poor, line.civil] if figure.number]
    return {
        (name, figure.address.split("?")[0].split("/")[-2]): (figure.number, told(page_of(staff, figure.address))) for name, figure in rows
    }


SECOND = day("04-02")
ON_23_SEPTEMBER = {
    "覃福生": ("白内障", SECOND),
    "梁月娥": ("白内障", SECOND),
    "韦桂兰": ("胃癌、白内障", SECOND),
}


@pytest.mark.parametrize("where", ["preview", "month", "draft"])
def test_a_past_months_lists_tell_what_its_figures_count(cast, mistakes, where):
    if where == "draft":
        rebuild_drafts(cast.county, SEPTEMBER)
    address = "/preview/?on=2017-09-23" if where == "preview" else "/months/2017-09/450222/"
    lists = lists_of(cast.lead, page_of(cast.lead, address).context["table"])
    assert [number for number, _ in lists.values()] == [len(people) for _, people in lists.values()]
    assert lists["合计", "total"] == (3, ON_23_SEPTEMBER)
    assert lists["合计", "treated"] == (2, {name: ON_23_SEPTEMBER[name] for name in ("覃福生", "梁月娥")})
    assert set(lists["胃癌", "total"][1]) == {"韦桂兰"}


def test_todays_list_tells_what_counts_again_and_no_longer(cast, mistakes):
    lists = lists_of(cast.lead, page_of(cast.lead, "/preview/?on=2017-10-20").context["table"])
    assert lists["合计", "total"] == (
        4, {"覃福生": ("胃癌、白内障", SECOND), "石小禾": ("胃癌", None), "韦桂兰": ("胃癌", None), "梁月娥": ("白内障", SECOND)},
    )  # fmt: skip


def test_nobody_is_reminded_of_a_case_that_is_struck_off_on_the_day(cast, mistakes):
    """覃福生 and 梁月娥 count as treated by 白内障, which has its hospital; 梁月娥's struck-off case needs none."""
    mistakes["梁月娥"].cases.exclude(disease__code="cataract").update(hospital_code="", hospital_name="")
    said = [check.saw for check in page_of(cast.clerk, "/months/2017-09/450222/").context["desk"].checks]
    assert [saw for saw in said if "定点医院" in saw] == ["已救治的每例都有定点医院"]


def test_one_person_with_two_such_cases_is_reminded_of_once(cast, ledger, dues):
    twice = ledger.person("韦桂兰", ("cataract", "2017-03-01", "2017-04-02"), ("gastric-cancer", "2017-03-01", "2017-04-02"))
    twice.cases.update(hospital_code="", hospital_name="")
    checks = page_of(cast.clerk, "/months/2017-10/450222/").context["desk"].checks
    (one,) = [check for check in checks if "没有填定点医院" in check.saw]
    assert (one.saw, one.people) == ("1 人已救治，没有填定点医院：", (("韦桂兰", twice.pk),))
