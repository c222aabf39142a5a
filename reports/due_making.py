"""From a rule to what is owed: which months each return covers, up to which day it counts, and by when it is handed in. Pure."""

import calendar
import datetime
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = datetime.timedelta(days=1)
LONGEST_REST = 31  # Days in a row without a working day; a table that says more is a slip, and the rule's own day stays.
MONTH, QUARTER, ONCE = "month", "quarter", "once"


class WorkingDays(Protocol):
    """What knows on which days offices work: ``ledger.working_days.Calendar``."""

    def is_working(self, day: datetime.date) -> bool: ...


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


def quarters_last(month: datetime.date) -> datetime.date:
    """The last month of the quarter in which a month lies."""
    return months_on(month, -month.month % 3)


def working_day(day: datetime.date, working: WorkingDays) -> datetime.date:
    """The day itself, or the working day before it where offices rest on it: a deadline never moves to a later day."""
    for number in range(LONGEST_REST):
        if working.is_working(day - number * DAY):
            return day - number * DAY
    return day


def first_of_rule(rule) -> datetime.date:
    """The period of a rule's first return: the last of its months, or of the quarter in which that lies."""
    last = months_on(rule.first_period, rule.first_months - 1)
    return quarters_last(last) if rule.frequency == QUARTER else last


def last_of_rule(rule) -> datetime.date | None:
    """The last month for which a rule may ask; None where it goes on."""
    return first_of_rule(rule) if rule.frequency == ONCE else rule.last_period


def periods_of(rule, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The periods of a rule from one month to another, each by its last month's first day, oldest first."""
    start, end = first_of_rule(rule), last_of_rule(rule)
    step = 3 if rule.frequency == QUARTER else 1
    found, period = [], start
    while period <= last and (end is None or period <= end):
        if period >= first:
            found.append(period)
        period = months_on(period, step)
    return found


def owed_between(rule, first: datetime.date, last: datetime.date, working: WorkingDays) -> list[Owed]:
    """The returns whose period lies between two months, by the rule.

    A rule for the period itself counts up to its day; one for a period that is over counts all of it. The first return covers
    ``first_months`` from ``first_period`` and is due on ``first_deadline_on`` where that is given: 渝卫发〔2019〕30号 附件 has
    May and June 2019 due on 20 July, and from August on each month due on the 1st of the next. A quarter is named by its last month.
    Where offices rest on the rule's day the deadline lies on the working day before; the last counted day never moves.
    """
    return [_owed(rule, period, working) for period in periods_of(rule, first, last)]


def _owed(rule, period: datetime.date, working: WorkingDays) -> Owed:
    is_first = period == first_of_rule(rule)
    own_day = rule.first_deadline_on if is_first else None
    ruled_on = own_day or months_on(period, rule.months_after).replace(day=rule.day)
    if rule.months_after:
        cut_off_on = last_day(period)
    elif rule.frequency == ONCE and own_day:
        cut_off_on = own_day
    else:
        cut_off_on = period.replace(day=rule.day)
    begins = months_on(period, -2) if rule.frequency == QUARTER else period
    return Owed(
        covers_from=rule.first_period if is_first else begins,
        period=period,
        cut_off_on=cut_off_on,
        ruled_on=ruled_on,
        deadline_at=datetime.datetime.combine(working_day(ruled_on, working), datetime.time(rule.hour), SHANGHAI),
    )


def owed_in(rule, year: int, working: WorkingDays) -> list[Owed]:
    """The returns whose period lies in a year."""
    return owed_between(rule, datetime.date(year, 1, 1), datetime.date(year, 12, 1), working)


def overlaps(one, other) -> bool:
    """Whether two rules would ask for the same month of the same form."""
    (first, last), (its_first, its_last) = ((rule.first_period, last_of_rule(rule)) for rule in (one, other))
    return (its_last is None or first <= its_last) and (last is None or its_first <= last)
