"""全市汇总: a month, a quarter so far and a year so far, on the page and as a workbook with native charts."""

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import AuditEvent
from reports.actions import rebuild_drafts
from reports.city_periods import month_tables, months_of
from reports.city_workbooks import period_name
from reports.models import Due, Submission
from reports.receiving import accept, lock, return_it
from reports.unlocking import agree_unlock, ask_unlock
from tests.cast import on_day
from tests.handing_in import hand_in

D = datetime.date
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (D(2017, month, 1) for month in (8, 9, 10, 11))


@pytest.mark.parametrize(("span", "last", "months", "name"), [
    ("month", OCTOBER, 1, "2017 年 10 月"),
    ("quarter", OCTOBER, 1, "2017 年第 4 季度（10 月）"),
    ("quarter", SEPTEMBER, 3, "2017 年第 3 季度（7 月至 9 月）"),
    ("year", OCTOBER, 10, "2017 年 1 月至 10 月"),
    ("year", D(2018, 1, 1), 1, "2018 年 1 月"),
])  # fmt: skip
def test_which_months_a_span_has(span, last, months, name):
    assert len(months_of(span, last)) == months and months_of(span, last)[-1] == last and period_name(span, last) == name


@pytest.fixture
def half_a_year(cast, dues):
    """柳城县 sent September; 鹿寨县 has a draft of it; nobody has drafted August or October."""
    cast.treat(cast.register("梁月娥", on=D(2017, 8, 1)), on=D(2017, 9, 9))
    cast.register("韦桂兰", on=D(2017, 8, 1))
    cast.treat(cast.register("鹿甲", village=cast.village2, on=D(2017, 8, 1)), on=D(2017, 10, 9))
    with on_day(D(2017, 9, 21)):
        hand_in(cast.county, SEPTEMBER, ["F1", "F2"])
        rebuild_drafts(cast.county2, SEPTEMBER)


def numbers(table) -> tuple[int, int, int]:
    return table.total["total"], table.total["treated"], table.submitted


@pytest.mark.django_db
def test_months_are_summed_from_what_stands_else_the_draft_else_the_ledger(cast, half_a_year, django_assert_max_num_queries):
    with django_assert_max_num_queries(17):
        tables = month_tables(cast.prefecture, months_of("year", NOVEMBER))
    assert [(table.month, *numbers(table)) for table in tables] == [(AUGUST, 3, 0, 0), (SEPTEMBER, 3, 1, 1), (OCTOBER, 3, 2, 0)]
    assert tables[1].told == [
        "已报 1 / 2 个县（区）。", "未上报，按草稿汇总：鹿寨县。",
    ]  # fmt: skip
    cataract = next(row for row in tables[1].rows if row["name"] == "白内障")
    assert (cataract["total"], cataract["treated"], cataract["quarter"], cataract["untreated"]) == (3, 1, 1, 2)


@pytest.mark.django_db
def test_what_was_sent_back_counts_as_a_draft(cast, half_a_year):
    f1 = Submission.objects.everywhere("test").get(due__county=cast.county, due__period=SEPTEMBER, due__form="F1")
    return_it(by=cast.city, submission=f1, reason="请核对")
    assert numbers(month_tables(cast.prefecture, [SEPTEMBER])[0]) == (3, 1, 0)


@pytest.mark.django_db
def test_the_page_shows_the_sum_and_each_figure_opens_into_its_counties(cast, city, half_a_year):
    answer = city.get("/city/?month=2017-09&span=year")
    assert [(line.name, [figure.number for figure in line.poor]) for line in answer.context["table"].lines][-1] == ("白内障", [3, 1, 1, 2])
    told = [(one.month, one.total["treated"], one.gained, one.submitted) for one in answer.context["progress"]]
    assert told == [(AUGUST, 0, None, "0/2"), (SEPTEMBER, 1, 1, "1/2")]
    html = answer.content.decode()
    assert "2017 年 1 月至 9 月" in html and "1 个县未上报" in html and 'href="/city/2017-09-year.xlsx"' in html
    address = answer.context["table"].lines[-1].poor[0].address
    assert address == "/city/2017-09/row-6/total/" and address in html
    answer = city.get(address)
    told = [(share.one.county.name, share.number, share.one.submitted, share.address) for share in answer.context["shares"]]
    assert told == [
        ("柳城县", 2, True, "/months/2017-09/450222/f1/row-6/total/?of=standing"), ("鹿寨县", 1, False, "/months/2017-09/450223/f1/row-6/total/?of=standing"),
    ]  # fmt: skip
    assert "韦桂兰" in city.get(told[0][3]).content.decode()
    neither = city.get("/city/2017-09/all/neither/")
    assert neither.context["sum"] == 0 and city.get("/city/2017-09/all/total/").context["sum"] == 3
    for wrong in ("/city/2017-09/row-99/total/", "/city/2017-09/row-6/neither/", "/city/2017-09/all/beauty/", "/city/2018-09/all/total/"):
        assert city.get(wrong).status_code == 404


