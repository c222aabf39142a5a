"""A county's ledger as it stands now, on past days: what would stand behind a month's forms if they were built today."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models import Disease, Division, Standing
from reports.differences import LISTED, ROSTER, Behind, listed_by_disease
from reports.forms.coverage import covered_by_day
from reports.forms.f1 import CaseLine, in_rows, tabulate
from reports.forms.roster import treated_people
from reports.forms.wording import FIGURES, NEITHER, TOTAL


@dataclass(frozen=True)
class Day:
    """A county's ledger as it stands now, on one past day."""

    on: datetime.date
    diseases: list[Disease]
    lines: list[CaseLine]

    def behind(self, form: str) -> Behind:
        """What would stand behind the form, built today as of that day."""
        return self._f1() if form == "F1" else self._f2()

    def _f1(self) -> Behind:
        groups = {disease.group_id: disease.group for disease in self.diseases}
        printed = sorted(groups.values(), key=lambda group: (group.f1_order, group.pk))
        table = tabulate(in_rows(self.lines, self.on), self.on, [group.pk for group in printed])
        places = {f"{group.name}|{figure}": frozenset(table.rows[group.pk][figure]) for group in printed for figure in FIGURES}
        places |= {f"{TOTAL}|{figure}": frozenset(table.total[figure]) for figure in FIGURES}
        places[f"{TOTAL}|{NEITHER}"] = frozenset(table.neither)
        return Behind(places | {f"{ROSTER}|{LISTED}": frozenset(treated_people(self.lines, self.on))})

    def _f2(self) -> Behind:
        names = {disease.pk: disease.name for disease in self.diseases}
        return Behind(listed_by_disease((names[line.disease], line.person) for line in self.civil_lines()))

    def civil_lines(self) -> list[CaseLine]:
        """The cases that F2 lists."""
        return [line for line in self.lines if line.civil_verified and not line.registered_poor]


def days_now(county: Division, days: Iterable[datetime.date]) -> dict[datetime.date, Day]:
    """A county's ledger as it stands now, on each of these days. Three queries, however many days. Raises NoCoverage."""
    days = sorted(set(days))
    if not days:
        return {}
    covered = covered_by_day(county, days)
    diseases = {disease.pk for found in covered.values() for disease in found}
    columns = ("case", "person", "county", "group", "disease", "registered_poor", "civil_verified", "completed_on")
    rows = Standing.objects.filter(county=county, disease__in=diseases).order_by("group", "person", "case")
    stretches = [(row[-1], CaseLine(*row[:-1])) for row in rows.values_list(*columns, "during")]
    found = {}
    for day in days:
        of_day = {disease.pk for disease in covered[day]}
        lines = [line for during, line in stretches if line.disease in of_day and _holds(during, day)]
        found[day] = Day(day, covered[day], lines)
    return found


def _holds(during, day: datetime.date) -> bool:
    return (during.lower is None or during.lower <= day) and (during.upper is None or day < during.upper)
