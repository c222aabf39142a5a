"""The rows of what is due, kept as the rules and the table of holidays say: missing ones made, deadlines moved, never a past one."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.working_days import Calendar
from reports.due_making import DAY, LONGEST_REST, Owed, owed_between
from reports.models import Due, DueRule, Form, Submission
from reports.submission_moves import OPEN

Key = tuple[int, str, datetime.date]  # A county's id, the form, the period.


@dataclass(frozen=True)
class Moved:
    """A deadline that lies on another day than it did, for so many counties."""

    form: str
    period: datetime.date
    before: datetime.datetime
    after: datetime.datetime
    counties: int

    @property
    def told(self) -> dict:
        return {"form": self.form, "period": f"{self.period:%Y-%m}", "was_due": stamp(self.before), "now_due": stamp(self.after),
                "counties": self.counties}  # fmt: skip


@dataclass
class Kept:
    """What was done: the rows made, the deadlines moved, how many rows no rule asks for any more went."""

    made: list[Due] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    gone: int = 0


def stamp(instant: datetime.datetime) -> str:
    """An instant by the clock of the office, to the minute: 2017-10-23T18:00+08:00."""
    return timezone.localtime(instant).isoformat(timespec="minutes")


def calendar_of(prefecture: Division, rules: Iterable[DueRule]) -> Calendar:
    """The prefecture's working days, from the first day that a deadline of these rules could move to."""
    return Calendar(prefecture, min((rule.first_period for rule in rules), default=datetime.date.max) - LONGEST_REST * DAY)


def last_month_ahead(now: datetime.datetime) -> datetime.date:
    """Up to which month dues are made: a year ahead, to the end of the coming year."""
    return datetime.date(timezone.localtime(now).year + 1, 12, 1)


@transaction.atomic
def make_dues(prefecture: Division, year: int) -> int:
    """Make the rows of what a prefecture's counties owe for the periods of a year; answers how many were new.

    Run again it adds only what is missing and changes nothing that stands.
    """
    _hold(prefecture, wait=True)
    owed = owed_by_rules(prefecture, datetime.date(year, 1, 1), datetime.date(year, 12, 1))
    return len(_make(prefecture, owed, set(_standing(prefecture))))


def owed_by_rules(prefecture: Division, first: datetime.date, last: datetime.date) -> dict[tuple[str, datetime.date], Owed]:
    """What each county of a prefecture owes for the periods between two months, by form and period."""
    rules = list(DueRule.objects.filter(prefecture=prefecture))
    working = calendar_of(prefecture, rules)
    return {(rule.form, owed.period): owed for rule in rules for owed in owed_between(rule, first, last, working)}


def keep_dues(
    prefecture: Division, now: datetime.datetime, *, wait: bool = True, drop: bool = False, by: Staff | None = None
) -> Kept | None:
    """Bring a prefecture's rows to what its rules and holidays say; at once from many processes one does it, the others find it done.

    Only deadlines to come move, of returns that nobody has submitted, and never into the past. With ``drop`` rows to come that no
    rule asks for any more go, where nothing hangs on them. Without ``wait`` None is answered while somebody else is at it.
    """
    with transaction.atomic():
        if not _hold(prefecture, wait=wait):
            return None
        owed = owed_by_rules(prefecture, datetime.date.min, last_month_ahead(now))
        standing = _standing(prefecture)
        kept = Kept(made=_make(prefecture, owed, set(standing)))
        differing = [due for key, due in standing.items() if due.deadline_at > now and _differs(due, owed.get(key[1:]), now)]
        kept.moved = _move(prefecture, differing, owed, by)
        if drop:
            kept.gone = _drop([due for key, due in standing.items() if due.deadline_at > now and key[1:] not in owed])
        return kept


def _hold(prefecture: Division, *, wait: bool) -> bool:
    """One process at a time brings a prefecture's rows up to its rules; whoever changes the holidays waits for it."""
    rows = Division.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    return rows.filter(pk=prefecture.pk).order_by().first() is not None


def _standing(prefecture: Division) -> dict[Key, Due]:
    rows = Due.objects.everywhere("what is due names nobody").filter(county__parent=prefecture).order_by("county__code", "period", "form")
    return {(due.county_id, due.form, due.period): due for due in rows}


def _make(prefecture: Division, owed: dict[tuple[str, datetime.date], Owed], standing: set[Key]) -> list[Due]:
    rows = [
        Due(county=county, form=form, **vars(one))
        for county in Division.objects.counties_of(prefecture)
        for (form, period), one in owed.items()
        if (county.pk, form, period) not in standing
    ]
    return Due.objects.bulk_create(rows, batch_size=2000)


def _differs(due: Due, owed: Owed | None, now: datetime.datetime) -> bool:
    return owed is not None and owed.deadline_at > now and any(getattr(due, name) != value for name, value in vars(owed).items())


def _move(prefecture: Division, differing: list[Due], owed: dict[tuple[str, datetime.date], Owed], by: Staff | None) -> list[Moved]:
    """Another deadline, cut-off or first month for these returns, but for those that were submitted meanwhile."""
    open_ones = _held_and_open(differing)
    groups: dict[tuple, list[int]] = {}
    for due in open_ones:
        groups.setdefault((due.form, due.period, due.deadline_at), []).append(due.pk)
    everywhere = Due.objects.everywhere("rows of the prefecture whose rules these are")
    moved = []
    for (form, period, before), keys in groups.items():
        one = owed[form, period]
        rows = everywhere.filter(pk__in=keys)
        # An extension that is no later than the deadline gives nothing any more, and no row may bear one.
        rows.filter(extended_until__lte=one.deadline_at).update(extended_until=None)
        rows.update(**vars(one))
        if before != one.deadline_at:
            moved.append(Moved(form, period, before, one.deadline_at, len(keys)))
    for one in moved:
        record("deadline_moved", by=by, subject=prefecture, detail=one.told)
    return moved


def _held_and_open(dues: list[Due]) -> list[Due]:
    """These rows, locked in the order in which everybody locks them, but for those with a submitted return."""
    if not dues:
        return []
    rows = Due.objects.everywhere("rows of the prefecture whose rules these are").filter(pk__in=[due.pk for due in dues])
    held = list(rows.select_for_update(of=("self",)).order_by("county__code", "period", "form"))
    sent = Submission.objects.everywhere("whether a return was submitted").filter(due__in=held).exclude(state__in=OPEN)
    gone = set(sent.values_list("due", flat=True))
    return [due for due in held if due.pk not in gone]


def _drop(dues: list[Due]) -> int:
    """Rows on which nothing hangs: no draft, no word about the deadline, no reminder."""
    rows = Due.objects.everywhere("rows of the prefecture whose rules these are").filter(pk__in=[due.pk for due in _held_and_open(dues)])
    free = rows.filter(submissions=None, extensions=None, events=None, answers=None, reminders=None)
    return free.delete()[0]


def forms_with_rules(prefecture: Division) -> list[str]:
    """The forms that a prefecture asks for, in their order."""
    asked = set(DueRule.objects.filter(prefecture=prefecture).values_list("form", flat=True))
    return [form for form in Form.values if form in asked]
