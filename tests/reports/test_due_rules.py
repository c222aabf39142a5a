"""What is owed by rules that ask for the month before, whose first return covers several months, beside F1 and F2 as ever."""

import datetime

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, transaction

from ledger import clock
from reports.actions import make_dues
from reports.admin import DueRuleForm
from reports.due_keeping import keep_dues
from reports.due_making import overlaps, owed_in, working_day
from reports.forms.f6 import EXPLANATION, explanation
from reports.models import Due, DueRule
from tests.reports.conftest import day

# 渝卫发〔2019〕30号 附件: by 20 July May and June, from August on each month on the 1st of the next.
WHO = {"frequency": "month", "sender": "县（区）卫健部门", "receiver": "市卫健部门"}
CHONGQING = {
    "form": "F6", "day": 1, "months_after": 1, "first_period": day("2019-05-01"), "first_months": 2,
    "first_deadline_on": day("2019-07-20"), "document": "渝卫发〔2019〕30号 三（四）",
}  # fmt: skip


class Days:
    """Weekends rest but for those made up for, listed days rest; with ``every`` none does."""

    def __init__(self, *rests: str, works: tuple[str, ...] = (), every: bool = False):
        self.rests, self.works, self.every = set(map(day, rests)), set(map(day, works)), every

    def is_working(self, on: datetime.date) -> bool:
        return self.every or on in self.works or on.weekday() < 5 and on not in self.rests


EVERY, WEEK = Days(every=True), Days()
NATIONAL_DAY = Days(*(f"10-0{number}" for number in range(1, 9)), works=("09-30",))


def told(rule: DueRule, year: int, working: Days = EVERY) -> list[tuple[str, ...]]:
    """From which month to which, up to which day, by when."""
    return [
        (f"{one.covers_from:%Y-%m}", f"{one.period:%Y-%m}", one.cut_off_on.isoformat(), f"{one.deadline_at:%Y-%m-%d %H:%M %z}")
        for one in owed_in(rule, year, working)
    ]


def test_chongqings_first_return_covers_may_and_june():
    rows = told(DueRule(**CHONGQING), 2019)
    assert rows[:3] == [
        ("2019-05", "2019-06", "2019-06-30", "2019-07-20 18:00 +0800"),
        ("2019-07", "2019-07", "2019-07-31", "2019-08-01 18:00 +0800"),
        ("2019-08", "2019-08", "2019-08-31", "2019-09-01 18:00 +0800"),
    ]
    assert rows[-1] == ("2019-12", "2019-12", "2019-12-31", "2020-01-01 18:00 +0800") and len(rows) == 7
    assert told(DueRule(**CHONGQING), 2018) == []
    assert told(DueRule(**CHONGQING), 2020)[1] == ("2020-02", "2020-02", "2020-02-29", "2020-03-01 18:00 +0800")


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({"first_months": 1, "first_deadline_on": None}, [("2019-05", "2019-05", "2019-05-31", "2019-06-01 18:00 +0800")]),
        ({"first_deadline_on": None}, [("2019-05", "2019-06", "2019-06-30", "2019-07-01 18:00 +0800")]),
        (
            {"months_after": 2, "first_months": 1, "first_deadline_on": None},
            [("2019-05", "2019-05", "2019-05-31", "2019-07-01 18:00 +0800")],
        ),
        (
            {"months_after": 0, "day": 23, "first_months": 1, "first_deadline_on": None},
            [("2019-05", "2019-05", "2019-05-23", "2019-05-23 18:00 +0800")],
        ),
        ({"first_period": day("2018-12-01"), "first_deadline_on": None}, [("2018-12", "2019-01", "2019-01-31", "2019-02-01 18:00 +0800")]),
    ],
)
def test_other_rules_are_data_too(changes, rows):
    assert told(DueRule(**{**CHONGQING, **changes}), 2019)[:1] == rows


def months(rule: DueRule, year: int, working: Days = WEEK) -> list[tuple[str, ...]]:
    """From which month to which, by which day."""
    return [(begins, ends, at[:10]) for begins, ends, _, at in told(rule, year, working)]


