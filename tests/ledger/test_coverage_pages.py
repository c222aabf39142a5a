"""The yearly disease lists in the browser: made by copy, previewed, saved; never for a month already submitted."""

import re

import pytest
from django.urls import reverse

from ledger.actions import coverage as actions
from ledger.actions.coverage import add_list
from ledger.models import CoverageList, Disease, Programme
from reports.forms.f1 import case_lines
from tests.cast import on_day
from tests.ledger.coverage_desk import NEW, NINE_AND_LUNG, ORDER, PAGE, TEN, colleague, covered, later_list, named, typed
from tests.ledger.desks import client_of
from tests.ledger.kept_desk import day, errors, hidden, noted, owe, submit_month
from tests.racing import at_once, said


def test_the_page_tells_the_lists_and_what_may_still_be_changed(cast):
    owe(cast)
    submit_month(cast, "09", on="09-20")
    later = later_list(cast)
    page = client_of(cast.city).get(PAGE).content.decode()
    assert "柳州市按“柳州市”目录　点病种看它的救治标准　统计到 2017-09-23 的月份已有县（区）上报" in page
    assert re.findall(r"<h2>(20.*?)</h2>", page) == ["2018-01-01 起", "2017-01-01 起，到 2017-12-31"]
    assert page.count("已用于上报，不能改") == 1 and reverse("ledger:coverage-edit", args=[later.pk]) in page
    assert "<dd>柳卫医〔2017〕40号</dd>" in page and f"<dd>{ORDER}</dd>" in page
    reader = client_of(cast.clerk).get(PAGE).content.decode()
    assert "2018-01-01 起" in reader and NEW not in reader and "修改</a>" not in reader
    assert client_of(cast.township).get(PAGE).status_code == 404


def test_a_new_list_is_a_copy_that_is_previewed_and_saved_as_it_was_looked_at(cast):
    cast.register("韦桂兰", disease="lung-cancer", on=day("10-01"))
    cast.register("覃福生", disease="lung-cancer", village=cast.village2, on=day("10-02"))
    cast.register("石永福", disease="cataract", on=day("10-03"))
    cast.register("罗美珍", disease="gastric-cancer", on=day("10-03"))
    cast.register("卢秋菊", disease="lung-cancer", on=day("10-03"), found_only=True)  # Not registered: in no figure.
    desk = client_of(cast.city)
    start = desk.get(NEW)
    ticked = re.findall(r'name="on-(\d+)"[^>]* checked', start.content.decode())
    assert [Disease.objects.get(pk=pk).code for pk in ticked] == TEN and hidden(start, "looked") == ""
    looked = desk.post(NEW, typed(NINE_AND_LUNG) | {"preview": "yes"})
    page = looked.content.decode()
    assert looked.status_code == 200 and "进入统计 2 例，退出统计 1 例" in page
    assert "多出：肺癌。不再印：白内障。" in page
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r'<tr><th scope="row">(?:肺癌|白内障)</th>.*?</tr>', page)]
    assert rows == [["肺癌", "1", "1", "2"], ["白内障", "1", "0", "1"]]
    assert [name for name in ("韦桂兰", "覃福生", "石永福", "罗美珍", "卢秋菊") if f">{name}</a>" in page] == ["韦桂兰", "覃福生", "石永福"]
    lists = re.findall(r'<a href="([^"]+)"[^>]* title="看名单：[^"]*肺癌">', page)  # Both counties', and the whole city's.
    listed = [desk.get(address.replace("&amp;", "&")).content.decode() for address in lists]
    assert [[name for name in ("韦桂兰", "覃福生", "石永福") if name in one] for one in listed] == [
        ["韦桂兰"],
        ["覃福生"],
        ["韦桂兰", "覃福生"],
    ]
    assert covered("2017-11-01") == TEN and noted("coverage") == []  # Nothing is saved by looking.
    counties = [cast.county.pk, cast.county2.pk]
    before = {line.case for line in case_lines(counties, day("11-01"))}
    saved = desk.post(NEW, typed(NINE_AND_LUNG, looked=hidden(looked, "looked")) | {"save": "yes"})
    assert (saved.status_code, saved["Location"]) == (302, PAGE)
    assert (covered("2017-10-31"), covered("2017-11-01")) == (TEN, NINE_AND_LUNG)
    after = {line.case for line in case_lines(counties, day("11-01"))}
    assert (len(after - before), len(before - after)) == (2, 1)  # What the forms count is what the preview said.
    text = "新建目录，10 个病种，比之前的目录：增加肺癌；减少白内障"
    assert noted("coverage") == [("柳州市病种目录 2017-11-01 起", text, ORDER)]
    assert set(CoverageList.objects.get(effective_on=day("11-01")).rows.values_list("document", flat=True)) == {ORDER}


