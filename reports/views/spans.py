"""Which months an address asks for: a year, half of one, or from one month to another; what makes no sense is this half-year."""

import datetime
import re
from dataclasses import dataclass

from reports.due_making import months_on
from reports.returns import first_of

MOST = 24  # Months in one span: a longer one is a slip.


@dataclass(frozen=True)
class Span:
    """Months from ``first`` to ``last``, each by its first day; ``key`` is how an address says it."""

    key: str
    first: datetime.date
    last: datetime.date

    @property
    def months(self) -> list[datetime.date]:
        number = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [months_on(self.first, one) for one in range(number)]

    @property
    def title(self) -> str:
        """2017 年下半年"""
        if re.fullmatch(r"\d{4}", self.key):
            return f"{self.first.year} 年全年"
        if self.key.endswith(("-h1", "-h2")):
            return f"{self.first.year} 年{'上' if self.first.month == 1 else '下'}半年"
        if self.first == self.last:
            return f"{self.first.year} 年 {self.first.month} 月"
        last = f"{self.last.month} 月" if self.first.year == self.last.year else f"{self.last.year} 年 {self.last.month} 月"
        return f"{self.first.year} 年 {self.first.month} 月至 {last}"


def year_of(year: int) -> Span:
    return Span(str(year), datetime.date(year, 1, 1), datetime.date(year, 12, 1))


def half_of(year: int, half: int) -> Span:
    return Span(f"{year}-h{half}", datetime.date(year, 6 * half - 5, 1), datetime.date(year, 6 * half, 1))


def between(first: datetime.date, last: datetime.date) -> Span:
    return Span(f"{first:%Y-%m}..{last:%Y-%m}", first, last)


def span_of(text: str, today: datetime.date) -> Span:
    """``2017``, ``2017-h2`` or ``2017-08..2017-11``; anything else is the half-year of today."""
    usual = half_of(today.year, 1 if today.month < 7 else 2)
    match = re.fullmatch(r"((?:19|20)\d{2})(?:-h([12]))?", text, re.ASCII)
    if match:
        year, half = match.groups()
        return half_of(int(year), int(half)) if half else year_of(int(year))
    first, dots, last = text.partition("..")
    try:
        asked = between(first_of(first), first_of(last))
    except ValueError:
        return usual
    return asked if dots and asked.first <= asked.last and len(asked.months) <= MOST else usual
