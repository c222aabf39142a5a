"""Reminders of what is due: to whoever fills in and the lead, and to the city for what nobody opened; each once, whatever runs twice."""

import datetime
import logging
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role, Staff
from reports.models import GROUPS, Due, Reminder, ReminderKind, Submission
from reports.models.reminder import ReminderQuerySet
from reports.submission_moves import STANDING

logger = logging.getLogger(__name__)
# From so many days before the deadline's day; the nearest that has come is made, an earlier one that was missed is past.
STAGES = ((0, ReminderKind.LAST_DAY), (2, ReminderKind.TWO_DAYS), (5, ReminderKind.FIVE_DAYS))
NOON = datetime.time(12)
LOOKED_BACK = datetime.timedelta(days=31)  # After so long a missing return is no longer news.


def stage_of(closes_at: datetime.datetime, now: datetime.datetime) -> ReminderKind | None:
    """Which reminder's time it is for a deadline; the last day's also afterwards, for it may have been missed. Pure."""
    days = (timezone.localtime(closes_at).date() - timezone.localtime(now).date()).days
    return next((kind for most, kind in STAGES if days <= most), None)


def noon_of(closes_at: datetime.datetime) -> datetime.datetime:
    """12:00 on the deadline's day. Pure."""
    local = timezone.localtime(closes_at)
    return datetime.datetime.combine(local.date(), NOON, local.tzinfo)


def remind(now: datetime.datetime, prefecture: Division) -> int:
    """Make what reminders are due at an instant and not yet made; answers how many. Run again, or twice at once, it makes none twice.

    T-5, T-2 and T-0 (days before the deadline or its extension) go to the county's filler-in and leads; what none of them opened by
    12:00 on the last day goes to the city's people too. A county with nobody is told to the city alone.
    """
    open_dues = _not_submitted(prefecture, now)
    stages = {due.pk: stage_of(due.closes_at, now) for due in open_dues}
    open_dues = [due for due in open_dues if stages[due.pk]]
    if not open_dues:
        return 0
    hands = _hands(prefecture)
    wanted = [
        Reminder(due=due, staff=staff, kind=stages[due.pk], made_at=now) for due in open_dues for staff in hands.get(due.county_id, [])
    ]
    city = list(Staff.objects.filter(area=prefecture, role=Role.CITY, is_active=True))
    opened = _opened_before_noon(open_dues)
    wanted += [
        Reminder(due=due, staff=staff, kind=ReminderKind.UNOPENED, made_at=now)
        for due in open_dues
        if now >= noon_of(due.closes_at) and due.pk not in opened
        for staff in city
    ]
    return _make(wanted)


def _not_submitted(prefecture: Division, now: datetime.datetime) -> list[Due]:
    kept = Submission.objects.everywhere("what is due names nobody").filter(due=OuterRef("pk"), state__in=STANDING)
    dues = Due.objects.everywhere("what is due names nobody").filter(county__parent=prefecture)
    nearest = now + datetime.timedelta(days=6)
    near = Q(deadline_at__range=(now - LOOKED_BACK, nearest)) | Q(extended_until__range=(now - LOOKED_BACK, nearest))
    return list(dues.filter(near, ~Exists(kept)).select_related("county"))


def _hands(prefecture: Division) -> dict[int, list[Staff]]:
    """Who is reminded in each county: whoever fills in, and the leads."""
    found: dict[int, list[Staff]] = {}
    for staff in Staff.objects.filter(area__parent=prefecture, role__in=(Role.CLERK, Role.LEAD), is_active=True).order_by("username"):
        own = found.setdefault(staff.area_id, [])
        if staff.role == Role.LEAD or not any(one.role == Role.CLERK for one in own):
            own.append(staff)
    return found


def _opened_before_noon(dues: list[Due]) -> set[int]:
    told = Reminder.objects.everywhere("who opened what, for the city").filter(due__in=dues, opened_at__isnull=False)
    noon = {due.pk: noon_of(due.closes_at) for due in dues}
    return {due for due, opened_at in told.exclude(staff__role=Role.CITY).values_list("due", "opened_at") if opened_at <= noon[due]}


