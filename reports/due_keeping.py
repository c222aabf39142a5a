"""The rows of what is due, kept as the rules and the table of holidays say: missing ones made, deadlines moved, never a past one."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ledger import clock
from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.working_days import Calendar
from reports.due_making import DAY, LONGEST_REST, Owed, owed_between
from reports.models import Due, DueRule, Submission
from reports.submission_moves import OPEN

Key = tuple[str, datetime.date]  # A form and a period.
NAMES = tuple(Owed.__dataclass_fields__)


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
    return len(_make(_standing(prefecture, owed, clock.now()).missing, owed))


def owed_by_rules(prefecture: Division, first: datetime.date, last: datetime.date) -> dict[Key, Owed]:
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
        standing = _standing(prefecture, owed, now)
        kept = Kept(made=_make(standing.missing, owed))
        to_come = [group for group in standing.groups if group["deadline_at"] > now]
        kept.moved = _move(prefecture, [group for group in to_come if _differs(group, owed, now)], owed, by)
        if drop:
            kept.gone = _drop(prefecture, [group for group in to_come if _key(group) not in owed])
        return kept


def _hold(prefecture: Division, *, wait: bool) -> bool:
    """One process at a time brings a prefecture's rows up to its rules; whoever changes the holidays waits for it."""
    rows = Division.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    return rows.filter(pk=prefecture.pk).order_by().first() is not None


@dataclass(frozen=True)
class Standing:
    """The rows there are, in groups that say the same but for the county; and for which county which return is missing."""

    groups: list[dict]
    missing: list[tuple[Division, str, datetime.date]]


def _rows(prefecture: Division) -> QuerySet[Due]:
    return Due.objects.everywhere("rows of the prefecture whose rules these are").filter(county__parent=prefecture)


def _key(group: dict) -> Key:
    return group["form"], group["period"]


def _standing(prefecture: Division, owed: dict[Key, Owed], now: datetime.datetime) -> Standing:
    """One look at the groups; the single rows are asked for only where a group is not whole.

    What is past was made for the counties of then: one that is added later owes nothing of it, unless nobody has a row of it yet.
    """
    counties = list(Division.objects.counties_of(prefecture))
    groups = list(_rows(prefecture).order_by("period", "form", "deadline_at").values("form", *NAMES).annotate(number=Count("pk")))
    there: Counter[Key] = Counter()
    for group in groups:
        there[_key(group)] += group["number"]
    lacking = [key for key, one in owed.items() if there[key] < len(counties) and (one.deadline_at > now or not there[key])]
    forms, periods = {form for form, _ in lacking}, {period for _, period in lacking}
    found = _rows(prefecture).filter(form__in=forms, period__in=periods).values_list("county", "form", "period") if lacking else ()
    known = set(found)
    return Standing(groups, [(county, *key) for county in counties for key in lacking if (county.pk, *key) not in known])


def _make(missing: list[tuple[Division, str, datetime.date]], owed: dict[Key, Owed]) -> list[Due]:
    rows = [Due(county=county, form=form, **vars(owed[form, period])) for county, form, period in missing]
    return Due.objects.bulk_create(rows, batch_size=2000)


def _differs(group: dict, owed: dict[Key, Owed], now: datetime.datetime) -> bool:
    one = owed.get(_key(group))
    return one is not None and one.deadline_at > now and any(group[name] != value for name, value in vars(one).items())


def _of_groups(prefecture: Division, groups: list[dict]) -> QuerySet[Due]:
    """The rows of these groups."""
    asked = Q(pk=None)
    for group in groups:
        asked |= Q(**{name: group[name] for name in ("form", *NAMES)})
    return _rows(prefecture).filter(asked)


def _move(prefecture: Division, differing: list[dict], owed: dict[Key, Owed], by: Staff | None) -> list[Moved]:
    """Another deadline, cut-off or first month for these returns, but for those that were submitted meanwhile."""
    groups: dict[tuple, list[int]] = {}
    for due in _held_and_open(prefecture, differing):
        groups.setdefault((due.form, due.period, due.deadline_at), []).append(due.pk)
    moved = []
    for (form, period, before), keys in groups.items():
        one, rows = owed[form, period], _rows(prefecture).filter(pk__in=keys)
        # An extension that is no later than the deadline gives nothing any more, and no row may bear one.
        rows.filter(extended_until__lte=one.deadline_at).update(extended_until=None)
        rows.update(**vars(one))
        if before != one.deadline_at:
            moved.append(Moved(form, period, before, one.deadline_at, len(keys)))
    for one in moved:
        record("deadline_moved", by=by, subject=prefecture, detail=one.told)
    return moved


def _held_and_open(prefecture: Division, groups: list[dict]) -> list[Due]:
    """The rows of these groups, locked in the order in which everybody locks them, but for those with a submitted return."""
    if not groups:
        return []
    held = list(_of_groups(prefecture, groups).select_for_update(of=("self",)).order_by("county__code", "period", "form"))
    sent = Submission.objects.everywhere("whether a return was submitted").filter(due__in=held).exclude(state__in=OPEN)
    gone = set(sent.values_list("due", flat=True))
    return [due for due in held if due.pk not in gone]


def _drop(prefecture: Division, groups: list[dict]) -> int:
    """Rows on which nothing hangs: no draft, no word about the deadline, no reminder."""
    rows = _rows(prefecture).filter(pk__in=[due.pk for due in _held_and_open(prefecture, groups)])
    free = rows.filter(submissions=None, extensions=None, events=None, answers=None, reminders=None)
    return free.delete()[0]
