"""补报: what a county submitted before and the ledger tells otherwise now, carried once by its next return, beside the table and frozen with it.

Only figures and the lists' people are carried. Whoever is on a list of the month is printed there as they are written now.
"""

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import connection

from hospitals.deferring import served_by_day, violations
from ledger.models import Division, Person
from reports.differences import OWN, Behind, CellChange, behind_of, carried_over, compare, deposits_behind, known_as
from reports.forms.carried_rows import civil_rows, deposit_row
from reports.models import DEFERRAL, MONTHLY, Due, Submission
from reports.past_days import past_of
from reports.submission_moves import STANDING

Rows = list[dict]
CARRYING = 0x5E92  # The advisory lock, a county each, of returns that carry what earlier ones left untold.


@dataclass(frozen=True)
class Told:
    """A standing return and the later returns of its form that have told its differences since, in the order of their periods."""

    kept: Submission
    carriers: list[Submission]

    @property
    def due(self) -> Due:
        return self.kept.due

    @property
    def key(self) -> str:
        return f"{self.due.period:%Y-%m}"

    def digest(self) -> str | None:
        """Of all that was told of the return: by the last supplement, else by itself; None where it was kept before digests were."""
        if not self.carriers:
            return self.kept.figures.get("behind")
        last = max(self.carriers, key=lambda carrier: carrier.submitted_at)
        return last.figures["told"][self.key]["digest"]


def month_supplement(county: Division, period: datetime.date) -> dict[str, list[dict]]:
    """F1's and F2's supplements for a county's return of a period: only months whose rows were touched are counted again.

    Twenty queries at the most, seven where nothing was touched, however long the county has been reporting.
    """
    told = told_before(county, period, MONTHLY)
    if not told:
        return {form: [] for form in MONTHLY}
    past = past_of(county, {one.kept.cut_off_on for one in told})
    digests = {one.kept.pk: past.digests[one.kept.cut_off_on][one.due.form] for one in told}
    past.load(one.kept.cut_off_on for one in told if one.digest() != digests[one.kept.pk])
    found = _differing(told, digests, lambda one: past.behind(one.due.form, one.kept.cut_off_on))
    civil = [one for one in found if one.told.due.form == "F2"]
    rows = civil_rows((past.days[one.on], row, person) for one in civil for row, person in one.came)
    return {
        form: [one.entry(lambda row, person, on=one.on: rows[on, row, person]) for one in found if one.told.due.form == form]
        for form in MONTHLY
    }


def deferral_supplement(county: Division, period: datetime.date) -> list[dict]:
    """F6's supplement. Seven queries at the most."""
    told = told_before(county, period, DEFERRAL)
    if not told:
        return []
    now, rows = deposits_now(county, [one.kept for one in told])
    digests = {pk: behind.digest() for pk, behind in now.items()}
    return [one.entry(lambda _, deposit: rows[deposit]) for one in _differing(told, digests, lambda one: now[one.kept.pk])]


def deposits_now(county: Division, returns: Iterable[Submission]) -> tuple[dict[int, Behind], dict[int, dict]]:
    """What would stand behind each of these F6 returns today, by its id, and the deposits' rows. Two queries."""
    returns = list(returns)
    served = served_by_day(county, {kept.cut_off_on for kept in returns})
    first, last = min(kept.due.covers_from for kept in returns), max(kept.cut_off_on for kept in returns)
    taken = [(deposit.taken_on, deposit_row(deposit)) for deposit in violations([county], first, last)]
    now = {}
    for kept in returns:
        within = [row for day, row in taken if kept.due.covers_from <= day <= kept.cut_off_on]
        now[kept.pk] = deposits_behind(served[kept.cut_off_on], within)
    return now, {row["deposit"]: row for _, row in taken}


def told_before(county: Division, period: datetime.date, forms: Iterable[str]) -> list[Told]:
    """The county's standing returns of earlier periods, each with what has carried its differences already. Two queries.

    Until the transaction ends, no other return of the county finds out what it has to carry: two periods submitted at once tell it once.
    """
    one_at_a_time(county)
    kept = Submission.objects.everywhere("a county's own returns").filter(due__county=county, due__form__in=list(forms), state__in=STANDING)
    rows = (
        kept.exclude(due__period=period).select_related("due").defer("payload", "checks").order_by("due__period", "due__form", "-revision")
    )
    newest: dict[int, Submission] = {}
    for row in rows:
        newest.setdefault(row.due_id, row)
    standing = list(newest.values())
    return [Told(one, _carriers(one, standing)) for one in standing if one.due.period < period]