def test_chongqings_deadlines_lie_on_working_days_and_its_cut_offs_do_not_move():
    """20 July 2019 is a Saturday, 1 September and 1 December Sundays; New Year's Day is a holiday; 1 May 2020 begins five days off."""
    rule = DueRule(**CHONGQING)
    rest = Days("2020-01-01", *(f"2020-05-0{number}" for number in range(1, 6)))
    assert [(ends, cut_off, at[:10]) for _, ends, cut_off, at in told(rule, 2019, rest)] == [
        ("2019-06", "2019-06-30", "2019-07-19"),
        ("2019-07", "2019-07-31", "2019-08-01"),
        ("2019-08", "2019-08-31", "2019-08-30"),
        ("2019-09", "2019-09-30", "2019-10-01"),
        ("2019-10", "2019-10-31", "2019-11-01"),
        ("2019-11", "2019-11-30", "2019-11-29"),
        ("2019-12", "2019-12-31", "2019-12-31"),
    ]
    assert months(rule, 2020, rest)[3] == ("2020-04", "2020-04", "2020-04-30")
    assert owed_in(rule, 2019, rest)[0].ruled_on == day("2019-07-20")


def test_the_23rd_on_a_weekend_or_holiday_is_the_working_day_before():
    rule = DueRule(form="F1", first_period=day("05-01"))
    found = {ends: (cut_off, at) for _, ends, cut_off, at in told(rule, 2017, WEEK)}
    assert found["2017-09"] == ("2017-09-23", "2017-09-22 18:00 +0800")
    assert found["2017-10"] == ("2017-10-23", "2017-10-23 18:00 +0800")
    assert found["2017-07"] == ("2017-07-23", "2017-07-21 18:00 +0800")
    monthly = DueRule(form="F6", day=1, months_after=1, first_period=day("08-01"))
    assert told(monthly, 2017, NATIONAL_DAY)[1] == ("2017-09", "2017-09", "2017-09-30", "2017-09-30 18:00 +0800")
    assert told(monthly, 2017, Days("10-01"))[1][3] == "2017-09-29 18:00 +0800"


def test_a_quarter_is_named_by_its_last_month():
    quarterly = DueRule(form="F4", frequency="quarter", day=10, months_after=1, first_period=day("08-01"))
    assert told(quarterly, 2017) == [
        ("2017-08", "2017-09", "2017-09-30", "2017-10-10 18:00 +0800"),
        ("2017-10", "2017-12", "2017-12-31", "2018-01-10 18:00 +0800"),
    ]
    within = DueRule(form="F4", frequency="quarter", day=25, first_period=day("07-01"), last_period=day("2018-03-01"))
    assert told(within, 2017)[0] == ("2017-07", "2017-09", "2017-09-25", "2017-09-25 18:00 +0800")
    assert [ends for _, ends, _ in months(within, 2018)] == ["2018-03"]
    two = DueRule(form="F4", frequency="quarter", day=10, months_after=1, first_period=day("04-01"), first_months=6)
    assert months(two, 2017, EVERY) == [("2017-04", "2017-09", "2017-10-10"), ("2017-10", "2017-12", "2018-01-10")]


def test_what_is_asked_for_once_is_asked_for_once():
    once = DueRule(form="F4", frequency="once", first_period=day("07-01"), first_deadline_on=day("08-10"), months_after=1)
    assert told(once, 2017) == [("2017-07", "2017-07", "2017-07-31", "2017-08-10 18:00 +0800")] and told(once, 2018) == []
    same_month = DueRule(form="F4", frequency="once", first_period=day("08-01"), first_deadline_on=day("08-12"))
    assert told(same_month, 2017, WEEK) == [("2017-08", "2017-08", "2017-08-12", "2017-08-11 18:00 +0800")]


def test_a_rule_ends_and_the_next_begins_after_it():
    first = DueRule(form="F1", first_period=day("05-01"), last_period=day("08-01"))
    then = DueRule(form="F1", first_period=day("09-01"), day=25)
    assert [ends for _, ends, _ in months(first, 2017)] == ["2017-05", "2017-06", "2017-07", "2017-08"]
    assert months(then, 2017)[0] == ("2017-09", "2017-09", "2017-09-25")
    assert not overlaps(first, then) and not overlaps(then, first)
    assert overlaps(first, DueRule(form="F1", first_period=day("08-01")))
    assert overlaps(DueRule(form="F1", first_period=day("2016-01-01")), first)
    once = DueRule(form="F4", frequency="once", first_period=day("07-01"), first_months=2)
    assert overlaps(once, DueRule(form="F4", first_period=day("08-01"))) and not overlaps(
        once, DueRule(form="F4", first_period=day("09-01"))
    )


