"""What is due by now exists, whatever was down: rows, deadlines, drafts, reminders and long work are looked after by whoever comes by.

Called every five minutes by the scheduler, by a county's people when they sign in, and by a button. Each step finds what is
missing by asking the database, so that it may run twice, at once from many processes, and be killed anywhere.
"""

import datetime
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.due_keeping import Kept, keep_dues, stamp
from reports.jobs import resume
from reports.mailing import nudge_left
from reports.models import GROUPS, Due, DueRule, Heartbeat, Submission
from reports.reminding import remind
from reports.submission_moves import OPEN

DRAFTS_FROM_DAY, DAYS_BEFORE = 20, 3  # A draft is there from the 20th, or from three days before a deadline that is earlier.
FRESH = datetime.timedelta(minutes=5, seconds=30)  # The scheduler comes every five minutes, and its look takes a moment.
AHEAD = datetime.timedelta(minutes=1)  # What two clocks may differ by is not the future.
LOCK_PATIENCE = "1s"  # Of whoever signs in.
KEEPS_RETURNS = {Role.CLERK, Role.LEAD, Role.CITY}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Owing:
    """One return of a county: where it stands, and until when it counts as on time."""

    county: str
    form: str
    period: str
    closes_at: str
    state: str = ""  # Of the latest revision; nothing where there is no draft.


@dataclass(frozen=True)
class Draft:
    """A county's drafts of a period that were owed: built now, or asked of a worker; ``why`` where that did not come about."""

    county: str
    period: str
    forms: str
    why: str = ""


@dataclass
class Ensured:
    """What stands, what was made now and what is late, as of an instant."""

    at: str
    exists: list[Owing] = field(default_factory=list)  # Every return whose period has begun.
    made: list[Owing] = field(default_factory=list)  # Rows that were missing.
    moved: list[dict] = field(default_factory=list)  # Deadlines that lie on another day than before.
    drafts: list[Draft] = field(default_factory=list)
    undone: list[Draft] = field(default_factory=list)
    late: list[Owing] = field(default_factory=list)  # Past the deadline and any extension, and never submitted.
    reminders: int = 0
    jobs: int = 0
    busy: list[str] = field(default_factory=list)  # Prefectures that another process was looking after.

    def as_json(self) -> dict:
        """For programs: the numbers first, then what they count."""
        told = asdict(self)
        counts = {name: len(value) if isinstance(value, list) else value for name, value in told.items() if name != "at"}
        return {"at": self.at, "counts": counts, **{name: value for name, value in told.items() if name != "at"}}


def ensure_due(
    now: datetime.datetime, *, prefectures: Iterable[Division] | None = None, build: bool = False, wait: bool = True, tell: bool = True
) -> Ensured:
    """See to all that is due as of an instant: rows a year ahead, deadlines on working days, owed drafts, reminders, long work.

    Drafts are asked of a worker, or with ``build`` built here, as of that instant. Without ``wait`` a prefecture that somebody else
    is looking after is left to them; without ``tell`` nobody asks what exists and what is late. Nothing is done twice, however often and by however many this is called. For an instant that is
    still to come nobody is reminded: only the trial, whose clock is a game, tells its people ahead.
    """
    ahead = now > clock.now() + AHEAD and settings.BUSINESS_DATE is None
    if prefectures is None:
        prefectures = Division.objects.filter(pk__in=DueRule.objects.values("prefecture")).order_by("code")
    done = Ensured(at=stamp(now))
    with clock.standing_at(now):
        for prefecture in prefectures:
            kept = keep_dues(prefecture, now, wait=wait)
            if kept is None:
                done.busy.append(prefecture.code)
                continue
            _tell(done, kept)
            _drafts(done, prefecture, now, build=build)
            done.reminders += 0 if ahead else remind(now, prefecture)
            if tell:
                _look(done, prefecture, now)
        done.jobs = resume()
        nudge_left()
    return done


def ensure_now(*, prefectures: Sequence[Division] | None = None, wait: bool = True) -> Ensured:
    """The same for the present, kept in mind: whoever signs in within five minutes finds that it was looked after."""
    done = ensure_due(clock.now(), prefectures=prefectures, wait=wait, tell=False)
    seen = prefectures if prefectures is not None else Division.objects.filter(pk__in=DueRule.objects.values("prefecture"))
    for prefecture in seen:
        if prefecture.code not in done.busy:
            Heartbeat.objects.update_or_create(name=_mark(prefecture), defaults={"beat_at": timezone.now()})
    return done