@pytest.mark.django_db
def test_a_figure_opens_into_whom_it_counts_while_it_is_being_corrected(cast, city, half_a_year):
    f1 = Submission.objects.everywhere("test").get(due__county=cast.county, due__period=SEPTEMBER, due__form="F1")
    lock(by=cast.city, submission=accept(by=cast.city, submission=f1))
    asked = ask_unlock(by=cast.lead, submission=f1, reason="漏报一人")
    agree_unlock(by=cast.city, unlock=asked, answer="同意")
    cast.register("后来的人", on=D(2017, 9, 20), found_on=D(2017, 9, 20))
    rebuild_drafts(cast.county, SEPTEMBER, cast.clerk)
    share = city.get("/city/2017-09/row-6/total/").context["shares"][0]
    assert (share.number, share.one.submitted) == (2, True)
    assert "后来的人" not in city.get(share.address).content.decode()
    assert "后来的人" in city.get(share.address.removesuffix("?of=standing")).content.decode()


@pytest.mark.django_db
def test_a_month_that_makes_no_sense_is_the_newest_and_without_dues_a_sentence_stands(cast, city, half_a_year):
    answer = city.get("/city/?month=1999-01&span=week")
    assert (answer.context["month"], answer.context["span"]) == (OCTOBER, "month")
    Due.objects.everywhere("test").filter(submissions=None).delete()
    assert city.get("/city/").context["month"] == SEPTEMBER


@pytest.mark.django_db
def test_nothing_is_owed_yet(cast, city):
    assert "还没有应报的月份" in city.get("/city/").content.decode()
    answer = city.get("/city/2017-10-quarter.xlsx", follow=True)
    assert "没有可以汇总的月报" in answer.content.decode()


def sheets(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def lines(sheet, first: int, last: int) -> list[tuple]:
    return [tuple(value for value in row if value is not None) for row in sheet.iter_rows(min_row=first, max_row=last, values_only=True)]


@pytest.mark.django_db
def test_the_workbook_of_a_year_so_far(cast, city, half_a_year):
    answer = city.get("/city/2017-10-year.xlsx")
    assert answer.status_code == 200 and "private, no-store" in answer["Cache-Control"]
    book = sheets(answer.content)
    assert book.sheetnames == ["汇总", "县×病种", "救治进度", "各月进展", "县×月", "病种进展", "上报情况", "上报质量"]
    assert [len(sheet._charts) for sheet in book] == [0, 0, 1, 2, 1, 1, 0, 1]
    assert lines(book["各月进展"], 4, 6) == [
        ("2017 年 8 月", 3, 0, 3, 0, "—", 0, 0, "0 / 2"),
        ("2017 年 9 月", 3, 1, 2, 1 / 3, 1, 1, 0, "1 / 2"),
        ("2017 年 10 月", 3, 2, 1, 2 / 3, 1, 1, 0, "0 / 2"),
    ]
    assert lines(book["县×月"], 4, 6) == [
        ("柳城县", 0, 0.5, 0.5, 0, 1, 1), ("鹿寨县", 0, 0, 1, 0, 1, 1), ("全市", 0, 1 / 3, 2 / 3, 0, 2, 2),
    ]  # fmt: skip
    assert ("白内障", 3, 2, 1, 2 / 3, 0, 2) in lines(book["病种进展"], 4, 11)
    assert lines(book["上报情况"], 4, 8) == [
        ("柳城县", "F1", "缺报", "按时", "未到", 1, 2, 0.5),
        ("柳城县", "F2", "缺报", "按时", "未到", 1, 2, 0.5),
        ("鹿寨县", "F1", "缺报", "缺报", "未到", 0, 2, 0),
        ("鹿寨县", "F2", "缺报", "缺报", "未到", 0, 2, 0),
        ("全市", 2, 8, 0.25),
    ]
    assert lines(book["上报质量"], 4, 6) == [("柳城县", 0.5, "2/4", 0, 1), ("鹿寨县", 0, "0/4", 0, "—"), ("全市", 0.25, "2/8", 0, 1)]
    assert city.get("/city/2017-10-year.xlsx").content == answer.content
    event = AuditEvent.objects.filter(action="exported").order_by("pk").last()
    assert event.detail == {"what": "全市年度累计汇总表", "period": "2017-10"}


@pytest.mark.django_db
def test_a_quarter_gains_from_the_month_before_it(cast, city, half_a_year):
    book = sheets(city.get("/city/2017-10-quarter.xlsx").content)
    assert lines(book["各月进展"], 4, 4) == [("2017 年 10 月", 3, 2, 1, 2 / 3, 1, 1, 0, "0 / 2")]
    assert lines(book["县×月"], 4, 6) == [("柳城县", 0.5, 1, 1, 0), ("鹿寨县", 1, 0, 1, 1), ("全市", 2 / 3, 1, 2, 1)]
    assert city.get("/city/2017-10-month.xlsx").status_code == city.get("/city/2017-10-week.xlsx").status_code == 404


@pytest.mark.django_db
def test_more_months_and_people_ask_no_more_queries(cast, city, half_a_year):
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert city.get(address).status_code == 200
        return len(captured)

    asked("/city/?month=2017-09")
    few = asked("/city/?month=2017-09&span=year")
    for number in range(5):
        cast.register(f"多{number}", village=cast.village2)
    with on_day(D(2017, 10, 20)):
        hand_in(cast.county2, SEPTEMBER, ["F1", "F2"])
    assert asked("/city/?month=2017-09&span=year") <= few
