"""F1 大病专项救治工作救助进展情况统计表: who stands in which row on a day, and the figures that count them.

Three ways to the same numbers: ``f1_people`` asks the derived table who stands where, ``tabulate`` (pure) makes of it
lists of people whose lengths are the figures, ``f1_figures`` lets the database count many counties in one query.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from ledger.models import Standing
from reports.forms.coverage import covered_ids
from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL, notes

__all__ = [
    "FIGURES", "LABELS", "NEITHER", "TOTAL", "CaseLine", "CountedTable", "RowPerson", "Table", "case_lines", "f1_figures",
    "f1_people", "figure_people", "in_rows", "notes", "quarter_start", "tabulate",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case on the ledger on a day, as the derived table tells it."""

    case: int
    person: int
    county: int
    group: int
    disease: int
    registered_poor: bool
    civil_verified: bool
    completed_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class RowPerson:
    """A person within a row: treated when all their cases of the row are, on the last of those days."""

    county: int
    group: int
    person: int
    registered_poor: bool
    civil_verified: bool
    treated: bool
    treated_on: datetime.date | None

    @property
    def civil(self) -> bool:
        """非建档立卡: 特困供养 or 低保 verified by civil affairs, and not 建档立卡."""
        return self.civil_verified and not self.registered_poor


@dataclass(frozen=True)
class Table:
    """F1's people: group id → figure → ids; the 合计 row; and who stands in neither category."""

    rows: dict[int, dict[str, list[int]]]
    total: dict[str, list[int]]
    neither: list[int]

    def figures(self) -> dict[int, dict[str, int]]:
        return {group: _lengths(people) for group, people in self.rows.items()}

    def total_figures(self) -> dict[str, int]:
        return _lengths(self.total)


@dataclass(frozen=True)
class CountedTable:
    """F1's numbers without names, as the database counted them."""

    rows: dict[int, dict[str, int]]
    total: dict[str, int]
    neither: int


def _lengths(people: dict[str, list[int]]) -> dict[str, int]:
    return {figure: len(ids) for figure, ids in people.items()}


def quarter_start(day: datetime.date) -> datetime.date:
    """The first day of the calendar quarter that a day falls in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def case_lines(county_ids: Iterable[int], on: datetime.date) -> list[CaseLine]:
    """Every case of a covered disease that stands in these counties on a day. Raises NoCoverage."""
    county_ids = list(county_ids)
    rows = Standing.objects.filter(county__in=county_ids, during__contains=on, disease__in=covered_ids(county_ids, on))
    columns = ("case", "person", "county", "group", "disease", "registered_poor", "civil_verified", "completed_on")
    return [CaseLine(*row) for row in rows.order_by("county", "group", "person", "case").values_list(*columns)]


def in_rows(lines: Iterable[CaseLine], on: datetime.date) -> list[RowPerson]:
    """Persons within rows: somebody with two cases of one row stands in it once, treated when both are on or before ``on``."""
    together: dict[tuple[int, int, int], list[CaseLine]] = {}
    for line in lines:
        together.setdefault((line.county, line.group, line.person), []).append(line)
    people = []
    for (county, group, person), cases in together.items():
        days = [case.completed_on for case in cases if case.completed_on and case.completed_on <= on]
        treated = len(days) == len(cases)
        first = cases[0]
        people.append(
            RowPerson(county, group, person, first.registered_poor, first.civil_verified, treated, max(days) if treated else None)
        )
    return people


def f1_people(county_ids: Iterable[int], on: datetime.date) -> list[RowPerson]:
    """Who stands in which of F1's rows in these counties on a day. Raises NoCoverage."""
    return in_rows(case_lines(county_ids, on), on)


def _over_rows(people: Iterable[RowPerson]) -> list[RowPerson]:
    """Each person once over all rows: treated when all their rows are, on the last day of them."""
    together: dict[int, list[RowPerson]] = {}
    for row in people:
        together.setdefault(row.person, []).append(row)
    whole = []
    for person, rows in together.items():
        treated = all(row.treated for row in rows)
        last = max(row.treated_on for row in rows) if treated else None
        whole.append(RowPerson(rows[0].county, 0, person, rows[0].registered_poor, rows[0].civil_verified, treated, last))
    return whole


