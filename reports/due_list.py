"""应报清单: what is due and by when, one line for all counties that owe it, with the reason where the deadline is not the rule's day."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from ledger import clock
from ledger.models import AuditEvent, Division, Holiday, Staff
from ledger.working_days import WEEKDAYS, Calendar
from reports.due_making import DAY, LONGEST_REST, Owed, months_on
from reports.models import Due, Form, Submission

AHEAD_MONTHS = 12
LAST_MOVES = 8
LABELS = dict(Form.choices)


@dataclass(frozen=True)
class Line:
    """One return by form and period, of so many counties that owe it."""

    form: str
    covers_from: datetime.date
    period: datetime.date
    cut_off_on: datetime.date
    ruled_on: datetime.date
    deadline_at: datetime.datetime
    why: str
    owing: int = 0
    sent: int = 0
    extended: int = 0
    late: int = 0
    begun: bool = True

    @property
    def label(self) -> str:
        return LABELS.get(self.form, self.form)

    @property
    def weekday(self) -> str:
        return f"星期{WEEKDAYS[timezone.localtime(self.deadline_at).weekday()]}"

    @property
    def months(self) -> str:
        """数据月份: 2017 年 10 月, or from one month to another."""
        last = f"{self.period.year} 年 {self.period.month} 月"
        if self.covers_from == self.period:
            return last
        if self.covers_from.year == self.period.year:
            return f"{self.period.year} 年 {self.covers_from.month} 月至 {self.period.month} 月"
        return f"{self.covers_from.year} 年 {self.covers_from.month} 月至 {last}"


def why_moved(ruled_on: datetime.date, deadline_on: datetime.date, working: Calendar) -> str:
    """9 月 23 日是星期六，提前到 9 月 22 日; nothing where the deadline is the rule's own day. Pure."""
    if ruled_on == deadline_on:
        return ""
    made_up = "（调休上班）" if deadline_on.weekday() >= 5 else ""
    return (
        f"{ruled_on.month} 月 {ruled_on.day} 日是{working.words_for(ruled_on)}，提前到 {deadline_on.month} 月 {deadline_on.day} 日{made_up}"
    )


def lines_between(staff: Staff, first: datetime.date, last: datetime.date) -> list[Line]:
    """What is due with a deadline between two days within the reader's area, by deadline. Two queries."""
    sent = Submission.objects.visible_to(staff).filter(due=OuterRef("pk"), submitted_at__isnull=False)
    over = Q(extended_until=None, deadline_at__lt=clock.now()) | Q(extended_until__lt=clock.now())
    dues = Due.objects.visible_to(staff).annotate(sent=Exists(sent))
    rows = dues.filter(deadline_at__date__range=(first, last)).order_by("deadline_at", "form", "period")
    rows = rows.values("form", "covers_from", "period", "cut_off_on", "ruled_on", "deadline_at").annotate(
        owing=Count("pk"), sent_ones=Count("pk", filter=Q(sent=True)), extended=Count("pk", filter=Q(extended_until__gt=F("deadline_at"))),
        late=Count("pk", filter=over & Q(sent=False)),
    )  # fmt: skip
    working = Calendar(staff.area.prefecture, first - LONGEST_REST * DAY)
    return [_line(row, working, clock.today()) for row in rows]


def _line(row: dict, working: Calendar, today: datetime.date) -> Line:
    why = why_moved(row["ruled_on"], timezone.localtime(row["deadline_at"]).date(), working)
    return Line(sent=row.pop("sent_ones"), why=why, begun=row["period"] <= today, **row)


def lines_of(form: str, owed: list[Owed], working: Calendar) -> list[Line]:
    """The same of a rule that is not kept yet. Pure."""
    return [Line(form=form, why=why_moved(one.ruled_on, one.deadline_at.date(), working), **vars(one)) for one in owed]


def year_ahead(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """From the first of this month on, a year."""
    first = today.replace(day=1)
    return first, months_on(first, AHEAD_MONTHS + 1) - DAY


def years_known(staff: Staff) -> list[int]:
    """The years in which something is due."""
    return [day.year for day in Due.objects.visible_to(staff).dates("ruled_on", "year")]


def years_without_holidays(prefecture: Division, first: datetime.date, last: datetime.date) -> list[int]:
    """The years of this stretch for which no holiday is listed: their deadlines follow the week alone."""
    wanted = range(first.year, last.year + 1)
    listed = Holiday.objects.filter(prefecture=prefecture, day__year__range=(wanted[0], wanted[-1]))
    there = {day.year for day in listed.dates("day", "year")}
    return [year for year in wanted if year not in there]


def last_moves(prefecture: Division) -> list[dict]:
    """The deadlines that moved last, as the trail tells them, the newest first."""
    rows = AuditEvent.objects.filter(subject_type="division", subject_id=prefecture.pk, action="deadline_moved").order_by("-id")
    return [
        {
            "at": row.at, "form": row.detail["form"], "period": row.detail["period"], "counties": row.detail["counties"],
            "before": datetime.datetime.fromisoformat(row.detail["was_due"]), "after": datetime.datetime.fromisoformat(row.detail["now_due"]),
        }
        for row in rows[:LAST_MOVES]
    ]  # fmt: skip
