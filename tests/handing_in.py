"""A county's return on its straight way to the city, for tests that are about something else: drafted, explained, checked, submitted."""

import datetime
from collections.abc import Iterable

from ledger import clock
from ledger.models import Division, Role, Staff
from reports.actions import check, rebuild_drafts, submit
from reports.checks import run_checks, unanswered
from reports.drafting import group_of
from reports.models import MONTHLY, CheckAnswer, Due, Submission
from reports.returns import county_payloads, payload_of

NIL = "逐村核对过，本期没有。"


def clerk_of(county: Division) -> Staff:
    return Staff.objects.filter(area=county, role=Role.CLERK, is_active=True).order_by("username").first()


def lead_of(county: Division) -> Staff:
    return Staff.objects.filter(area=county, role=Role.LEAD, is_active=True).order_by("username").first()


def explain(county: Division, period: datetime.date, forms: Iterable[str], by: Staff) -> None:
    """An answer beneath every finding that asks for one."""
    kept = Submission.objects.everywhere("a test").filter(due__county=county, due__period=period, due__form__in=group_of(forms))
    payloads = county_payloads(county, period) if group_of(forms) == MONTHLY else {}
    payloads |= {one.due.form: payload_of(one) for one in kept.select_related("due").order_by("revision")}
    due = Due.objects.everywhere("a test").filter(county=county, period=period, form__in=group_of(forms)).order_by("form").first()
    for found in unanswered(run_checks(by, county, period, payloads)):
        told = {"finding": found.finding, "text": "已核对。", "by": by, "at": clock.now()}
        CheckAnswer.objects.everywhere("a test").update_or_create(due=due, code=found.code, defaults=told)


def make_ready(county: Division, period: datetime.date, forms: Iterable[str], *, by: Staff | None = None) -> list[Submission]:
    """Drafted, explained and checked by the county's clerk: the lead may submit it."""
    forms, by = list(forms), by or clerk_of(county)
    rebuild_drafts(county, period, by, group=group_of(forms))
    explain(county, period, forms, by)
    return check(by=by, county=county, period=period, forms=forms, nil_reasons=dict.fromkeys(forms, NIL))


def hand_in(county: Division, period: datetime.date, forms: Iterable[str], *, lead: Staff | None = None) -> list[Submission]:
    """All the way to submitted, by the county's clerk and lead."""
    forms = list(forms)
    make_ready(county, period, forms)
    return submit(by=lead or lead_of(county), county=county, period=period, forms=forms)