@transaction.atomic
def _make(wanted: list[Reminder]) -> int:
    """Those that are missing, at once; the constraint keeps another process's from being made again."""
    rows = Reminder.objects.everywhere("what was made before")
    before = set(rows.filter(due__in={one.due for one in wanted}).values_list("due", "staff", "kind", "round"))
    missing = [one for one in wanted if (one.due_id, one.staff_id, one.kind, one.round) not in before]
    if missing:
        Reminder.objects.bulk_create(missing, ignore_conflicts=True)
        by_due: dict[tuple[Due, str], int] = {}
        for one in missing:
            by_due[(one.due, one.kind)] = by_due.get((one.due, one.kind), 0) + 1
        for (due, kind), people in by_due.items():
            told = {"form": due.form, "period": f"{due.period:%Y-%m}", "what": ReminderKind(kind).label, "people": people}
            record("reminded", by=missing[0].made_by, subject=due, county=due.county, detail=told)
        transaction.on_commit(nudge_mail)
    return len(missing)


def remind_again(*, by: Staff, period: datetime.date, forms: Iterable[str]) -> list[str]:
    """The city reminds every county that has not submitted these forms of a period; answers the counties' names.

    A second press within the hour says so and sends nothing. Raises Refused where nobody owes anything, or was just reminded.
    """
    now = clock.now()
    with transaction.atomic():
        Division.objects.select_for_update(no_key=True).get(pk=by.area_id)  # Two presses count as one.
        owing = _owed_of(by.area, period, forms)
        if not owing:
            raise Refused(f"{period.year} 年 {period.month} 月的报表各县（区）都已上报，不用催报。")
        asked = Reminder.objects.everywhere("what the city sent before").filter(due__in=owing, kind=ReminderKind.ASKED)
        last = asked.aggregate(round=Max("round"), at=Max("made_at"))
        if last["at"] and now - last["at"] < datetime.timedelta(hours=1):
            raise Refused(f"{timezone.localtime(last['at']):%H:%M} 刚催报过，一小时以后可以再催。")
        hands, number = _hands(by.area), (last["round"] or 0) + 1
        wanted = [
            Reminder(due=due, staff=staff, kind=ReminderKind.ASKED, round=number, made_at=now, made_by=by)
            for due in owing
            for staff in hands.get(due.county_id, [])
        ]
        _make(wanted)
    return list(dict.fromkeys(due.county.label for due in owing))


def _owed_of(prefecture: Division, period: datetime.date, forms: Iterable[str]) -> list[Due]:
    kept = Submission.objects.everywhere("what is due names nobody").filter(due=OuterRef("pk"), state__in=STANDING)
    dues = Due.objects.everywhere("what is due names nobody").filter(county__parent=prefecture, period=period, form__in=list(forms))
    return list(dues.filter(~Exists(kept)).select_related("county").order_by("county__code", "form"))


def note_opened(staff: Staff, county: Division, period: datetime.date, forms: Iterable[str]) -> None:
    """Whoever looks at a return has seen what it was reminded of."""
    mine = Reminder.objects.visible_to(staff).filter(due__county=county, due__period=period, due__form__in=list(forms), opened_at=None)
    mine.update(opened_at=clock.now())


Key = tuple[str, int, int, datetime.date, tuple[str, ...]]


def unopened_of(staff: Staff) -> ReminderQuerySet:
    """What this person was reminded of and has not opened; one that was submitted since needs no opening."""
    return Reminder.objects.visible_to(staff).filter(opened_at=None).exclude(due__submissions__state__in=STANDING)


def together(kind: str, number: int, county: int, period: datetime.date, form: str) -> Key:
    """Reminders with the same key are one line of 消息: of one return and one day, whatever forms it has."""
    return kind, number, county, period, next(group for group in GROUPS if form in group)


def unopened(staff: Staff) -> int:
    """How many lines of 消息 wait to be opened: the number beside the word is the number that is seen there."""
    mine = unopened_of(staff).values_list("kind", "round", "due__county", "due__period", "due__form")
    return len({together(*one) for one in mine})


def nudge_mail() -> None:
    """Where mail is set up, have it sent; nothing waits for it."""
    from reports.tasks import mail_reminders

    if not settings.EMAIL_HOST:
        return
    try:
        mail_reminders.apply_async(retry=False)
    except (OperationalError, OSError) as silent:
        logger.warning("no broker answered for the mail: %s", silent)