def at_sign_in(staff: Staff) -> None:
    """Whoever keeps returns and signs in sees to their prefecture's, where nobody did lately: one row is read where somebody did."""
    if staff.role not in KEEPS_RETURNS:
        return
    prefecture = staff.area.prefecture
    if Heartbeat.objects.filter(name=_mark(prefecture), beat_at__gt=timezone.now() - FRESH).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_PATIENCE}'")
    try:
        ensure_now(prefectures=[prefecture], wait=False)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def _mark(prefecture: Division) -> str:
    return f"due {prefecture.code}"


def _tell(done: Ensured, kept: Kept) -> None:
    done.made += [Owing(due.county.code, due.form, f"{due.period:%Y-%m}", stamp(due.closes_at)) for due in kept.made]
    done.moved += [one.told for one in kept.moved]


# ---- drafts ----


def dues_of(prefecture: Division) -> QuerySet:
    """The returns of a prefecture with the state and hour of their latest revision, and whether any was ever submitted."""
    kept = Submission.objects.everywhere("what is due names nobody").filter(due=OuterRef("pk"))
    latest = kept.order_by("-revision")
    return Due.objects.everywhere("what is due names nobody").filter(county__parent=prefecture).annotate(
        state=Subquery(latest.values("state")[:1]),
        built_at=Subquery(latest.values("built_at")[:1]),
        sent=Exists(kept.filter(submitted_at__isnull=False)),
    )  # fmt: skip


def drafts_owed(prefecture: Division, now: datetime.datetime) -> list[tuple[Division, datetime.date, tuple[str, ...]]]:
    """The counties, periods and groups whose drafts were not built today: of the month from the 20th on or from three days before
    its deadline, and of past months that were never submitted, so that each reaches its own cut-off."""
    today = timezone.localtime(now).date()
    month, soon = today.replace(day=1), today + datetime.timedelta(days=DAYS_BEFORE)
    begun = Q(period__lte=month) if today.day >= DRAFTS_FROM_DAY else Q(period__lt=month) | Q(period=month, deadline_at__date__lte=soon)
    owing = dues_of(prefecture).filter(begun).filter(Q(state=None) | Q(state__in=OPEN) & ~Q(built_at__date=today))
    rows = owing.order_by("period", "county__code").values_list("county", "period", "form")
    counties = {county.pk: county for county in Division.objects.counties_of(prefecture).select_related("parent")}
    found = {(pk, period, next(group for group in GROUPS if form in group)) for pk, period, form in rows}
    ordered = sorted(found, key=lambda one: (GROUPS.index(one[2]), one[1], counties[one[0]].code))
    return [(counties[pk], period, group) for pk, period, group in ordered]


def _drafts(done: Ensured, prefecture: Division, now: datetime.datetime, *, build: bool) -> None:
    for county, period, group in drafts_owed(prefecture, now):
        draft = Draft(county.code, f"{period:%Y-%m}", "、".join(group))
        why = (_build if build else _nudge)(county, period, group)
        (done.undone if why else done.drafts).append(Draft(draft.county, draft.period, draft.forms, why) if why else draft)
        if why and not build:
            break  # The queue takes nothing now: the next who comes by tries again.


def _build(county: Division, period: datetime.date, group: tuple[str, ...]) -> str:
    from reports.actions import rebuild_drafts

    try:
        rebuild_drafts(county, period, group=group)
    except Refused as refused:
        return refused.message
    except Exception:  # One county's trouble keeps no other from its draft.
        log.exception("the draft of %s for %s was not built", county.code, period)
        return "没有生成，原因见系统日志。"
    return ""


def _nudge(county: Division, period: datetime.date, group: tuple[str, ...]) -> str:
    """Ask a worker; what became of it the next call asks of the database, never of the queue."""
    from reports.tasks import build_county  # The tasks call this module.

    others = () if group == GROUPS[0] else (list(group),)
    try:
        build_county.delay(county.pk, f"{period:%Y-%m}", *others)
    except Exception as error:  # Whatever the broker's client raises: kombu's, the socket's, a full disk's.
        log.warning("the queue takes no drafts: %s", type(error).__name__)
        return "任务队列没有收下，稍后再排。"
    return ""


# ---- what stands, what is late ----


def _look(done: Ensured, prefecture: Division, now: datetime.datetime) -> None:
    month = timezone.localtime(now).date().replace(day=1)
    rows = (
        dues_of(prefecture)
        .filter(Q(period__lte=month) | Q(deadline_at__lte=now))
        .annotate(closes=Coalesce("extended_until", "deadline_at"))
    )
    names = ("county__code", "form", "period", "closes", "state", "sent")
    for county, form, period, closes, state, sent in rows.order_by("period", "form", "county__code").values_list(*names):
        owing = Owing(county, form, f"{period:%Y-%m}", stamp(closes), state or "")
        done.exists.append(owing)
        if closes < now and not sent:
            done.late.append(owing)
