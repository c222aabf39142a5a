"""Working days by the city's table: the real holidays of 2017 and 2018, made-up weekends, and what must hold for any table."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.demo.holidays import days_off, listed_days, make_holidays
from ledger.models import Holiday
from ledger.working_days import Calendar, after_working_days

D = datetime.date
pytestmark = pytest.mark.django_db

TABLE = [  # (asked on, working days, the first working day after they passed, why)
    (D(2017, 10, 16), 3, D(2017, 10, 20), "Monday: Tuesday to Thursday pass, Friday is the answer"),
    (D(2017, 10, 20), 3, D(2017, 10, 26), "Friday: the weekend does not count"),
    (D(2017, 10, 21), 3, D(2017, 10, 26), "Saturday: the same as Friday"),
    (D(2017, 10, 22), 3, D(2017, 10, 26), "Sunday: the same"),
    (D(2017, 10, 18), 3, D(2017, 10, 24), "the three pass on Monday, the answer is Tuesday"),
    (D(2017, 10, 17), 3, D(2017, 10, 23), "the three pass on Friday, and the answer is no Saturday"),
    (D(2017, 9, 28), 3, D(2017, 10, 10), "Friday, the Saturday made up for, eight days off, Monday; Tuesday is the answer"),
    (D(2017, 9, 29), 3, D(2017, 10, 11), "the Saturday made up for, eight days off, Monday and Tuesday"),
    (D(2017, 9, 30), 3, D(2017, 10, 12), "asked on the Saturday itself"),
    (D(2018, 2, 8), 3, D(2018, 2, 13), "Friday, Sunday the 11th made up for, Monday; Tuesday is the answer"),
    (D(2018, 2, 9), 3, D(2018, 2, 14), "before Chinese New Year: Sunday the 11th counts"),
    (D(2018, 2, 12), 3, D(2018, 2, 23), "Tuesday, Wednesday, seven days off, Thursday the 22nd"),
    (D(2018, 2, 14), 3, D(2018, 2, 26), "Thursday, Friday and Saturday the 24th, made up for; Monday is the answer"),
    (D(2018, 2, 21), 3, D(2018, 2, 26), "the last day off: Thursday, Friday, and Saturday the 24th"),
    (D(2018, 2, 23), 3, D(2018, 2, 28), "Saturday the 24th, Monday, Tuesday"),
    (D(2017, 12, 28), 3, D(2018, 1, 4), "over New Year: Friday, Tuesday, Wednesday"),
    (D(2017, 10, 20), 0, D(2017, 10, 23), "no days at all: the next working day"),
]


@pytest.mark.parametrize(("asked", "number", "answer", "why"), TABLE, ids=[f"{asked}+{number}" for asked, number, *_ in TABLE])
def test_by_the_real_table(cast, asked, number, answer, why):
    make_holidays(cast.prefecture)
    assert after_working_days(cast.prefecture, asked, number) == answer, why


def test_without_a_table_the_week_rules(cast):
    assert after_working_days(cast.prefecture, D(2018, 2, 14), 3) == D(2018, 2, 20)


def test_another_citys_table_is_its_own(cast):
    Holiday.objects.create(prefecture=cast.county, day=D(2017, 10, 23), name="别处", document="别处的通知")
    assert after_working_days(cast.prefecture, D(2017, 10, 20), 3) == D(2017, 10, 26)


def test_a_long_stretch_of_listed_days_is_read_to_its_end(cast):
    """Longer than any horizon that one would look ahead: what the table lists rests, however far away."""
    first = D(2017, 10, 21)
    days = [first + datetime.timedelta(days=number) for number in range(120)]
    Holiday.objects.bulk_create(Holiday(prefecture=cast.prefecture, day=day, name="停工", document="通知") for day in days)
    assert after_working_days(cast.prefecture, D(2017, 10, 20), 1) == D(2018, 2, 20)


def test_the_notices_as_they_were_ordered():
    """国办发明电〔2016〕17号 and 〔2017〕12号: so many days off and made-up weekends, every made-up one on a weekend, no day twice."""
    listed = listed_days()
    assert len({day for day, *_ in listed}) == len(listed)
    assert [(len(days_off(year)), sum(works for day, works, _ in listed if day.year == year)) for year in (2017, 2018)] == [
        (24, 5),
        (23, 6),
    ]
    assert {day.weekday() for day, works, _ in listed if works} == {5, 6}


tables = st.dictionaries(st.integers(0, 40), st.booleans(), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables, start=st.integers(0, 20), number=st.integers(0, 8))
def test_what_holds_for_any_table(cast, table, start, number):
    """The answer works, exactly so many working days lie between, and one more day asked for never comes earlier."""
    zero = D(2017, 10, 1)
    Holiday.objects.all().delete()
    Holiday.objects.bulk_create(
        Holiday(prefecture=cast.prefecture, day=zero + datetime.timedelta(days=day), works=works, name="任意", document="任意")
        for day, works in table.items()
    )
    asked = zero + datetime.timedelta(days=start)
    answer = after_working_days(cast.prefecture, asked, number)
    calendar = Calendar(cast.prefecture, zero)
    between = [asked + datetime.timedelta(days=one) for one in range(1, (answer - asked).days)]
    assert answer > asked and calendar.is_working(answer)
    assert sum(map(calendar.is_working, between)) == number
    assert after_working_days(cast.prefecture, asked, number + 1) > answer


def test_why_nobody_works_is_said_once(cast):
    for day, name in ((D(2017, 11, 23), "本市放假"), (D(2017, 11, 24), "国庆节")):
        Holiday.objects.create(prefecture=cast.prefecture, day=day, works=False, name=name, document="柳政办〔2017〕1号")
    calendar = Calendar(cast.prefecture, D(2017, 11, 1))
    assert [calendar.words_for(D(2017, 11, number)) for number in (23, 24, 25)] == ["本市放假", "国庆节放假", "星期六"]
