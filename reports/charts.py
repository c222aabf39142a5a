"""Geometry of the charts, as plain numbers for the templates: nothing here knows a database or a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

BAR_WIDTH, BAR_LEFT, BAR_ROOM = 700, 127, 330
BAR_PITCH, BAR_HEIGHT, GAP, LEAST = 26, 18, 2, 4
RANK_WIDTH, RANK_LEFT, RANK_ROOM = 406, 112, 164
RANK_HEAD, RANK_PITCH, RANK_HEIGHT = 57, 34, 16
Ranked = TypeVar("Ranked", bound=tuple)  # (name, treated, total, …)


@dataclass(frozen=True)
class Box:
    """One rectangle; ``kind`` is its class: c1 before this quarter, c2 this quarter, c0 untreated."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class BarRow:
    """A report group's row: its boxes, and the figures written beside them."""

    name: str
    baseline: int
    boxes: list[Box]
    treated: int
    total: int
    untreated: int
    share: str


@dataclass(frozen=True)
class Bars:
    width: int
    height: int
    rows: list[BarRow] = field(default_factory=list)


@dataclass(frozen=True)
class RankRow:
    """One county: its place, the bar's width and the share it shows."""

    place: int | None
    name: str
    top: int
    baseline: int
    width: float
    share: str
    counted: str
    rule: float


@dataclass(frozen=True)
class Ranking:
    width: int
    height: int
    goal_x: float | None
    goal_end: int
    whole_top: int
    rows: list[RankRow]
    whole: RankRow


def percent(part: int, whole: int, digits: int = 0) -> str:
    """67%; — where there is nobody to count. 100% is only said of all."""
    if not whole:
        return "—"
    shown = round(100 * part / whole, digits)
    if part < whole:
        shown = min(shown, 100 - 10**-digits)
    return f"{shown:.{digits}f}%"


def progress_bars(rows: Sequence[tuple[str, int, int, int]]) -> Bars:
    """Rows of (name, total, treated, of them this quarter): bars to one scale, two units of white between the segments."""
    most = max((total for _, total, _, _ in rows), default=0)
    scale = (BAR_ROOM - 2 * GAP) / most if most else 0
    drawn = []
    for number, (name, total, treated, quarter) in enumerate(rows):
        top, x, boxes = 4 + number * BAR_PITCH, float(BAR_LEFT), []
        for kind, count in (("c1", treated - quarter), ("c2", quarter), ("c0", total - treated)):
            if not count:
                continue
            wide = max(count * scale, LEAST)
            edge = 0.5 if kind == "c0" else 0  # The outlined box keeps its line inside.
            boxes.append(Box(kind, round(x + edge, 1), top + edge, round(wide - 2 * edge, 1), BAR_HEIGHT - 2 * edge))
            x += wide + GAP
        drawn.append(BarRow(name, top + 14, boxes, treated, total, total - treated, percent(treated, total)))
    return Bars(BAR_WIDTH, 4 + BAR_PITCH * len(rows) - 2, drawn)


def by_share(rows: Sequence[Ranked]) -> list[tuple[int | None, Ranked]]:
    """Rows of (name, treated, total, …) with their places by treated share, highest first; equal shares: fewer untreated first.

    Equal in both share a place, in the order they came; whoever has nobody to count is last and without one.
    """

    def merit(row: Ranked) -> tuple:
        return (row[2] == 0, -Fraction(row[1], row[2]) if row[2] else Fraction(0), row[2] - row[1])

    placed: list[tuple[int | None, Ranked]] = []
    for number, row in enumerate(sorted(rows, key=merit), start=1):
        shared = placed and merit(placed[-1][1]) == merit(row)
        placed.append(((placed[-1][0] if shared else number) if row[2] else None, row))
    return placed


def ranking(counties: Sequence[tuple[str, int, int]], goal: float | None, whole: str) -> Ranking:
    """Counties (name, treated, total) by their places; without a goal there is no line."""
    rows = []
    for number, (place, (name, treated, total)) in enumerate(by_share(counties)):
        rows.append(_rank_row(place, name, treated, total, RANK_HEAD + number * RANK_PITCH))
    end = RANK_HEAD + len(rows) * RANK_PITCH
    total_row = _rank_row(None, whole, sum(row[1] for row in counties), sum(row[2] for row in counties), end)
    goal_x = round(RANK_LEFT + RANK_ROOM * goal, 1) if goal else None
    return Ranking(RANK_WIDTH, end + RANK_PITCH, goal_x, end + 30, end, rows, total_row)


def _rank_row(place: int | None, name: str, treated: int, total: int, top: int) -> RankRow:
    wide = round(RANK_ROOM * treated / total, 1) if total else 0
    return RankRow(place, name, top + 9, top + 22, wide, percent(treated, total, 1), f"{treated}/{total}", top + RANK_PITCH - 0.5)


COLUMN_WIDTH, COLUMN_HEIGHT, COLUMN_TOP, COLUMN_ROOM, COLUMN_WIDE = 356, 128, 22, 78, 30


@dataclass(frozen=True)
class Column:
    """One month: its box, the figure written above it, and its name below."""

    name: str
    figure: str
    middle: float
    above: float
    box: Box


@dataclass(frozen=True)
class Columns:
    """A small chart of months; ``goal`` is the height of the goal's line, None without one."""

    width: int
    height: int
    base: int
    columns: list[Column]
    goal: float | None = None


def monthly_columns(months: Sequence[tuple[str, float | None, str]], goal: float | None = None) -> Columns:
    """Months of (name, value, figure as written): columns to one scale from nought; a month without a value has its figure only."""
    most = max([value or 0 for _, value, _ in months] + ([goal] if goal else []), default=0)
    scale = COLUMN_ROOM / most if most else 0
    base, pitch, drawn = COLUMN_TOP + COLUMN_ROOM, COLUMN_WIDTH / max(len(months), 1), []
    for number, (name, value, figure) in enumerate(months):
        middle, high = round(pitch * (number + 0.5), 1), round((value or 0) * scale, 1)
        box = Box("c1" if number == len(months) - 1 else "c2", middle - COLUMN_WIDE / 2, round(base - high, 1), COLUMN_WIDE, high)
        drawn.append(Column(name, figure, middle, round(base - high - 5, 1), box))
    return Columns(COLUMN_WIDTH, COLUMN_HEIGHT, base, drawn, round(base - goal * scale, 1) if goal else None)
