"""The month's pages through the browser's door: every figure opens into as many people as it says, and only for whom it may."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent, Person
from reports.actions import rebuild_drafts
from reports.models import Submission
from tests.cast import on_day
from tests.reports.month_pages import F1_HEADINGS, F2_HEADINGS, OCTOBER, TITLE, act, headings_of, month_address, page_of

pytestmark = pytest.mark.django_db


def test_f1_prints_the_official_words_and_the_figures(cast, people):
    rebuild_drafts(cast.county, OCTOBER)
    answer = page_of(cast.lead, month_address())
    html = answer.content.decode()
    assert TITLE in html and "（统计截止日期：2017-10-20）" in html
    assert headings_of(answer) == F1_HEADINGS
    table = answer.context["table"]
    cataract = next(line for line in table.lines if line.name == "白内障")
    assert [figure.number for figure in cataract.poor] == [2, 2, 1, 0]
    assert cataract.civil.number == 1
    assert [figure.number for figure in table.total.poor] == [3, 1, 0, 2]
    assert table.neither.number == 1
    assert "外县人" not in html


@pytest.mark.parametrize("drafted", [True, False])
def test_every_figure_of_f1_opens_into_as_many_people(cast, people, drafted):
    if drafted:
        rebuild_drafts(cast.county, OCTOBER)
    table = page_of(cast.lead, month_address()).context["table"]
    opened = 0
    figures = [figure for line in [*table.lines, table.total] for figure in [*line.poor, line.civil]] + [table.neither]
    for figure in figures:
        shown = page_of(cast.lead, figure.address).context
        assert len(shown["people"]) == figure.number, figure.address
        opened += figure.number
    assert opened > 0


def test_a_list_behind_a_figure_is_masked_and_on_the_trail(cast, people):
    address = reverse("reports:people", args=[OCTOBER, "450222", "all", "total"])
    html = page_of(cast.clerk, address).content.decode()
    number = people["韦桂兰"].id_number
    assert f"450222********{number.reveal()[-4:]}" in html and number.reveal() not in html
    assert reverse("ledger:person", args=[people["韦桂兰"].pk]) in html
    row = AuditEvent.objects.filter(action="viewed_list", staff=cast.clerk).get()
    assert (row.county_code, row.detail["figure"], row.detail["people"]) == ("450222", "total", 3)


def test_whoever_has_moved_away_since_is_listed_without_a_link(cast, people, ledger):
    rebuild_drafts(cast.county, OCTOBER)
    gone = people["韦桂兰"]
    Person.objects.everywhere("test").filter(pk=gone.pk).update(county=cast.county2)
    html = page_of(cast.clerk, reverse("reports:people", args=[OCTOBER, "450222", "all", "treated"])).content.decode()
    assert "韦桂兰" in html and reverse("ledger:person", args=[gone.pk]) not in html


@pytest.mark.parametrize("name", ["month", "list-f2", "list-roster", "county-workbook", "api-month"])
def test_another_county_answers_404(cast, people, name):
    for staff in (cast.clerk, cast.lead):
        page_of(staff, month_address("450223", name), 404)
    page_of(cast.city, month_address("450223", name), 200)
    page_of(cast.city, month_address("450999", name), 404)


def test_another_countys_people_and_deeds_answer_404(cast, people):
    page_of(cast.clerk, reverse("reports:people", args=[OCTOBER, "450223", "all", "total"]), 404)
    client = Client()
    client.force_login(cast.lead)
    for name in ("rebuild", "check", "submit", "send-back", "extend"):
        assert client.post(act(name, "450223"), {"form": "F1"}).status_code == 404
    assert not Submission.objects.everywhere("test").exists()


@pytest.mark.parametrize("tail", ["all/nothing", "999999/total", "all%20/total", "1/neither"])
def test_a_figure_that_does_not_exist_answers_404(cast, people, tail):
    page_of(cast.clerk, f"/months/2017-10/450222/f1/{tail}/", 404)
    page_of(cast.clerk, f"/preview/f1/{tail}/", 404)


def test_months_that_make_no_sense(cast, people):
    page_of(cast.clerk, "/months/2017-13/450222/", 404)
    assert "还没有开始" in page_of(cast.clerk, "/months/2017-12/450222/", 422).content.decode()
    assert "病种目录" in page_of(cast.clerk, "/months/2001-01/450222/", 422).content.decode()
    page_of(cast.clerk, "/months/2017-12/450222/f2/", 404)


def test_the_lists_print_their_headings_masked(cast, people):
    f2 = page_of(cast.clerk, month_address(name="list-f2"))
    assert headings_of(f2) == F2_HEADINGS
    assert [row["name"] for row in f2.context["rows"]] == ["梁月娥"]
    roster = page_of(cast.clerk, month_address(name="list-roster"))
    assert headings_of(roster) == ["姓名", "性别", "年龄", "主要诊断", "家庭地址", "身份证号", "城乡居民医保（农合）证号"]
    assert [row["name"] for row in roster.context["rows"]] == ["韦桂兰", "覃福生", "梁月娥"]
    for answer in (f2, roster):
        html = answer.content.decode()
        assert people["梁月娥"].id_number.reveal() not in html and "450222********" in html
    assert AuditEvent.objects.filter(action="viewed_list", staff=cast.clerk).count() == 2


@pytest.mark.parametrize("who", ["clerk", "city"])
def test_downloads_are_named_in_chinese_uncached_and_on_the_trail(cast, people, who):
    answer = page_of(getattr(cast, who), month_address(name="county-workbook"))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%9F%B3%E5%9F%8E%E5%8E%BF2017")
    assert "no-store" in answer["Cache-Control"] and answer.content[:2] == b"PK"
    row = AuditEvent.objects.get(action="exported")
    assert (row.username, row.county_code, row.detail["period"]) == (getattr(cast, who).username, "450222", "2017-10")


def test_the_citys_file_is_the_citys_alone(cast, people):
    answer = page_of(cast.city, reverse("reports:city-workbook", args=[OCTOBER]))
    assert answer.content[:2] == b"PK" and "no-store" in answer["Cache-Control"]
    assert AuditEvent.objects.get(action="exported").detail["what"] == "全市汇总表"
    page_of(cast.lead, reverse("reports:city-workbook", args=[OCTOBER]), 404)


def test_the_api_gives_figures_and_nobody(cast, people):
    answer = page_of(cast.clerk, month_address(name="api-month"))
    told = answer.json()
    assert told["total"] == {"total": 3, "treated": 1, "quarter": 0, "untreated": 2, "civil_quarter": 1}
    assert told["neither"] == 1 and told["county"]["code"] == "450222" and set(told["states"]) == {"F1", "F2"}
    assert "韦桂兰" not in answer.content.decode()
    client = Client()
    assert client.get(month_address(name="api-month")).status_code == 302
    client.force_login(cast.clerk)
    assert client.post(month_address(name="api-month")).status_code == 405


@pytest.mark.parametrize("name", ["month", "list-f2", "list-roster", "people", "preview"])
def test_more_people_ask_no_more_queries(cast, people, ledger, name, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast.clerk)
    address = {"preview": "/preview/", "people": "/months/2017-10/450222/f1/all/total/"}.get(name) or month_address(name=name)
    rebuild_drafts(cast.county, OCTOBER)
    client.get(address)
    before = _queries(client, address)
    for number in range(30):
        civil = "2017-06-02" if number % 2 else None
        ledger.person(f"多来人{number}", ("cataract", "2017-06-01", "2017-10-05"), poor=None if civil else "2016-01-01", civil=civil)
    rebuild_drafts(cast.county, OCTOBER)
    with django_assert_max_num_queries(before):
        assert client.get(address).status_code == 200
    assert before <= 32


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(address)
    return len(captured)


def test_the_months_list_tells_each_form(cast, people):
    rebuild_drafts(cast.county, OCTOBER)
    html = page_of(cast.clerk, "/months/").content.decode()
    assert "2017 年 10 月" in html and "草稿" in html and "缺报" in html and "鹿寨" not in html
    with on_day(datetime.date(2017, 10, 20)):
        city = page_of(cast.city, "/months/?period=2017-09").content.decode()
    assert "柳城县" in city and "鹿寨县" in city and "缺报" in city
