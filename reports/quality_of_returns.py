"""及时率、完整率、准确率: how timely, complete and accurate counties' returns are, each with the returns that it counts. Pure."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from reports.charts import percent

# How many cells a line of a form's list has, as reports/cells.py prints them.
F1_FIGURES, ROSTER_COLUMNS, F2_COLUMNS, F6_COLUMNS, F4_COLUMNS = 5, 7, 9, 5, 6


@dataclass(frozen=True)
class Record:
    """A due and what became of it so far. ``cells`` are those of its first submission, ``corrected`` how many its latest says otherwise."""

    due: int
    county: int
    form: str
    period: datetime.date
    closes_at: datetime.datetime
    extended: bool = False
    first_at: datetime.datetime | None = None
    received_at: datetime.datetime | None = None
    cells: int = 0
    corrected: int = 0
    revisions: int = 0

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether it counts so far: its time is over. One that came early counts from then on, so that nobody gains or loses by it."""
        return self.closes_at < now

    @property
    def on_time(self) -> bool:
        """The first submission came by the deadline, or by the day the city granted."""
        return self.first_at is not None and self.first_at <= self.closes_at

    @property
    def late(self) -> bool:
        return self.first_at is not None and self.first_at > self.closes_at


@dataclass(frozen=True)
class Rate:
    """So many of so many; nothing to count has no share."""

    part: int
    whole: int
    digits: int = 0

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def words(self) -> str:
        """78%; 100% is only said of all; — where there is nothing to count."""
        return percent(self.part, self.whole, 0 if self.part == self.whole else self.digits)

    @property
    def counted(self) -> str:
        return f"{self.part:,}/{self.whole:,}"


def timeliness(records: Iterable[Record], now: datetime.datetime) -> Rate:
    """按时率: returns whose first submission came in time ÷ returns due so far."""
    due = [one for one in records if one.is_due(now)]
    return Rate(sum(one.on_time for one in due), len(due))


def completeness(records: Iterable[Record], now: datetime.datetime) -> Rate:
    """完整率: returns of which the city has received some revision ÷ returns due so far."""
    due = [one for one in records if one.is_due(now)]
    return Rate(sum(one.received_at is not None for one in due), len(due))


def accuracy(records: Iterable[Record], now: datetime.datetime) -> Rate:
    """准确率: 1 − cells that the latest submission says otherwise than the first ÷ cells submitted first.

    A line that was forgotten counts with its cells; more corrections than cells are no less than nothing.
    """
    sent = [one for one in records if one.first_at is not None]
    cells = sum(one.cells for one in sent)
    return Rate(sum(max(one.cells - one.corrected, 0) for one in sent), cells, digits=1)


@dataclass(frozen=True)
class Measure:
    """One of the three rates: its name, how it is counted in a clerk's words, and how it is computed."""

    title: str
    rule: str
    of: Callable[[Iterable[Record], datetime.datetime], Rate]


MEASURES: dict[str, Measure] = {
    "timeliness": Measure("按时率", "按时上报的报表 ÷ 已到期的报表。以第一次上报为准；在市里同意的展期内上报的算按时。", timeliness),
    "completeness": Measure("完整率", "市级接收过的报表 ÷ 已到期的报表。", completeness),
    "accuracy": Measure("准确率", "1 − 第一次上报后改过的格数 ÷ 第一次上报的格数。漏报的行按整行计；只是换了位置的行不计。", accuracy),
}


@dataclass(frozen=True)
class Rates:
    """The three rates of some returns."""

    timeliness: Rate
    completeness: Rate
    accuracy: Rate

    @classmethod
    def of(cls, records: Iterable[Record], now: datetime.datetime) -> "Rates":
        records = list(records)
        return cls(timeliness(records, now), completeness(records, now), accuracy(records, now))


def cells_in(form: str, figures: dict) -> int:
    """How many cells a return has, from the numbers that are kept beside it unsealed."""
    if form == "F1":
        return F1_FIGURES * (len(figures["rows"]) + 1) + 1 + ROSTER_COLUMNS * figures["roster"]
    if form == "F6":
        return 2 + F6_COLUMNS * figures["violations"]
    return figures.get("rows", 0) * (F2_COLUMNS if form == "F2" else F4_COLUMNS)
