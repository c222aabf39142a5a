"""各县各表: half a year, a whole one, one form or all; every rate opens into the returns that it counts."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports.actions import rebuild_drafts
from reports.models import Due
from reports.receiving import receive
from reports.views.matrix_table import Tally, tally
from reports.views.spans import span_of
from tests.cast import on_day
from tests.handing_in import hand_in, make_ready

OCTOBER = datetime.date(2017, 10, 1)
TODAY = datetime.date(2017, 10, 20)


@pytest.mark.parametrize(("asked", "key", "title", "months"), [
    ("", "2017-h2", "2017 年下半年", 6),
    ("2017", "2017", "2017 年全年", 12),
    ("2018-h1", "2018-h1", "2018 年上半年", 6),
    ("2017-08..2017-11", "2017-08..2017-11", "2017 年 8 月至 11 月", 4),
    ("2017-11..2018-02", "2017-11..2018-02", "2017 年 11 月至 2018 年 2 月", 4),
    ("2017-08..2017-08", "2017-08..2017-08", "2017 年 8 月", 1),
    ("2017-11..2017-08", "2017-h2", "2017 年下半年", 6),
    ("2000-01..2017-08", "2017-h2", "2017 年下半年", 6),
    ("2017-h3", "2017-h2", "2017 年下半年", 6),
    ("２０１７", "2017-h2", "2017 年下半年", 6),
    ("9999-99..x", "2017-h2", "2017 年下半年", 6),
])  # fmt: skip
def test_which_months_an_address_asks_for(asked, key, title, months):
    span = span_of(asked, TODAY)
    assert (span.key, span.title, len(span.months)) == (key, title, months)


def page(cast, address: str):
    client = Client()
    client.force_login(cast.city)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


@pytest.fixture
def sent(cast, dues):
    """October: 柳城县 handed in both forms and the city received F1; 鹿寨县 has drafts."""
    cast.treat(cast.register("梁月娥", on=datetime.date(2017, 9, 1)), on=datetime.date(2017, 10, 9))
    f1, _ = hand_in(cast.county, OCTOBER, ["F1", "F2"])
    receive(by=cast.city, submission=f1)
    rebuild_drafts(cast.county2, OCTOBER)


def words(row) -> list[str]:
    return [cell.state.word if cell.state else "—" for cell in row.cells]


@pytest.mark.django_db
def test_half_a_year_stands_with_its_forms_side_by_side(cast, sent):
    answer = page(cast, "/matrix/")
    matrix = answer.context["matrix"]
    assert matrix.forms == ["F1", "F2"] and matrix.wide and matrix.gaps
    assert [words(row) for row in matrix.rows] == [
        ["—", "—", "缺报", "缺报", "缺报", "缺报", "已报", "已报", "未到", "未到", "未到", "未到"],
        ["—", "—", "缺报", "缺报", "缺报", "缺报", "草稿", "草稿", "未到", "未到", "未到", "未到"],
    ]
    assert [told for told, _ in matrix.foot] == ["", "", "0/2", "0/2", "0/2", "0/2", "1/2", "1/2", "", "", "", ""]
    told = [(row.rates.timeliness.counted, row.rates.completeness.counted, row.rates.accuracy.words) for row in matrix.rows]
    # October is not due before the 23rd: what came early counts from then on.
    assert told == [("0/4", "0/4", "100%"), ("0/4", "0/4", "—")]
    assert (matrix.rates.timeliness.counted, matrix.rates.completeness.counted) == ("0/8", "0/8")
    with on_day(datetime.date(2017, 10, 24)):
        rates = page(cast, "/matrix/").context["matrix"].rows[0].rates
    assert (rates.timeliness.counted, rates.completeness.counted) == ("2/6", "1/6")
    html = answer.content.decode()
    assert 'href="/months/2017-10/450222/"' in html and 'href="/months/2017-10/450222/f2/"' in html
    assert 'href="/matrix/completeness/?span=2017-h2&amp;county=450222"' in html


@pytest.mark.django_db
def test_a_whole_year_of_all_forms_stands_beneath_each_other(cast, sent):
    matrix = page(cast, "/matrix/?span=2017").context["matrix"]
    assert not matrix.wide and len(matrix.months) == 12
    (row, lines), _ = matrix.tall_rows
    assert row.county == cast.county and [line.form for line in lines] == ["F1", "F2"]
    assert [cell.state.word for cell in lines[1].cells if cell.state] == ["缺报", "缺报", "已报", "未到", "未到"]
    assert [form for form, _ in matrix.tall_foot] == ["F1", "F2"] and matrix.tall_foot[0][1][7:] == ["0/2", "0/2", "1/2", "", ""]
    one = page(cast, "/matrix/?span=2017&form=F2").context["matrix"]
    assert one.forms == ["F2"] and one.wide
    empty = page(cast, "/matrix/?span=2016")
    assert "2016 年全年没有应报的报表" in empty.content.decode()


@pytest.mark.django_db
def test_each_rate_opens_into_what_it_counts(cast, sent):
    def rows(address):
        answer = page(cast, address)
        assert answer.context["rate"].words in answer.content.decode()
        return [(row.due.county.code, f"{row.due.form} {row.due.period:%m}", row.word) for row in answer.context["rows"]]

    assert rows("/matrix/timeliness/?county=450222") == [
        ("450222", "F1 08", "缺报"), ("450222", "F2 08", "缺报"), ("450222", "F1 09", "缺报"), ("450222", "F2 09", "缺报"),
    ]  # fmt: skip
    assert rows("/matrix/completeness/?span=2017-10..2017-10") == []
    with on_day(datetime.date(2017, 10, 24)):
        assert rows("/matrix/timeliness/?county=450222")[4:] == [("450222", "F1 10", "按时"), ("450222", "F2 10", "按时")]
        assert rows("/matrix/completeness/?span=2017-10..2017-10&county=450222") == [
            ("450222", "F2 10", "已报，等市级接收"), ("450222", "F1 10", "已接收"),
        ]  # fmt: skip
    assert rows("/matrix/accuracy/?form=F1") == [("450222", "F1 10", "没有改过")]
    assert rows("/matrix/timeliness/?span=2018") == []
    client = Client()
    client.force_login(cast.city)
    assert client.get("/matrix/beauty/").status_code == 404


@pytest.mark.django_db
def test_what_came_late_and_what_came_within_more_time(cast, dues):
    with on_day(datetime.date(2017, 10, 26)):
        late = Due.objects.everywhere("test").get(county=cast.county, period=OCTOBER, form="F1")
        more = Due.objects.everywhere("test").get(county=cast.county, period=OCTOBER, form="F2")
        more.extended_until = more.deadline_at + datetime.timedelta(days=4)
        more.save()
        hand_in(cast.county, OCTOBER, [late.form, more.form])
        assert [words(row) for row in page(cast, "/matrix/?span=2017-10..2017-10").context["matrix"].rows][0] == ["迟 3 天", "已报"]
    with on_day(datetime.date(2017, 10, 28)):
        answer = page(cast, "/matrix/timeliness/?span=2017-10..2017-10&county=450222")
        assert [(row.due.form, row.word) for row in answer.context["rows"]] == [("F1", "迟报"), ("F2", "按时")]
        assert answer.context["rate"].counted == "1/2" and "（展期）" in answer.content.decode()


@pytest.mark.django_db
def test_more_returns_ask_no_more_queries(cast, sent):
    addresses = ("/matrix/?span=2017", "/matrix/accuracy/?span=2017", "/")
    client = Client()
    client.force_login(cast.city)
    counted = {}
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counted[address] = len(captured)
    hand_in(cast.county2, OCTOBER, ["F1", "F2"])
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        assert len(captured) <= counted[address], address
    assert counted["/matrix/?span=2017"] <= 22


@pytest.mark.django_db
def test_the_months_counties_are_told_by_how_far_they_are(cast, dues):
    def told() -> Tally:
        return page(cast, "/").context["tally"]

    assert told().nothing == ["柳城县", "鹿寨县"]
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    rebuild_drafts(cast.county2, OCTOBER)
    assert (told().checking, told().draft) == (["柳城县"], ["鹿寨县"])
    hand_in(cast.county2, OCTOBER, ["F2"])
    assert told() == Tally(one=["鹿寨县"], checking=["柳城县"])
    with on_day(datetime.date(2017, 10, 24)):
        assert told() == Tally(missing=["柳城县", "鹿寨县"])
    assert tally([cast.county], []) == Tally()
