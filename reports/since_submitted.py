"""与已上报数据的差异: which cells of a submitted return would be others today, who came and who went, and what was recorded of them since."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from ledger.models import CaseEvent, Division, Person, Residence
from reports.differences import Behind, CellChange, behind_of, compare
from reports.models import DEFERRAL, MONTHLY, Submission
from reports.past_days import days_now
from reports.submission_moves import OPEN, STANDING
from reports.supplement import deposits_now, merged_since, under_their_records, unsealed

# What can move somebody into a figure or out of it; the rest of a timeline explains nothing here.
TELLING = (
    "case_found", "case_registered", "case_register", "case_verify", "case_complete", "case_withdraw", "case_close", "case_reopen",
    "age_confirmed", "category_held", "category_verified", "category_ended", "moved_house", "transfer_accepted", "people_merged",
    "merge_undone", "person_corrected", "id_number_corrected",
)  # fmt: skip
OF_DEPOSITS = (
    "deposit_taken",
    "deposit_refunded",
    "deposit_sent_back",
    "deposit_withdrawn",
    "deferral_recorded",
    "deferral_changed",
    "people_merged",
)
ACROSS = ("moved_house", "transfer_accepted")  # Told to both counties, under the one that the person has come to.
EACH = 3


@dataclass(frozen=True)
class Since:
    """A form's newest submitted revision, and what the ledger tells otherwise now; ``rows`` are the deposits of F6, then and now."""

    kept: Submission
    changes: list[CellChange]
    digest: str
    rows: dict[int, dict] = field(default_factory=dict)

    @property
    def form(self) -> str:
        return self.kept.due.form

    @property
    def people(self) -> list[int]:
        """Whoever came or went, or (F6) is told otherwise, each once."""
        ids = [one for change in self.changes for one in (*change.came, *change.went)]
        if self.form != "F6":
            return list(dict.fromkeys(ids))
        ids += [int(row) for row in (change.place.partition("|")[0] for change in self.changes) if row.isdecimal()]
        return list(dict.fromkeys(self.rows[one]["person"] for one in ids if one in self.rows))


def since_submitted(county: Division, period: datetime.date, group: tuple[str, ...] = MONTHLY) -> list[Since]:
    """For every form of the group that was submitted; empty where none was. Nine queries at the most, four where nothing differs."""
    submitted = list(_newest(county, period, group).values())
    now, rows = (_deposits if group == DEFERRAL else _people)(county, submitted)
    digests = {kept.pk: now(kept).digest() for kept in submitted}
    differing = [kept for kept in submitted if kept.figures.get("behind") != digests[kept.pk]]
    payloads = unsealed(kept.pk for kept in differing)
    merged = merged_since(payloads.values()) if payloads and group != DEFERRAL else {}
    found = []
    for kept in submitted:
        payload = payloads.get(kept.pk)
        was = under_their_records(behind_of(payload), merged) if payload else None
        then = {row["deposit"]: row for row in payload["rows"]} if payload and group == DEFERRAL else {}
        found.append(Since(kept, compare(was, now(kept)) if was else [], digests[kept.pk], then | rows))
    return found


def differing_cells(county: Division, period: datetime.date, group: tuple[str, ...] = MONTHLY) -> int:
    """The number on the tab: cells that would be others today; of a form not submitted yet, those of earlier periods that its draft carries."""
    since = since_submitted(county, period, group)
    drafts = _of(county, period, group).filter(state__in=OPEN).exclude(due__in=[one.kept.due_id for one in since]).only("figures")
    carried = sum(told["cells"] for draft in drafts for told in draft.figures.get("told", {}).values())
    return sum(len(one.changes) for one in since) + carried


def _of(county: Division, period: datetime.date, group: Iterable[str]):
    return Submission.objects.everywhere("a county's own returns").filter(due__county=county, due__period=period, due__form__in=list(group))


def _newest(county: Division, period: datetime.date, group: Iterable[str]) -> dict[str, Submission]:
    rows = _of(county, period, group).exclude(state__in=OPEN).select_related("due", "submitted_by").defer("payload", "checks")
    newest: dict[str, Submission] = {}
    for row in rows.order_by("due__form", "-revision"):
        newest.setdefault(row.due.form, row)
    return newest


def _people(county: Division, submitted: Sequence[Submission]) -> tuple[Callable[[Submission], Behind], dict[int, dict]]:
    days = days_now(county, {kept.cut_off_on for kept in submitted})
    built = {kept.pk: days[kept.cut_off_on].behind(kept.due.form) for kept in submitted}
    return lambda kept: built[kept.pk], {}


def _deposits(county: Division, submitted: Sequence[Submission]) -> tuple[Callable[[Submission], Behind], dict[int, dict]]:
    built, rows = deposits_now(county, submitted) if submitted else ({}, {})
    return lambda kept: built[kept.pk], rows


@dataclass(frozen=True)
class Carried:
    """Where a return's differences were told: in which later periods, and whether all of them."""

    periods: list[datetime.date]
    whole: bool


def carried_by(since: Since) -> Carried:
    """Whether the differences were told by later returns already. One query."""
    key, due = f"{since.kept.due.period:%Y-%m}", since.kept.due
    later = Submission.objects.everywhere("a county's own returns").filter(
        due__county=due.county_id,
        due__form=due.form,
        due__period__gt=due.period,
        state__in=STANDING,
        **{f"figures__told__{key}__of": since.kept.rows_hash},
    )
    found = list(later.select_related("due").defer("payload", "checks").order_by("due__period", "revision"))
    last = max(found, key=lambda one: one.submitted_at, default=None)
    return Carried(sorted({one.due.period for one in found}), last is not None and since.digest == last.figures["told"][key]["digest"])


def reasons(
    county: Division, ids: Iterable[int], since: datetime.datetime, on: datetime.date, group: tuple[str, ...]
) -> dict[int, list[CaseEvent | str]]:
    """What was recorded of these people since a moment and can have moved them, newest first; of other counties only that they moved.

    Where nothing was recorded, that they did not live in the county on the day, if so. Three queries.
    """
    ids = set(ids)
    records = Person.objects.everywhere("records of people on a county's return").records_of(ids)
    kept = dict(Person.objects.everywhere("the same").filter(pk__in=records - ids).values_list("pk", "merged_into"))
    events = CaseEvent.objects.filter(person__in=records, at__gt=since, move__in=OF_DEPOSITS if group == DEFERRAL else TELLING).filter(
        Q(county=county) | Q(move__in=ACROSS)
    )
    found: dict[int, list[CaseEvent | str]] = {}
    for event in events.order_by("-at", "-pk"):
        person = event.person_id if event.person_id in ids else kept.get(event.person_id, event.person_id)
        told = found.setdefault(person, [])
        if len(told) < EACH:
            told.append(event)
    silent = ids - set(found)
    here = set(Residence.objects.filter(person__in=silent, county=county, during__contains=on).values_list("person", flat=True))
    return found | {one: ["截止日不住在本县（区）"] for one in silent - here}
