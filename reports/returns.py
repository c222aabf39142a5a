"""What a county's return for a period says now: frozen when submitted, else its draft, else built for this look alone."""

import calendar
import datetime
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, UnitName
from ledger.models.division import UnitKind
from ledger.protection import Sealed
from reports.forms.payload import build
from reports.models import MONTHLY, Due, DueRule, Form, Submission
from reports.submission_moves import STANDING
from reports.workbook.county import county_workbook as draw_county

DEFAULT_DAY = 23


@dataclass(frozen=True)
class Return:
    """One form of a county for a period, and where it comes from."""

    payload: dict
    submission: Submission | None

    @property
    def is_submitted(self) -> bool:
        """Whether the city counts with it: submitted, and not sent back."""
        return self.submission is not None and self.submission.state in STANDING


def first_of(period: str) -> datetime.date:
    """``2017-10`` as the month's first day. Raises ValueError for anything else, and for years before 1900, which are slips."""
    if not re.fullmatch(r"(19|[2-9]\d)\d{2}-\d{2}", period, re.ASCII):
        raise ValueError(f"not a month: {period!r}")
    return datetime.date.fromisoformat(f"{period}-01")


def cut_off(county: Division, period: datetime.date, form: str = Form.F1) -> datetime.date:
    """The cut-off of a period: the rule's day of its month, never a moved deadline; today when that is earlier.

    Raises Refused before the month has begun.
    """
    today = clock.today()
    if period > today:
        raise Refused(f"{period.year} 年 {period.month} 月还没有开始，不能统计。请改选已经开始的月份。")
    due = Due.objects.everywhere("a cut-off names nobody").filter(county=county, period=period, form=form).first()
    if due:
        return min(due.cut_off_on, today)
    rule = DueRule.of(county.parent_id, form, period)
    day = min(rule.day if rule else DEFAULT_DAY, calendar.monthrange(period.year, period.month)[1])
    return min(period.replace(day=day), today)


def payload_of(submission: Submission) -> dict:
    """A kept return's payload, unsealed."""
    kept = submission.payload
    return json.loads(kept.reveal() if isinstance(kept, Sealed) else kept)


def county_returns(county: Division, period: datetime.date, *, standing: bool = False) -> dict[str, Return]:
    """Both forms of a county for a period: the latest revision, which the county works on. Raises NoCoverage, or Refused before the month has begun.

    ``standing``: what the city counts with, the newest revision that was submitted and not sent back; where there is none, the latest.
    """
    dues = Due.objects.everywhere("a county's return, asked by whoever may see the county").filter(county=county, period=period)
    form_of = dict(dues.filter(form__in=MONTHLY).values_list("pk", "form"))
    found = {form_of[due]: kept for due, kept in kept_of(form_of, standing=standing).items()}
    days = {form: cut_off(county, period, form) for form in MONTHLY if form not in found}
    # A look alone tells nothing of earlier months: 补报 belongs to what will be submitted.
    built = {day: build(county, period, day, supplemented=False) for day in set(days.values())}
    return {
        form: Return(payload_of(found[form]), found[form]) if form in found else Return(built[days[form]][form], None) for form in MONTHLY
    }


def kept_of(dues: Iterable[int], *, standing: bool) -> dict[int, Submission]:
    """By the due's id the revision to show, with what it says; the latest, or the one that the city counts with where there is one."""
    dues = list(dues)
    kept = Submission.objects.everywhere("returns of dues that whoever asks may see").select_related("due", "submitted_by", "prepared_by")
    found = kept.standing_of(dues, payload=True) if standing else {}
    return found | kept.latest_of([due for due in dues if due not in found], payload=True)


def county_payloads(county: Division, period: datetime.date) -> dict[str, dict]:
    """The payloads of F1 and F2, by form: frozen if submitted, else the draft, else built at the period's own cut-off."""
    return {form: found.payload for form, found in county_returns(county, period).items()}


def county_workbook(county: Division, period: datetime.date) -> bytes:
    """The county's workbook for a period, drawn from its rows."""
    returns = county_returns(county, period)
    submitted = all(found.is_submitted for found in returns.values())
    return draw_county(returns["F1"].payload, returns["F2"].payload, submitted=submitted)


def health_unit(division: Division, on: datetime.date) -> str:
    """The name of the division's health bureau on a day."""
    return UnitName.on(division, UnitKind.HEALTH, on)


def preview(county: Division, on: datetime.date) -> dict[str, dict]:
    """The payloads as they would be on any day up to today; nothing is kept. Raises NoCoverage, Refused for a later day."""
    if on > clock.today():
        raise Refused(f"{on} 晚于今天，不能预览。请改选今天或更早的日期。", "on")
    return build(county, on.replace(day=1), on, supplemented=False)
