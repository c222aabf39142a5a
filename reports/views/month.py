"""The month's page: F1 with every figure open, what to check before submitting, and the way to the city."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from ledger.protection import mask_phone
from ledger.templatetags.ledger_page import moment
from reports.actions import rebuild_drafts, submit
from reports.forms.payload import policy_notes
from reports.models import MONTHLY, DueRule
from reports.returns import Return, county_returns
from reports.views.checks import Check, run_checks
from reports.views.due_states import DueState, days_left, due_states, months_around
from reports.views.f1_table import group_ids, print_table
from reports.views.reach import county_in_reach, short_unit
from reports.views.steps import Step, month_steps


@dataclass(frozen=True)
class Bar:
    """The foot of the page: where the return stands, what keeps it from being submitted, and by whom."""

    steps: list[Step]
    why: str
    hint: str
    tone: str
    may_submit: bool
    open_forms: list[str]


def months(request: HttpRequest) -> HttpResponse:
    """A county's periods; for the city, one period's counties and how many of each period have submitted."""
    staff, today = request.user, clock.today()
    ahead = months_around(today, 0, 1)[-1]
    states = [state for state in due_states(staff) if state.due.period <= ahead]
    if staff.role == Role.CITY:
        return _city_months(request, states)
    periods: dict[datetime.date, dict[str, DueState]] = {}
    for state in reversed(states):
        periods.setdefault(state.due.period, {})[state.due.form] = state
    rows = [_month_row(forms) for forms in periods.values()]
    context = {"rows": rows, "county": staff.area, "forms": MONTHLY}
    return render(request, "reports/months_county.html", context)


def _month_row(states: dict[str, DueState]) -> tuple[DueState, list[DueState | None]]:
    """Any state of a county's month, for its dates, and the states in the forms' order."""
    return next(iter(states.values())), [states.get(form) for form in MONTHLY]


def _city_months(request: HttpRequest, states: list[DueState]) -> HttpResponse:
    periods = sorted({state.due.period for state in states if state.is_open}, reverse=True)
    asked = request.GET.get("period", "")
    chosen = next((period for period in periods if f"{period:%Y-%m}" == asked), periods[0] if periods else None)
    rows: dict[str, dict[str, DueState]] = {}
    for state in states:
        if state.due.period == chosen:
            rows.setdefault(state.due.county.code, {})[state.due.form] = state
    context = {"periods": periods, "chosen": chosen, "rows": [_month_row(forms) for forms in rows.values()], "forms": MONTHLY}
    return render(request, "reports/months_city.html", context)


def month(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """F1 of a county's month, its checks and its bar."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    try:
        returns = county_returns(county, period)
    except Refused as refused:
        context = {"county": county, "period": period, "refusal": refused.message}
        return render(request, "reports/month.html", context, status=422)
    context = month_frame(request.user, county, period, returns, "f1")
    payload = returns["F1"].payload
    groups = group_ids(row["name"] for row in payload["rows"])

    def opens(group: str, figure: str) -> str:
        return reverse("reports:people", args=[period, county.code, group, figure])

    table = print_table(payload["rows"], payload["total"], payload["neither"], payload["notes"], groups, opens)
    checks = run_checks(request.user, county, period, {form: found.payload for form, found in returns.items()})
    context |= {
        "table": table,
        "form": payload,
        "phone": mask_phone(payload["phone"]),
        "checks": [check for check in checks if check.tone != "ok"],
        "passed": [check for check in checks if check.tone == "ok"],
        "count": len(checks),
        "policy_notes": policy_notes(payload["diseases"]),
        "city_unit": short_unit(county.parent),
        "next_person": next((pk for check in checks if check.tone != "ok" for _, pk in check.people if pk), None),
        "bar": _bar(request.user, county, period, context["states"], checks),
    }
    return render(request, "reports/month.html", context)


def month_frame(staff: Staff, county: Division, period: datetime.date, returns: dict[str, Return], tab: str) -> dict:
    """What the month's three pages share: title, state, tabs with their numbers of rows."""
    states = {state.due.form: state for state in due_states(staff, [period], county=county)}
    return {
        "county": county,
        "period": period,
        "tab": tab,
        "states": states,
        "state_line": _state_line(returns) if states else "没有应报的报表，以下按现在的台账计算",
        "state_tags": _state_tags(states),
        "counts": {"f2": len(returns["F2"].payload["rows"]), "roster": len(returns["F1"].payload["roster"])},
        "hashes": {form: found.submission.rows_hash for form, found in returns.items() if found.submission},
        "is_city": staff.role == Role.CITY,
        "may_rebuild": staff.role != Role.CITY and any(not state.submitted for state in states.values()),
    }


