"""应报清单 in the browser: the year ahead, and why each deadline lies on its day."""

import datetime

import pytest
from django.urls import reverse

from ledger.actions.holidays import add_days
from reports.due_keeping import keep_dues
from reports.models import DueRule
from tests.cast import on_day
from tests.ledger.desks import client_of
from tests.reports.calendar_stories import page_of
from tests.reports.conftest import day
from tests.reports.due_stories import NOW, hand_in

pytestmark = pytest.mark.django_db


# ---- the list ----


def test_the_year_ahead_says_why_a_deadline_lies_on_its_day(cast, monthly):
    with on_day(day("10-20")):
        lines = client_of(cast.city).get(reverse("reports:calendar")).context["lines"]
    told = [
        (f"{line.deadline_at.astimezone(NOW.tzinfo):%Y-%m-%d %H:%M}", line.weekday, line.months, line.why, line.owing) for line in lines
    ]
    assert told[:3] == [
        ("2017-10-23 18:00", "星期一", "2017 年 10 月", "", 2),
        ("2017-11-23 18:00", "星期四", "2017 年 11 月", "", 2),
        ("2017-12-22 18:00", "星期五", "2017 年 12 月", "12 月 23 日是星期六，提前到 12 月 22 日", 2),
    ]
    assert (told[-1][0], len(told)) == ("2018-10-23 18:00", 13)


def test_a_holiday_and_a_made_up_saturday_are_named(cast, monthly):
    DueRule.objects.create(prefecture=cast.prefecture, form="F6", day=1, months_after=1, first_period=day("09-01"))
    keep_dues(cast.prefecture, NOW)
    page = page_of(cast.city, "?year=2017")
    assert "10 月 1 日是中秋节、国庆节放假，提前到 9 月 30 日（调休上班）" in page
    assert "1 月 1 日是元旦放假，提前到 12 月 29 日" in page and "9 月 23 日是星期六，提前到 9 月 22 日" in page


def test_a_county_reads_its_own_and_keeps_nothing(cast, monthly):
    hand_in(cast.county, day("09-01"))
    own, other = page_of(cast.lead, "?year=2017"), page_of(cast.lead2, "?year=2017")
    assert own.count("已报</span>") == 1 and other.count("缺报</span>") == 1
    assert "补齐应报" in own and "添加规则" not in own and reverse("reports:calendar-rule", args=[monthly.pk]) not in own
    city = page_of(cast.city, "?year=2017")
    assert "1 个缺报</span>　1 / 2" in city and reverse("reports:calendar-rule", args=[monthly.pk]) in city


def test_a_year_whose_holidays_are_not_listed_is_said(cast, monthly):
    with on_day(datetime.date(2018, 6, 1)):
        page = page_of(cast.city)
    assert "2019 年的节假日还没有录入，那一年的截止时间先只按星期排" in page
    assert "还没有录入" not in page_of(cast.city)


def test_deadlines_that_moved_stand_on_the_page(cast, monthly):
    add_days(by=cast.city, first=day("11-23"), last=None, works=False, name="县庆", document="柳政办发〔2017〕9号")
    keep_dues(cast.prefecture, NOW)
    page = page_of(cast.clerk)
    assert "截止时间的变动" in page and '<td>2017-11-23 18:00</td><td>2017-11-22 18:00</td><td class="num">2</td>' in page
    trail = client_of(cast.auditor).get(reverse("ledger:trail")).content.decode()
    assert "截止时间移动" in trail and "原截止 2017-11-23T18:00+08:00，改为 2017-11-22T18:00+08:00，2 个县（区）" in trail


def test_without_rules_it_says_what_to_do(cast):
    assert "还没有应报规则，所以没有应报。" in page_of(cast.city) and "请市里添加。" in page_of(cast.lead)


def test_more_counties_ask_the_database_no_more_often(cast, monthly, django_assert_max_num_queries):
    desk = client_of(cast.city)
    desk.get(reverse("reports:calendar"))
    with django_assert_max_num_queries(25):
        desk.get(reverse("reports:calendar") + "?year=2018")
