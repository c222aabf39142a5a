"""From dated facts to the derived table: the pure rule, and remaking the rows of people whose facts changed."""

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.identity import age_on
from ledger.models import Case, Category, CategoryFact, Person, Residence, Standing, StruckOff

FOREVER = datetime.date.max
LONG_AGO = datetime.date.min
CIVIL = (Category.DIBAO, Category.TEKUN)
_remade_at_the_end: ContextVar[set[int] | None] = ContextVar("remade_at_the_end", default=None)


@dataclass(frozen=True)
class Span:
    """Days from ``start`` up to, not including, ``end``."""

    start: datetime.date
    end: datetime.date

    @classmethod
    def of(cls, during) -> "Span":
        return cls(during.lower or LONG_AGO, during.upper or FOREVER)

    def covers(self, day: datetime.date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True)
class Home(Span):
    county: int


@dataclass(frozen=True)
class Holding(Span):
    category: int
    verified_on: datetime.date | None


@dataclass(frozen=True)
class Stretch(Span):
    county: int
    registered_poor: bool
    civil_verified: bool


def stretches(on_ledger: Span, homes: Iterable[Home], holdings: Iterable[Holding]) -> list[Stretch]:
    """Cut a case's days on the ledger wherever home, 建档立卡 or a verified 低保/特困 begins or ends.

    Neighbours that tell the same are one stretch; days without a home in the prefecture have none. (forms.md, F1)
    """
    homes, holdings = list(homes), list(holdings)
    cuts = {on_ledger.start, on_ledger.end}
    for span in (*homes, *holdings):
        cuts |= {span.start, span.end}
    for holding in holdings:
        if holding.verified_on:
            cuts.add(holding.verified_on)
    days = sorted(day for day in cuts if on_ledger.start <= day <= on_ledger.end)
    found: list[Stretch] = []
    for start, end in zip(days, days[1:], strict=False):
        home = next((home for home in homes if home.covers(start)), None)
        if home is None:
            continue
        held = [holding for holding in holdings if holding.covers(start)]
        poor = any(holding.category == Category.REGISTERED_POOR for holding in held)
        civil = any(h.category in CIVIL and h.verified_on is not None and h.verified_on <= start for h in held)
        last = found[-1] if found else None
        if last and last.end == start and (last.county, last.registered_poor, last.civil_verified) == (home.county, poor, civil):
            found[-1] = Stretch(last.start, end, home.county, poor, civil)
        else:
            found.append(Stretch(start, end, home.county, poor, civil))
    return found


def days_on_ledger(case: Case, struck_off: Iterable[Span] = ()) -> list[Span]:
    """From registration on, in one part or more; none above the age limit.

    A mistaken registration does not count from the day it was closed; reopened, it counts again from that day.
    """
    if case.registered_on is None or not case.disease.accepts_age(age_on(case.person.born_on, case.registered_on)):
        return []
    end = case.closed_on if case.outcome == "mistaken" else FOREVER
    parts, start = [], case.registered_on
    for gap in sorted(struck_off, key=lambda gap: gap.start):
        parts.append(Span(start, min(gap.start, end)))
        start = max(start, gap.end)
    return [part for part in (*parts, Span(start, end)) if part.start < part.end]


def derive(people: Iterable[int]) -> list[Standing]:
    """The rows the facts of these people (ids) give, unsaved, in the order of cases and days."""
    people = list(people)
    homes: dict[int, list[Home]] = {}
    for person, county, during in Residence.objects.filter(person__in=people).values_list("person", "county", "during"):
        span = Span.of(during)
        homes.setdefault(person, []).append(Home(span.start, span.end, county))
    holdings: dict[int, list[Holding]] = {}
    facts = CategoryFact.objects.filter(person__in=people)
    for person, category, during, verified_on in facts.values_list("person", "category", "during", "verified_on"):
        span = Span.of(during)
        holdings.setdefault(person, []).append(Holding(span.start, span.end, category, verified_on))
    struck_off: dict[int, list[Span]] = {}
    for case_id, during in StruckOff.objects.filter(case__person__in=people).values_list("case", "during"):
        struck_off.setdefault(case_id, []).append(Span.of(during))
    rows = []
    cases = (
        Case.objects.everywhere("derived table")
        .filter(person__in=people, folded_into=None)
        .select_related("person", "disease")
        .order_by("pk")
    )
    for case in cases:
        lived, held = homes.get(case.person_id, ()), holdings.get(case.person_id, ())
        spans = days_on_ledger(case, struck_off.get(case.pk, ()))
        for part in [part for span in spans for part in stretches(span, lived, held)]:
            rows.append(
                Standing(
                    case=case,
                    person_id=case.person_id,
                    county_id=part.county,
                    disease_id=case.disease_id,
                    group_id=case.disease.group_id,
                    registered_poor=part.registered_poor,
                    civil_verified=part.civil_verified,
                    completed_on=case.completed_on,
                    during=DateRange(part.start, None if part.end == FOREVER else part.end),
                )
            )
    return rows


def hold_people(people: Iterable[int]) -> None:
    """Nobody else remakes these people's rows until the transaction ends."""
    held = Person.objects.everywhere("derived table").filter(pk__in=people).order_by("pk")
    list(held.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def remake(people: Iterable[int]) -> None:
    """Replace the derived rows of these people; call it in the transaction that changed their facts.

    The people are held first: of two who remake one person at once the second neither misses the other's facts nor
    leaves the other's rows standing beside its own.
    """
    waiting = _remade_at_the_end.get()
    if waiting is None:
        _remake(list(people))
    else:
        waiting.update(people)


@contextmanager
def remade_once() -> Iterator[None]:
    """Several acts on the same people, in one transaction: whoever is to be remade is so once, when the last has been done."""
    before = _remade_at_the_end.set(waiting := set())
    try:
        yield
    finally:
        _remade_at_the_end.reset(before)
    remake(sorted(waiting))


@transaction.atomic
def _remake(people: list[int]) -> None:
    hold_people(people)
    Standing.objects.filter(person__in=people).delete()
    Standing.objects.bulk_create(derive(people), batch_size=2000)


def differences(batch: int = 5000, people: Iterable[int] | None = None) -> list[str]:
    """Where the table and the facts disagree, one sentence a person, of these people (ids) or of all; empty when all is well."""
    wrong = []
    ids = list(people if people is not None else Person.objects.everywhere("check").order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        part = ids[start : start + batch]
        kept, derived = _by_person(Standing.objects.filter(person__in=part)), _by_person(derive(part))
        wrong += [f"person {pk}: kept {kept.get(pk)} derived {derived.get(pk)}" for pk in part if kept.get(pk) != derived.get(pk)]
    return wrong


def _by_person(rows: Iterable[Standing]) -> dict[int, list[tuple]]:
    grouped: dict[int, list[tuple]] = {}
    for row in rows:
        told = (row.county_id, row.disease_id, row.group_id, row.registered_poor, row.civil_verified, row.completed_on, row.during.upper)
        grouped.setdefault(row.person_id, []).append((row.case_id, row.during.lower, *told))
    return {person: sorted(told, key=lambda row: row[:2]) for person, told in grouped.items()}
