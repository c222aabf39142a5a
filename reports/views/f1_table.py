"""F1 as the pages print it: official headings stand in the template, here every figure gets the address of its people."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ledger.models import ReportGroup
from reports.forms.f1 import LABELS, NEITHER, TOTAL

POOR = ("total", "treated", "quarter", "untreated")
CIVIL = "civil_quarter"
ALL = "all"
PRINTED = "row-"  # Before the place of a row whose name no group bears any more.


@dataclass(frozen=True)
class Figure:
    """One cell. ``mark`` is what the city remarked on it, where it did."""

    number: int
    address: str
    place: str = ""
    mark: object = None

    @property
    def label(self) -> str:
        """白内障 累计救治数."""
        name, _, figure = self.place.partition("|")
        return f"{name} {LABELS.get(figure, '')}"


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


def print_table(
    rows: Iterable[dict], total: dict, neither: int, notes: list[str], groups: dict[str, int], opens: Opener,
    marks: Mapping[str, object] | None = None,
) -> PrintedTable:  # fmt: skip
    """Rows as a payload holds them. ``opens(group, figure)`` gives the address of a figure's people; ``groups`` the rows' ids.

    A row whose group bears another name since goes by its place in the table (``row_printed``). ``marks`` are the city's remarks by
    their cells' places.
    """
    marks = marks or {}

    def cell(name: str, number: int, group: str, figure: str) -> Figure:
        place = f"{name}|{figure}"
        return Figure(number, opens(group, figure), place, marks.get(place))

    def line(name: str, figures: dict, group: str) -> Line:
        return Line(name, [cell(name, figures[figure], group, figure) for figure in POOR], cell(name, figures[CIVIL], group, CIVIL))

    lines = [line(row["name"], row, str(groups.get(row["name"], f"{PRINTED}{place}"))) for place, row in enumerate(rows)]
    return PrintedTable(lines, line(TOTAL, total, ALL), cell(TOTAL, neither, ALL, NEITHER), notes)


def row_printed(group: str, rows: list[dict]) -> str | None:
    """The name of the row that an address names by its place; None for an address by a group's id."""
    place = group.removeprefix(PRINTED)
    if not (group.startswith(PRINTED) and place.isdecimal() and len(place) < 4 and int(place) < len(rows)):
        return None
    return rows[int(place)]["name"]


def group_ids(names: Iterable[str]) -> dict[str, int]:
    """Report groups' ids by their names."""
    return dict(ReportGroup.objects.filter(name__in=list(names)).values_list("name", "pk"))
