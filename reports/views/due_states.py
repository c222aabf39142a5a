"""How a return stands: draft, checked, submitted in time, late, returned, with more time, missing or not yet due; one word and one mark for each."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Min, OuterRef, Subquery
from django.utils import timezone

from ledger import clock
from ledger.models import Staff
from reports.models import MONTHLY, CheckAnswer, Due, Extension, Submission
from reports.models.extension import ASKED
from reports.submission_moves import CHECKED, CORRECTED, OPEN, RETURNED, UNLOCKED


@dataclass(frozen=True)
class DueState:
    """One cell of the matrix. ``submission`` is the latest revision, ``first_at`` when the first one was submitted.

    ``correcting`` is what is being corrected: a return that was sent back (``returned``), one that was unlocked (``unlocked``), or nothing.
    """

    due: Due
    submission: Submission | None
    word: str
    tone: str  # ok, go, warn, bad, idle or na
    first_at: datetime.datetime | None = None
    received_at: datetime.datetime | None = None
    asked: bool = False  # More time was asked for, and the city has not answered.
    correcting: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody can look at it: its month has begun."""
        return self.due.period <= clock.today()

    @property
    def submitted(self) -> bool:
        """Whether the county has nothing left to do: handed in, and neither sent back nor unlocked."""
        return self.submission is not None and self.submission.is_frozen and not self.correcting

    @property
    def checked(self) -> bool:
        """Whether it waits for the lead."""
        return self.submission is not None and self.submission.state == CHECKED

    @property
    def in_time(self) -> bool:
        """Whether the first submission came by the deadline, or by the day that the city granted."""
        return self.first_at is not None and self.first_at <= self.closes_at

    @property
    def closes_at(self) -> datetime.datetime:
        """Until when it counts as on time."""
        return self.due.closes_at

    @property
    def deadline_passed(self) -> bool:
        return self.closes_at < clock.now()

    @property
    def mark(self) -> str:
        """The class of the mark beside the word."""
        return {"ok": "ok st-done", "go": "go st-half", "warn": "warn", "bad": "bad st-stop"}.get(self.tone, "idle")


def state_of(
    due: Due,
    submission: Submission | None,
    now: datetime.datetime,
    *,
    first_at: datetime.datetime | None = None,
    received_at: datetime.datetime | None = None,
    asked: bool = False,
    correcting: str = "",
    begun: bool = False,
) -> DueState:
    """The word for a return: 退回, 更正, 按时, 迟 2 天, 已报, 展期, 缺报, 核对中, 草稿 or 未到. Pure.

    ``first_at``: when it was submitted first, the latest revision's own hour unless told. ``correcting``: what the open revision corrects.
    ``begun``: somebody has begun to answer what the checks found.
    """
    if submission is not None and submission.submitted_at:
        first_at = first_at or submission.submitted_at
    if submission is not None and submission.state in CORRECTED:
        correcting = submission.state
    word, tone = _word(due, submission, now, first_at, correcting, begun)
    return DueState(due, submission, word, tone, first_at, received_at, asked, correcting)


def _word(
    due: Due, submission: Submission | None, now: datetime.datetime, first_at: datetime.datetime | None, correcting: str, begun: bool
) -> tuple[str, str]:
    if correcting == RETURNED:
        return "退回", "bad"
    if correcting == UNLOCKED:
        return "更正", "go"
    if first_at is not None:
        if first_at > due.closes_at:
            return f"迟 {days_late(first_at, due.closes_at)} 天", "warn"
        return "按时" if now > due.closes_at else "已报", "ok"
    if now > due.closes_at:
        return "缺报", "bad"
    if now > due.deadline_at:
        return "展期", "go"
    if submission is None:
        return "未到", "na"
    return ("核对中", "go") if begun or submission.state == CHECKED else ("草稿", "idle")


def days_late(at: datetime.datetime, closes_at: datetime.datetime) -> int:
    """How many calendar days after the last one it came; the same day, after the hour, is one."""
    return max((timezone.localtime(at).date() - timezone.localtime(closes_at).date()).days, 1)


def due_states(
    staff: Staff, periods: Iterable[datetime.date] | None = None, *, group: tuple[str, ...] = MONTHLY, **narrowed
) -> list[DueState]:
    """Every return of the group this member of staff may see for these periods, with its latest revision; two queries, nothing sealed."""
    dues = Due.objects.visible_to(staff).filter(form__in=group, **narrowed).select_related("county")
    if periods is not None:
        dues = dues.filter(period__in=list(periods))
    asked = Extension.objects.visible_to(staff).filter(due=OuterRef("pk"), state=ASKED)
    answers = CheckAnswer.objects.visible_to(staff).filter(
        due__county=OuterRef("county"), due__period=OuterRef("period"), due__form__in=group
    )
    dues = dues.annotate(
        first_at=Min("submissions__submitted_at"),
        received_at=Min("submissions__received_at"),
        is_asked=Exists(asked),
        is_begun=Exists(answers),
    )
    dues = list(dues.order_by("period", "county__code", "form"))
    before = Submission.objects.visible_to(staff).filter(due=OuterRef("due"), revision__lt=OuterRef("revision")).order_by("-revision")
    kept = Submission.objects.visible_to(staff).select_related("submitted_by", "prepared_by")
    kept = kept.annotate(corrects=Subquery(before.values("state")[:1]))
    latest, now = kept.latest_of([due.pk for due in dues]), clock.now()
    sent = {(due.county_id, due.period) for due in dues if due.first_at}
    return [_of(due, latest.get(due.pk), now, begun=due.is_begun and (due.county_id, due.period) not in sent) for due in dues]


def _of(due: Due, submission: Submission | None, now: datetime.datetime, *, begun: bool) -> DueState:
    """The state of a due as ``due_states`` asked for it, its submission with what it corrects."""
    correcting = submission.corrects or "" if submission is not None and submission.state in OPEN else ""
    told = {
        "first_at": due.first_at,
        "received_at": due.received_at,
        "asked": due.is_asked,
        "correcting": correcting,
        "begun": begun,
    }
    return state_of(due, submission, now, **told)


def days_left(deadline: datetime.datetime) -> int:
    """Whole calendar days from today to the deadline's day; negative once it lies behind."""
    return (timezone.localtime(deadline).date() - clock.today()).days


def months_around(day: datetime.date, before: int, after: int) -> list[datetime.date]:
    """The first days of the months around a day, oldest first."""
    number = day.year * 12 + day.month - 1
    return [datetime.date(month // 12, month % 12 + 1, 1) for month in range(number - before, number + after + 1)]
