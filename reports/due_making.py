"""From a rule to what is owed: which months each return covers, up to which day it counts, and by when it is handed in. Pure."""

import calendar
import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Owed:
    """One return: the first and the last of its months (each by its first day), its last counted day, its day by the rule, its deadline."""

    covers_from: datetime.date
    period: datetime.date
    cut_off_on: datetime.date
    ruled_on: datetime.date
    deadline_at: datetime.datetime


def months_on(month: datetime.date, number: int) -> datetime.date:
    """The first day of the month so many months later (or earlier)."""
    at = month.year * 12 + month.month - 1 + number
    return datetime.date(at // 12, at % 12 + 1, 1)


def last_day(month: datetime.date) -> datetime.date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def owed_in(rule, year: int) -> list[Owed]:
    """The returns whose period lies in a year, by the rule, from its first one on.

    A rule for the month itself counts up to its day; one for a month that is over counts all of it. The first return covers
    ``first_months`` from ``first_period`` and is due on ``first_deadline_on`` where that is given: 渝卫发〔2019〕30号 附件 has
    May and June 2019 due on 20 July, and from August on each month due on the 1st of the next.
    """
    first = months_on(rule.first_period, rule.first_months - 1)
    found = []
    for period in (datetime.date(year, month, 1) for month in range(1, 13)):
        if period < first:
            continue
        due_on = months_on(period, rule.months_after).replace(day=rule.day)
        if period == first and rule.first_deadline_on:
            due_on = rule.first_deadline_on
        found.append(
            Owed(
                covers_from=rule.first_period if period == first else period,
                period=period,
                cut_off_on=last_day(period) if rule.months_after else period.replace(day=rule.day),
                ruled_on=due_on,
                deadline_at=datetime.datetime.combine(due_on, datetime.time(rule.hour), SHANGHAI),
            )
        )
    return found
