"""The demo's calendar: its first and last day, office days and office hours."""

import datetime
from random import Random
from zoneinfo import ZoneInfo

from config.demo.holidays import days_off

SEED = 450200
ZONE = ZoneInfo("Asia/Shanghai")
BASELINE_DAY = datetime.date(2017, 5, 31)  # 附件 8: 统计截止日期为 2017 年 5 月。
LAST_DAY = datetime.date(2017, 10, 20)
QUARTER_DAY = datetime.date(2017, 10, 1)
HOLIDAYS = days_off(2017)  # Weekends that are made up for stay free in the demo: its offices never worked on one.


def days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


def between(rng: Random, first: datetime.date, last: datetime.date) -> datetime.date:
    """Some day from first to last, both included."""
    return first + days(rng.randint(0, max((last - first).days, 0)))


def office_day(day: datetime.date) -> datetime.date:
    """That day, or the next one on which offices work; never after the demo's last day."""
    while day.weekday() >= 5 or day in HOLIDAYS:
        day += days(1)
    return min(day, LAST_DAY)


def moment(rng: Random, day: datetime.date) -> datetime.datetime:
    """Some moment of that day's office hours; on the last day before nine, because that day has only begun."""
    if day >= LAST_DAY:
        minute = rng.randint(8 * 60 + 1, 8 * 60 + 50)
    else:
        minute = rng.choice([rng.randint(8 * 60 + 20, 11 * 60 + 40), rng.randint(14 * 60 + 40, 17 * 60 + 20)])
    return datetime.datetime(day.year, day.month, day.day, minute // 60, minute % 60, rng.randint(0, 59), tzinfo=ZONE)
