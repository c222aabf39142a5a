"""What is owed by rules that ask for the month before, whose first return covers several months, beside F1 and F2 as ever."""

import datetime

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, transaction

from reports.actions import make_dues
from reports.admin import DueRuleForm
from reports.due_making import owed_in
from reports.forms.f6 import EXPLANATION, explanation
from reports.models import Due, DueRule
from tests.reports.conftest import day

# 渝卫发〔2019〕30号 附件: by 20 July May and June, from August on each month on the 1st of the next.
WHO = {"frequency": "month", "sender": "县（区）卫健部门", "receiver": "市卫健部门"}
CHONGQING = {
    "form": "F6", "day": 1, "months_after": 1, "first_period": day("2019-05-01"), "first_months": 2,
    "first_deadline_on": day("2019-07-20"), "document": "渝卫发〔2019〕30号 三（四）",
}  # fmt: skip


class Every:
    """Every day is worked on."""

    def is_working(self, on: datetime.date) -> bool:
        return True


def told(rule: DueRule, year: int) -> list[tuple[str, ...]]:
    """From which month to which, up to which day, by when."""
    return [
        (f"{one.covers_from:%Y-%m}", f"{one.period:%Y-%m}", one.cut_off_on.isoformat(), f"{one.deadline_at:%Y-%m-%d %H:%M %z}")
        for one in owed_in(rule, year, Every())
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
