"""补报 in the city's table: what the counties' returns tell of earlier months, summed cell by cell. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from reports.differences import LISTED, ROSTER, words_of
from reports.forms.supplement_words import month_words
from reports.forms.wording import FIGURES, NEITHER, TOTAL

Carried = Mapping[str, Mapping[str, int]]  # Period → F1's place (白内障|treated) → by how many persons it is told otherwise.


def carried_of(payload: dict) -> dict[str, dict[str, int]]:
    """By how many persons an F1 tells each figure of earlier months otherwise; a month whose numbers stay stands without a place."""
    return {
        entry["period"]: {cell["place"]: by for cell in entry["cells"] if (by := int(cell["now"]) - int(cell["was"]))}
        for entry in payload.get("supplement", ())
    }


def sum_lines(counties: Sequence[tuple[str, Carried]], rows: Sequence[str]) -> list[str]:
    """A line a month that any county tells of anew: every figure by the sum of what its counties add and take, then who they are.

    ``rows`` are the names of F1's rows in their order.
    """
    order = [*rows, TOTAL, ROSTER]
    lines = []
    for period in sorted({period for _, carried in counties for period in carried}):
        told = [(name, carried[period]) for name, carried in counties if period in carried]
        sums: Counter[str] = Counter()
        for _, places in told:
            sums.update(places)
        changed = sorted((place for place, by in sums.items() if by), key=lambda place: _place(place, order))
        words = "；".join(_row(row, list(places), sums) for row, places in groupby(changed, key=lambda place: words_of("F1", place)[0]))
        names = "、".join(name for name, _ in told)
        lines.append(f"各县（区）补报 {month_words(period, period)}，相加：{words or '数字不变'}（{names}）。")
    return lines


def _place(place: str, order: Sequence[str]) -> tuple[int, int]:
    row, _, column = place.partition("|")
    return order.index(row) if row in order else len(order), (*FIGURES, NEITHER, LISTED).index(column)


def _row(row: str, places: list[str], sums: Mapping[str, int]) -> str:
    return row + "、".join(f"{words_of('F1', place)[1]} {sums[place]:+d}".replace("-", "−") for place in places)
