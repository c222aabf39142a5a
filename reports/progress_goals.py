"""How far a county is from a goal and how many persons a month would reach it, from numbers alone. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.charts import percent


@dataclass(frozen=True)
class Goal:
    """By the end of a day so much of 累计救治率; ``share`` None where the document names none: everybody then."""

    pk: int
    by_day: datetime.date
    share: Fraction | None
    title: str
    document: str

    @classmethod
    def of(cls, row) -> "Goal":
        return cls(row.pk, row.by_day, Fraction(row.share) if row.share is not None else None, row.title, row.document)

    @property
    def words(self) -> str:
        """90%, or 没有写比例."""
        return share_words(self.share) if self.share is not None else "没有写比例"

    @property
    def wanted(self) -> Fraction:
        return self.share if self.share is not None else Fraction(1)


def share_words(share: Fraction | Decimal | None) -> str:
    """90%; 92.5%"""
    return "" if share is None else f"{float(share * 100):g}%"


def months_left(today: datetime.date, by_day: datetime.date) -> int:
    """The months after this one up to the goal's, at least one while its day is not over; none afterwards."""
    if by_day < today:
        return 0
    return max((by_day.year - today.year) * 12 + by_day.month - today.month, 1)


@dataclass(frozen=True)
class Pace:
    """A county (or all of them) against one goal. ``needed`` persons are still to be treated for it, in ``months`` months."""

    total: int
    treated: int
    needed: int
    months: int

    @property
    def untreated(self) -> int:
        return self.total - self.treated

    @property
    def share(self) -> str:
        return percent(self.treated, self.total, 1)

    @property
    def reached(self) -> bool:
        return self.needed == 0

    @property
    def monthly(self) -> str:
        """Persons a month with one decimal, rounded up: whoever keeps the pace arrives. Nothing where it is reached or over."""
        if not self.needed or not self.months:
            return ""
        tenths = -(-self.needed * 10 // self.months)
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

    @property
    def mark(self) -> tuple[str, str]:
        """What the row says and the class of its mark."""
        if not self.total:
            return "没有患者", "idle"
        if self.reached:
            return "已达到", "ok st-done"
        return ("进行中", "go st-half") if self.months else ("没有达到", "bad st-stop")


def pace(total: int, treated: int, goal: Goal, today: datetime.date) -> Pace:
    """What is still needed for a goal: the least whole number of persons that brings the share up to it, of today's total."""
    wanted = -(-goal.wanted.numerator * total // goal.wanted.denominator)
    return Pace(total, treated, max(wanted - treated, 0), months_left(today, goal.by_day))


def next_goal(goals: Sequence[Goal], today: datetime.date) -> Goal | None:
    """The first goal that names a share and is not over: the line that the ranking draws. The last one once all are over."""
    named = sorted((goal for goal in goals if goal.share is not None), key=lambda goal: goal.by_day)
    ahead = [goal for goal in named if goal.by_day >= today]
    return ahead[0] if ahead else named[-1] if named else None