def test_what_changed_after_the_preview_is_shown_again_before_it_is_saved(cast):
    desk = client_of(cast.city)
    looked = hidden(desk.post(NEW, typed(NINE_AND_LUNG) | {"preview": "yes"}), "looked")
    again = desk.post(NEW, typed(TEN[:-1], looked=looked) | {"save": "yes"})
    assert again.status_code == 200 and "您看过预览之后又有改动。请再看一遍，再保存。" in again.content.decode()
    assert hidden(again, "looked") not in ("", looked) and covered("2017-11-01") == TEN
    straight = desk.post(NEW, typed(NINE_AND_LUNG) | {"save": "yes"})  # Never looked at.
    assert straight.status_code == 200 and covered("2017-11-01") == TEN
    assert desk.post(NEW, typed(TEN[:-1], looked=hidden(again, "looked")) | {"save": "yes"}).status_code == 302
    assert covered("2017-11-01") == TEN[:-1]


def test_the_order_is_by_number_and_the_unnumbered_stand_last(cast):
    data = {"starts_on": "2018.1.1", "document": ORDER}
    for code, place in (("cataract", "2"), ("lung-cancer", ""), ("asd", "1"), ("stroke", "")):
        disease = cast.disease(code)
        data |= {f"on-{disease.pk}": "on", f"at-{disease.pk}": place}
    desk = client_of(cast.city)
    looked = hidden(desk.post(NEW, data), "looked")
    assert desk.post(NEW, data | {"looked": looked, "save": "yes"}).status_code == 302
    assert covered("2018-01-01") == ["asd", "cataract", "lung-cancer", "stroke"]
    made = CoverageList.objects.get(year=2018, programme__code="liuzhou")
    assert made.effective_on is None  # 1 January is said by the year alone, as the shipped lists say it.


@pytest.mark.parametrize(
    ("starts_on", "sentence"),
    [
        ("2017-09-23", "统计到 2017-09-23 的月份已经有县（区）上报，不能再改。生效日期请填 2017-09-24 或以后。"),
        ("2017-01-01", "统计到 2017-09-23 的月份已经有县（区）上报，不能再改。生效日期请填 2017-09-24 或以后。"),
        ("2023-01-01", "生效日期 2023-01-01 太远，请核对年份。"),
        ("", "请填写生效日期。"),
        ("2017-13-01", "2017-13-01 不是真实的日期，请改正。"),
    ],
)
def test_a_start_that_cannot_be_is_said_beside_it(cast, starts_on, sentence):
    owe(cast)
    submit_month(cast, "09", on="09-20", county=cast.county2, lead=cast.lead2)  # Any county of the prefecture.
    refused = client_of(cast.city).post(NEW, typed(NINE_AND_LUNG, starts_on) | {"preview": "yes"})
    assert (refused.status_code, errors(refused)) == (422, [sentence])


def test_the_first_open_day_is_the_one_after_the_cut_off(cast):
    owe(cast)
    submit_month(cast, "09", on="09-20")
    assert "2017-10-20" in client_of(cast.city).get(NEW).content.decode()  # Today, later than the 24th of September.
    made = later_list(cast, "2017-09-24")
    assert covered("2017-09-23") == TEN and covered("2017-09-24") == NINE_AND_LUNG and made.starts_on == day("09-24")