def one_at_a_time(county: Division) -> None:
    """Whoever asks second waits until the first has submitted, or given up, and then sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CARRYING, county.pk])


def _carriers(kept: Submission, standing: list[Submission]) -> list[Submission]:
    """Whoever corrected a return after its differences were carried has told them anew: what was carried of the old revision counts no more."""
    key = f"{kept.due.period:%Y-%m}"
    later = [one for one in standing if one.due.form == kept.due.form and one.due.period > kept.due.period]
    return [one for one in later if one.figures.get("told", {}).get(key, {}).get("of") == kept.rows_hash]


@dataclass(frozen=True)
class Differing:
    """A return that was told otherwise than the ledger tells it now."""

    told: Told
    changes: list[CellChange]
    digest: str
    was_rows: dict[tuple[str, int], dict]

    @property
    def on(self) -> datetime.date:
        return self.told.kept.cut_off_on

    @property
    def came(self) -> list[tuple[str, int]]:
        """Row of the form (a disease, or 本县) and who came into it."""
        return [(_row(change), one) for change in self.changes for one in change.came]

    @property
    def went(self) -> list[tuple[str, int]]:
        return [(_row(change), one) for change in self.changes for one in change.went]

    def entry(self, row_of: Callable[[str, int], dict]) -> dict:
        """As the payload keeps it."""
        due, kept = self.told.due, self.told.kept
        return {
            "period": f"{due.period:%Y-%m}",
            "covers_from": f"{due.covers_from:%Y-%m}",
            "cut_off_on": kept.cut_off_on.isoformat(),
            "revision": kept.revision,
            "of": kept.rows_hash,
            "digest": self.digest,
            "cells": [
                {"place": one.place, "was": one.was, "now": one.now, "came": list(one.came), "went": list(one.went)} for one in self.changes
            ],
            "rows": [] if due.form == "F1" else self._rows(row_of),
            **({"names": self._names()} if due.form == "F6" else {}),
        }

    def _names(self) -> dict[str, str]:
        """Of the deposits that are told otherwise, whose they were."""
        changed = {_row(change) for change in self.changes} - {OWN}
        return {str(deposit): row["name"] for (_, deposit), row in self.was_rows.items() if str(deposit) in changed}

    def _rows(self, row_of: Callable[[str, int], dict]) -> Rows:
        came = [{**row_of(*key), "change": "came"} for key in self.came]
        return came + [{**self.was_rows[key], "change": "went"} for key in self.went if key in self.was_rows]


def _row(change: CellChange) -> str:
    return change.place.partition("|")[0]


def _differing(told: list[Told], digests: Mapping[int, str], now_of: Callable[[Told], Behind]) -> list[Differing]:
    """``digests`` are what the ledger gives now, by the return's id: whoever's is the same is neither unsealed nor counted. Two queries."""
    suspects = [one for one in told if one.digest() != digests[one.kept.pk]]
    wanted = {kept.pk for one in suspects for kept in (one.kept, *one.carriers)}
    payloads = unsealed(wanted)
    merged = merged_since(payloads.values()) if payloads else {}
    found = []
    for one in suspects:
        was, rows = _told_so_far(one, payloads)
        was = was if one.due.form == "F6" else under_their_records(was, merged)
        if changes := compare(was, now_of(one)):
            found.append(Differing(one, changes, digests[one.kept.pk], rows))
    return found


def unsealed(pks: Iterable[int]) -> dict[int, dict]:
    """The payloads of these returns. One query, or none."""
    pks = set(pks)
    kept = Submission.objects.everywhere("a county's own returns").filter(pk__in=pks).only("payload") if pks else []
    return {one.pk: json.loads(one.payload.reveal()) for one in kept}


def _told_so_far(one: Told, payloads: dict[int, dict]) -> tuple[Behind, dict[tuple[str, int], dict]]:
    """What was told of a return by itself and its supplements, and the rows under which its people were told."""
    payload = payloads[one.kept.pk]
    told, rows = behind_of(payload), told_rows(payload)
    for carrier in one.carriers:
        entry = next(entry for entry in payloads[carrier.pk]["supplement"] if entry["period"] == one.key)
        told = carried_over(told, entry["cells"], entry["rows"])
        rows |= _keyed(one.due.form, entry["rows"])
    return told, rows


def told_rows(payload: dict) -> dict[tuple[str, int], dict]:
    """The rows of F2 or F6 by row of the form and person (or deposit)."""
    return _keyed(payload["form"], payload["rows"])


def _keyed(form: str, rows: Rows) -> dict[tuple[str, int], dict]:
    if form == "F2":
        return {(row["disease"], row["person"]): row for row in rows}
    return {(OWN, row["deposit"]): row for row in rows} if form == "F6" else {}


def under_their_records(behind: Behind, merged: dict[int, int]) -> Behind:
    """The same people by the records that stand for them now."""
    return replace(behind, people={place: known_as(ids, merged) for place, ids in behind.people.items()})


def merged_since(payloads: Iterable[dict]) -> dict[int, int]:
    """Records that were merged away since → the record that stands for them now. One query a step of merging, usually one."""
    gone: dict[int, int] = {}
    everybody = Person.objects.everywhere("a county's own returns").exclude(merged_into=None)
    pairs = dict(everybody.filter(pk__in=_people(payloads)).values_list("pk", "merged_into"))
    while pairs:
        gone |= pairs
        pairs = dict(everybody.filter(pk__in=set(pairs.values())).exclude(pk__in=gone).values_list("pk", "merged_into"))
    return {old: _end(new, gone) for old, new in gone.items()}


def _end(person: int, gone: dict[int, int]) -> int:
    while person in gone:
        person = gone[person]
    return person


def _people(payloads: Iterable[dict]) -> set[int]:
    found: set[int] = set()
    for payload in payloads:
        if payload["form"] != "F6":
            found.update(*behind_of(payload).people.values())
            found.update(*(cell["came"] for entry in payload.get("supplement", ()) for cell in entry["cells"]))
    return found
