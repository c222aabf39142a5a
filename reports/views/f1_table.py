"""F1 as the pages print it: official headings stand in the template, here every figure gets the address of its people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger.models import ReportGroup
from reports.forms.f1 import NEITHER, TOTAL

POOR = ("total", "treated", "quarter", "untreated")
CIVIL = "civil_quarter"
ALL = "all"
PRINTED = "row-"  # Before the place of a row whose name no group bears any more.


@dataclass(frozen=True)
class Figure:
    number: int
    address: str


@dataclass(frozen=True)
class Line:
    """One printed row: four figures of the registered poor, one of the others."""

    name: str
    poor: list[Figure]
    civil: Figure


@dataclass(frozen=True)
class PrintedTable:
    lines: list[Line]
    total: Line
    neither: Figure
    notes: list[str]


Opener = Callable[[str, str], str]


def print_table(rows: Iterable[dict], total: dict, neither: int, notes: list[str], groups: dict[str, int], opens: Opener) -> PrintedTable:
    """Rows as a payload holds them. ``opens(group, figure)`` gives the address of a figure's people; ``groups`` the rows' ids.

    A row whose group bears another name since goes by its place in the table (``row_printed``).
    """

    def line(name: str, figures: dict, group: str) -> Line:
        poor = [Figure(figures[figure], opens(group, figure)) for figure in POOR]
        return Line(name, poor, Figure(figures[CIVIL], opens(group, CIVIL)))

    lines = [line(row["name"], row, str(groups.get(row["name"], f"{PRINTED}{place}"))) for place, row in enumerate(rows)]
    return PrintedTable(lines, line(TOTAL, total, ALL), Figure(neither, opens(ALL, NEITHER)), notes)


def row_printed(group: str, rows: list[dict]) -> str | None:
    """The name of the row that an address names by its place; None for an address by a group's id."""
    place = group.removeprefix(PRINTED)
    if not (group.startswith(PRINTED) and place.isdecimal() and len(place) < 4 and int(place) < len(rows)):
        return None
    return rows[int(place)]["name"]


def group_ids(names: Iterable[str]) -> dict[str, int]:
    """Report groups' ids by their names."""
    return dict(ReportGroup.objects.filter(name__in=list(names)).values_list("name", "pk"))