def _state_tags(states: dict[str, DueState]) -> list[tuple[str, str]]:
    """已报, or one word a form where they differ."""
    words = {(state.word, state.tone if state.tone != "na" else "idle") for state in states.values()}
    if len(words) == 1:
        return list(words)
    return [(f"{form} {state.word}", state.tone if state.tone != "na" else "idle") for form, state in states.items()]


def _state_line(returns: dict[str, Return]) -> str:
    """What the words beside the title tell: who submitted when, or how old the draft is and what it changed."""
    f1 = returns["F1"].submission
    if f1 is None:
        return "还没有生成草稿，以下按现在的台账计算"
    if f1.is_frozen:
        return f"F1 {timezone.localtime(f1.submitted_at):%m-%d %H:%M} 由{f1.submitted_by.full_name}上报"
    line = f"第 {f1.draft_number} 次草稿，{moment(f1.built_at)} 生成"
    return line + (f"；比第 {f1.draft_number - 1} 次：{'，'.join(f1.changes[:2])}" if f1.changes else "")


def _why_nothing_is_due(county: Division, period: datetime.date) -> str:
    first = DueRule.objects.filter(prefecture=county.parent_id, form__in=MONTHLY).aggregate(first=Min("first_period"))["first"]
    if first and period < first:
        return f"应报从 {first.year} 年 {first.month} 月开始，以前的月份只供查看。"
    return "请市里核对应报规则。"


def _bar(staff: Staff, county: Division, period: datetime.date, states: dict[str, DueState], checks: list[Check]) -> Bar:
    bad, warn = (sum(check.tone == tone for check in checks) for tone in ("bad", "warn"))
    open_states = [state for state in states.values() if not state.submitted]
    drafts = [state for state in open_states if state.submission]
    if not states:
        return Bar([], "这个月没有应报的报表。", _why_nothing_is_due(county, period), "", False, [])
    steps = month_steps(list(states.values()), lead="", remarks="")
    hint = _deadline_hint(next(iter(states.values())))
    if not open_states:
        return Bar(steps, "F1、F2 都已上报。", "已上报的数字不再变动。", "ok", False, [])
    forms = [state.due.form for state in open_states]
    if len(drafts) < len(open_states):
        return Bar(steps, "还没有生成草稿。", hint, "warn", False, forms)
    if bad:
        return Bar(steps, f"还差 {bad} 项须改。", hint, "bad", False, forms)
    why = f"有 {warn} 项提醒，请看过再上报。" if warn else "核对都已通过。"
    if staff.role == Role.CLERK:
        return Bar(steps, why + f"由负责人{lead_names(county)}提交。", hint, "warn" if warn else "", False, forms)
    return Bar(steps, why, hint, "warn" if warn else "ok", staff.role == Role.LEAD, forms)


def lead_names(county: Division) -> str:
    """The county's leads, by name, or nothing where there is none yet."""
    leads = Staff.objects.filter(area=county, role=Role.LEAD, is_active=True).order_by("username")
    return "、".join(leads.values_list("full_name", flat=True)[:2])


def _deadline_hint(state: DueState) -> str:
    local = timezone.localtime(state.due.deadline_at)
    left = days_left(state.due.deadline_at)
    when = f"{local.month} 月 {local.day} 日 {local:%H:%M}"
    if state.deadline_passed:
        return f"已过 {when} 的截止时间，请尽快上报。"
    return f"距 {when} 还有 {left} 天" if left else f"今天 {local:%H:%M} 截止"


def rebuild(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """Bring the drafts up to the ledger as it stands now."""
    county = county_in_reach(request.user, code)
    try:
        rebuild_drafts(county, period, request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "草稿已按现在的台账重新生成。")
    return redirect("reports:month", period, county.code)


def submit_month(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """The lead submits what is still open, as it was seen on the page."""
    county = county_in_reach(request.user, code)
    forms = [form for form in request.POST.getlist("form") if form in MONTHLY]
    seen = {form: request.POST.get(f"seen_{form}", "") for form in forms}
    try:
        submit(by=request.user, county=county, period=period, forms=forms, seen_hash=seen)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{'、'.join(sorted(forms))} 已上报{short_unit(county.parent)}。")
    return redirect("reports:month", period, county.code)