def _sort_out(people: Iterable[RowPerson], since: datetime.date) -> dict[str, list[int]]:
    lists: dict[str, set[int]] = {figure: set() for figure in FIGURES}
    for row in people:
        in_quarter = row.treated and row.treated_on >= since
        if row.registered_poor:
            lists["total"].add(row.person)
            lists["treated" if row.treated else "untreated"].add(row.person)
            if in_quarter:
                lists["quarter"].add(row.person)
        elif row.civil_verified and in_quarter:
            lists["civil_quarter"].add(row.person)
    return {figure: sorted(ids) for figure, ids in lists.items()}


def tabulate(people: Sequence[RowPerson], on: datetime.date, groups: Sequence[int]) -> Table:
    """The people behind every figure of F1, for the groups (ids) it prints, in their order. (forms.md, F1)"""
    since = quarter_start(on)
    rows = {group: _sort_out([row for row in people if row.group == group], since) for group in groups}
    neither = {row.person for row in people if not row.registered_poor and not row.civil_verified}
    return Table(rows, _sort_out(_over_rows(people), since), sorted(neither))


def figure_people(table: Table, group: int | str, figure: str) -> list[int]:
    """The ids of the people one figure counts: a group's id or 合计, and the figure's name; ``neither`` for those in no category."""
    if figure == NEITHER:
        return table.neither
    return (table.total if group == TOTAL else table.rows[group])[figure]


# One walk in the order of the index ``standing_counted``: each person's rows come together, once by row of the form and once over all.
COUNTED = """
WITH counted AS (
    SELECT county_id, coalesce(group_id, 0) AS group_id, person_id, bool_or(registered_poor) AS poor, bool_or(civil_verified) AS civil,
           bool_and(completed_on IS NOT NULL AND completed_on <= %(on)s) AS treated, max(completed_on) AS treated_on
    FROM ledger_standing
    WHERE during @> %(on)s::date AND county_id = ANY(%(counties)s) AND disease_id = ANY(%(diseases)s)
    GROUP BY county_id, person_id, ROLLUP (group_id)
)
SELECT county_id, group_id,
       count(*) FILTER (WHERE poor),
       count(*) FILTER (WHERE poor AND treated),
       count(*) FILTER (WHERE poor AND treated AND treated_on >= %(since)s),
       count(*) FILTER (WHERE poor AND NOT treated),
       count(*) FILTER (WHERE civil AND NOT poor AND treated AND treated_on >= %(since)s),
       count(*) FILTER (WHERE NOT civil AND NOT poor)
FROM counted GROUP BY county_id, group_id
"""


def f1_figures(
    county_ids: Iterable[int], on: datetime.date, groups: Sequence[int], *, diseases: Iterable[int] | None = None
) -> dict[int, CountedTable]:
    """F1's figures of each county, counted by the database in one query; the same numbers as ``tabulate``. Raises NoCoverage.

    ``diseases``: the ids of those covered on the day, where the caller has asked for them already.
    """
    county_ids = list(county_ids)
    covered = covered_ids(county_ids, on) if diseases is None else list(diseases)
    facts = {"on": on, "since": quarter_start(on), "counties": county_ids, "diseases": covered}
    nothing = dict.fromkeys(FIGURES, 0)
    rows: dict[int, dict[int, dict[str, int]]] = {county: {} for county in county_ids}
    neither = dict.fromkeys(county_ids, 0)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, facts)
        for county, group, *numbers in cursor.fetchall():
            rows[county][group] = dict(zip(FIGURES, numbers[:-1], strict=True))
            if group == 0:
                neither[county] = numbers[-1]
    return {
        county: CountedTable({group: found.get(group, nothing) for group in groups}, found.get(0, nothing), neither[county])
        for county, found in rows.items()
    }
