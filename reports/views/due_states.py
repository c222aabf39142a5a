"""How a return stands: draft, submitted in time, late, missing or not yet due; one word and one mark for each."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from ledger import clock
from ledger.models import Staff
from reports.models import MONTHLY, Due, Submission


@dataclass(frozen=True)
class DueState:
    """One cell of the matrix."""

    due: Due
    submission: Submission | None
    word: str
    tone: str  # ok, warn, bad, idle or na

    @property
    def is_open(self) -> bool:
        """Whether somebody can look at it: its month has begun."""
        return self.due.period <= clock.today()

    @property
    def submitted(self) -> bool:
        return self.submission is not None and self.submission.is_frozen

    @property
    def in_time(self) -> bool:
        return self.submitted and self.submission.submitted_at <= self.due.deadline_at

    @property
    def deadline_passed(self) -> bool:
        return self.due.deadline_at < clock.now()

    @property
    def mark(self) -> str:
        """The class of the mark beside the word."""
        return {"ok": "ok st-done", "warn": "warn", "bad": "bad st-stop"}.get(self.tone, "idle")


def state_of(due: Due, submission: Submission | None, now: datetime.datetime) -> DueState:
    """The word for a return: 按时, 迟 2 天, 已报, 缺报, 草稿 or 未到. Pure."""
    if submission is not None and submission.is_frozen:
        if submission.submitted_at > due.deadline_at:
            late = timezone.localtime(submission.submitted_at).date() - timezone.localtime(due.deadline_at).date()
            return DueState(due, submission, f"迟 {max(late.days, 1)} 天", "warn")
        return DueState(due, submission, "按时" if now > due.deadline_at else "已报", "ok")
    if now > due.deadline_at:
        return DueState(due, submission, "缺报", "bad")
    return DueState(due, submission, "草稿", "idle") if submission else DueState(due, None, "未到", "na")


def due_states(
    staff: Staff, periods: Iterable[datetime.date] | None = None, *, group: tuple[str, ...] = MONTHLY, **narrowed
) -> list[DueState]:
    """Every return of the group this member of staff may see for these periods, with its latest revision; two queries, no payload."""
    dues = Due.objects.visible_to(staff).filter(form__in=group, **narrowed).select_related("county")
    if periods is not None:
        dues = dues.filter(period__in=list(periods))
    dues = list(dues.order_by("period", "county__code", "form"))
    kept = Submission.objects.visible_to(staff).filter(due__in=[due.pk for due in dues])
    latest = {row.due_id: row for row in kept.defer("payload").select_related("submitted_by").order_by("revision")}
    now = clock.now()
    return [state_of(due, latest.get(due.pk), now) for due in dues]


def days_left(deadline: datetime.datetime) -> int:
    """Whole calendar days from today to the deadline's day; negative once it lies behind."""
    return (timezone.localtime(deadline).date() - clock.today()).days


def months_around(day: datetime.date, before: int, after: int) -> list[datetime.date]:
    """The first days of the months around a day, oldest first."""
    number = day.year * 12 + day.month - 1
    return [datetime.date(month // 12, month % 12 + 1, 1) for month in range(number - before, number + after + 1)]