def test_a_table_that_says_every_day_rests_leaves_the_rules_own_day():
    class Never:
        def is_working(self, on: datetime.date) -> bool:
            return False

    assert working_day(day("10-23"), Never()) == day("10-23")


@pytest.mark.django_db
def test_a_rule_for_the_month_before_that_began_last_year_has_its_dues(cast):
    """Its first month is December 2016, handed in in January 2017: made with those of 2017 and later."""
    DueRule.objects.create(prefecture=cast.prefecture, form="F6", day=5, months_after=1, first_period=day("2016-12-01"))
    kept = keep_dues(cast.prefecture, clock.now())
    assert len(kept.made) == 2 * (1 + 12 + 12)
    first = Due.objects.everywhere("a test looks").filter(county=cast.county).earliest("period")
    assert (first.period, first.cut_off_on, first.deadline_at.isoformat()) == (
        day("2016-12-01"), day("2016-12-31"), "2017-01-05T10:00:00+00:00",
    )  # fmt: skip


@pytest.mark.django_db
def test_dues_are_made_once_and_leave_f1_and_f2_as_they_are(cast, dues):
    before = list(Due.objects.everywhere("a test looks").values())
    DueRule.objects.create(prefecture=cast.prefecture, **{**CHONGQING, "first_period": day("09-01"), "first_deadline_on": day("11-20")})
    assert make_dues(cast.prefecture, 2017) == 2 * 3  # October with September, November, December; two counties.
    assert make_dues(cast.prefecture, 2017) == 0
    asked = Due.objects.everywhere("a test looks")
    assert list(asked.exclude(form="F6").values()) == before
    first = asked.get(form="F6", county=cast.county, period=day("10-01"))
    assert (first.covers_from, first.cut_off_on, first.deadline_at.isoformat(), first.several_months) == (
        day("09-01"), day("10-31"), "2017-11-20T10:00:00+00:00", True,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"covers_from": day("11-01")}, {"covers_from": day("09-02")}])
def test_a_due_covers_whole_months_up_to_its_period(cast, dues, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Due.objects.everywhere("a test").filter(period=day("10-01")).update(**wrong)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {}),
        ({"months_after": 13}, {"months_after": ["报当月的填 0，报上月的填 1，最多填 12。"]}),
        ({"first_months": 0}, {"first_months": ["首期包括 1 到 12 个月。"]}),
        ({"first_deadline_on": "2019-06-30"}, {"first_deadline_on": ["首期截止日期要在数据月份之后：2019 年 6 月的数据那时还没有。"]}),
        ({"months_after": 0, "day": 23}, {"first_months": ["报当月的表，首期只有一个月，请填 1。"]}),
    ],
)
@pytest.mark.django_db
def test_the_operators_form_says_how_to_mend(cast, rf, changes, errors):
    admin = site._registry[DueRule]
    request = rf.get("/")
    request.user = cast.operator
    form = admin.get_form(request)({"prefecture": cast.prefecture.pk, "hour": 18, **WHO, **CHONGQING, **changes})
    assert isinstance(form, DueRuleForm) and {name: list(found) for name, found in form.errors.items()} == errors


def test_the_words_under_the_form_are_the_annexs_and_then_the_prefectures_own():
    assert explanation(None) == [EXPLANATION] == ["填报说明：2019年7月20日前首次报送5月、6月的数据，8月以后每月1日报送上月的数据"]
    assert explanation(DueRule(**CHONGQING)) == [EXPLANATION]
    own = DueRule(form="F6", day=1, months_after=1, first_period=datetime.date(2017, 9, 1), first_months=1)
    assert explanation(own) == [EXPLANATION, "本市的应报规则：2017年10月1日前首次报送9月的数据，11月以后每月1日报送上月的数据"]