def test_another_prefectures_list_is_not_there(cast):
    hunan = Programme.objects.get(code="hunan").lists.first()
    for name in ("coverage-edit", "coverage-remove"):
        assert client_of(cast.city).get(reverse(f"ledger:{name}", args=[hunan.pk])).status_code == 404


# ---- two at once ----


@pytest.mark.django_db(transaction=True)
def test_a_month_submitted_in_the_same_moment_closes_its_days(cast):
    owe(cast)
    cast.city, cast.lead  # noqa: B018  Read before the threads start.
    wanted = {"starts_on": day("10-01"), "diseases": named(NINE_AND_LUNG), "document": ORDER}

    answers = at_once(lambda: submit_month(cast, "10", on="10-20"), lambda: add_list(by=cast.city, **wanted))
    sentence = "统计到 2017-10-23 的月份已经有县（区）上报，不能再改。生效日期请填 2017-10-24 或以后。"
    assert said(answers) == ["done", sentence] and covered("2017-10-20") == TEN


@pytest.mark.django_db(transaction=True)
def test_without_holding_the_dues_a_list_would_slip_into_a_submitted_month(cast, monkeypatch):
    owe(cast)
    cast.city, cast.lead  # noqa: B018
    real = actions.first_open_day
    monkeypatch.setattr(actions, "first_open_day", lambda prefectures, hold=False: real(prefectures, hold=False))  # The switch.
    wanted = {"starts_on": day("10-01"), "diseases": named(NINE_AND_LUNG), "document": ORDER}
    answers = at_once(lambda: submit_month(cast, "10", on="10-20"), lambda: add_list(by=cast.city, **wanted))
    assert said(answers) == ["done", "done"] and covered("2017-10-20") == NINE_AND_LUNG


@pytest.mark.django_db(transaction=True)
def test_a_submission_that_waits_counts_by_the_list_that_was_saved(cast):
    owe(cast)
    person = cast.register("韦桂兰", disease="lung-cancer", on=day("10-01"))
    cast.city, cast.lead  # noqa: B018
    wanted = {"starts_on": day("10-10"), "diseases": named(NINE_AND_LUNG), "document": ORDER}
    answers = at_once(lambda: add_list(by=cast.city, **wanted), lambda: submit_month(cast, "10", on="10-20"))
    assert said(answers) == ["done", "done"]
    figures = {row["name"]: row["total"] for row in answers[1][0].figures["rows"]}
    assert figures["肺癌"] == 1 and "白内障" not in figures and person.name == "韦桂兰"


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_add_a_list_for_one_day_at_once_add_one(cast):
    other = colleague(cast)
    cast.city  # noqa: B018
    answers = at_once(lambda: later_list(cast), lambda: later_list(cast, codes=TEN[:2], by=other))
    assert said(answers) == ["done", "已有 2018-01-01 起的目录。请打开那份目录修改，或换一个日期。"]
    assert covered("2018-01-01") == NINE_AND_LUNG


# ---- how much is asked of the database ----


def test_the_pages_ask_as_much_for_many_lists_as_for_one(cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk = client_of(cast.city)
    desk.get(PAGE)

    def asked(address: str, data=None) -> int:
        with CaptureQueriesContext(connection) as queries:
            (desk.post(address, data) if data else desk.get(address))
        return len(queries)

    later_list(cast)
    one, preview = asked(PAGE), asked(NEW, typed(NINE_AND_LUNG))
    for month in range(2, 8):
        later_list(cast, f"2018-0{month}-01", TEN[:month])
    for number in range(6):
        cast.register(f"患者{number}", disease="lung-cancer", on=day("10-01"))
    assert (asked(PAGE), asked(NEW, typed(NINE_AND_LUNG))) == (one, preview)


def test_on_another_day_the_standing_words_follow(cast):
    later_list(cast)
    with on_day(day("2018-02-01")):
        page = client_of(cast.city).get(PAGE).content.decode()
    assert [re.sub(r"<[^>]+>", "", mark) for mark in re.findall(r'<span class="st [^"]*">[^<]*</span>', page)] == ["现行", "已止"]
