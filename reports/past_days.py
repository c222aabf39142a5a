"""A county's ledger as it stands now, on past days: what would stand behind a month's forms if they were built today."""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from ledger.models import Disease, Division, Standing
from reports.differences import LISTED, ROSTER, Behind, listed_by_disease
from reports.forms.coverage import covered_by_day
from reports.forms.f1 import CaseLine, in_rows, tabulate
from reports.forms.roster import treated_people
from reports.forms.wording import FIGURES, NEITHER, TOTAL
from reports.models import MONTHLY, PastDay

RULES = 1  # Of what ``Day.behind`` makes from the rows; raised whenever it makes something else, so that no digest of before is believed.
# A day's rows as two 64-bit sums that do not depend on their order. A completion after the day is no difference on the day.
CONTENT = """
    SELECT day, count(*), bit_xor(of_row), bit_xor(hashint8extended(of_row, 77))
    FROM (
        SELECT asked.day, hashint8extended(
            CASE WHEN completed_on <= asked.day THEN completed_on - date '1900-01-01' ELSE -1 END,
            hashint8extended(disease_id::bigint * 4 + registered_poor::int * 2 + civil_verified::int,
            hashint8extended(group_id, hashint8extended(person_id, hashint8extended(case_id, 1))))) AS of_row
        FROM unnest(%s::date[]) AS asked (day) JOIN ledger_standing ON county_id = %s AND during @> asked.day
    ) AS held GROUP BY day
"""


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


@dataclass
class Past:
    """A county's past days: the digests of all of them, and what stands behind those that were asked for."""

    county: Division
    digests: dict[datetime.date, dict[str, str]]
    days: dict[datetime.date, Day] = field(default_factory=dict)

    def load(self, days: Iterable[datetime.date]) -> None:
        """Count these days, where they were not counted yet."""
        self.days |= days_now(self.county, set(days) - set(self.days))

    def behind(self, form: str, on: datetime.date) -> Behind:
        return self.days[on].behind(form)


def past_of(county: Division, days: Iterable[datetime.date]) -> Past:
    """The digests of a county's ledger on these days. Only days whose rows changed since they were last counted are counted again.

    Four queries where nothing did, seven otherwise, however many days. Raises NoCoverage.
    """
    days = sorted(set(days))
    held = _contents(county, days)
    known = {row.on: row for row in PastDay.objects.filter(county=county, on__in=days)}
    past = Past(county, {day: known[day].digests for day in days if day in known and known[day].content == held[day]})
    if touched := [day for day in days if day not in past.digests]:
        past.load(touched)
        past.digests |= {day: {form: past.behind(form, day).digest() for form in MONTHLY} for day in touched}
        _remember(past, touched, held)
    return past


def _remember(past: Past, touched: list[datetime.date], held: dict[datetime.date, str]) -> None:
    """Keep the digests of the days that held the same before and after they were counted: else they may belong to another content."""
    still = _contents(past.county, touched)
    rows = [PastDay(county=past.county, on=day, content=held[day], digests=past.digests[day]) for day in touched if still[day] == held[day]]
    PastDay.objects.bulk_create(rows, update_conflicts=True, unique_fields=["county", "on"], update_fields=["content", "digests"])


def _contents(county: Division, days: list[datetime.date]) -> dict[datetime.date, str]:
    """What the ledger holds of each day, as a hash: its rows, and the diseases and rows of F1 that were covered. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(CONTENT, [days, county.pk])
        rows = {day: told for day, *told in cursor.fetchall()}
    printed = {
        day: [(one.pk, one.name, one.group_id, one.group.name, one.group.f1_order) for one in diseases]
        for day, diseases in covered_by_day(county, days).items()
    }
    told = {day: json.dumps([RULES, rows.get(day, []), printed[day]], ensure_ascii=False) for day in days}
    return {day: hashlib.sha256(text.encode()).hexdigest() for day, text in told.items()}
