"""F6 on the screen: a county's table by period, on its way from draft to submitted; the city's of all counties; both as Excel."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Person, Role, Staff
from ledger.money import grouped
from ledger.protection import mask_phone
from ledger.templatetags.ledger_page import moment
from reports.actions import rebuild_drafts, submit
from reports.deferral_returns import (
    Months,
    deferral_city_workbook,
    deferral_consolidated,
    deferral_return,
    deferral_workbook,
    months_of,
)
from reports.forms.f6 import headings, month_of
from reports.models import DEFERRAL, Form
from reports.returns import Return
from reports.views.downloads import as_file
from reports.views.due_states import DueState, due_states, months_around
from reports.views.month import lead_names
from reports.views.reach import county_in_reach, short_unit
from reports.work import Work

NAME = "先诊疗后付费月报"
F6 = Form.F6.value


def periods(request: HttpRequest) -> HttpResponse:
    """A county's periods; for the city, one period's counties."""
    staff = request.user
    ahead = months_around(clock.today(), 0, 1)[-1]
    states = [state for state in due_states(staff, group=DEFERRAL) if state.due.period <= ahead]
    if staff.role != Role.CITY:
        context = {"states": states[::-1], "county": staff.area}
        return render(request, "reports/f6_periods.html", context)
    open_ones = sorted({state.due.period for state in states if state.is_open}, reverse=True)
    asked = request.GET.get("period", "")
    chosen = next((period for period in open_ones if f"{period:%Y-%m}" == asked), _last_over(open_ones))
    shown = [state for state in states if state.due.period == chosen]
    context = {"periods": open_ones, "chosen": chosen, "states": shown, "sent": sum(state.submitted for state in shown)}
    return render(request, "reports/f6_periods_city.html", context)


def _last_over(open_ones: list[datetime.date]) -> datetime.date | None:
    """The latest month that is over, which counties are handing in; else the latest."""
    this = clock.today().replace(day=1)
    return next((period for period in open_ones if period < this), open_ones[0] if open_ones else None)


def table_of(staff: Staff, payloads: list[dict]) -> list[dict]:
    """The rows as the page prints them; a name leads to the person where this reader may open them. One query."""
    ids = {row["person"] for payload in payloads for row in payload["rows"]}
    open_to = set(Person.objects.visible_to(staff).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        {
            "code": payload["county"]["code"], "name": payload["county"]["name"], "served": payload["served"],
            "violations": payload["violations"], "lines": max(len(payload["rows"]), 1),
            "rows": [
                {**row, "amount": grouped(row["amount_fen"]), "opens": row["person"] if row["person"] in open_to else None}
                for row in payload["rows"]
            ],
        }
        for payload in payloads
    ]  # fmt: skip


def _note(request: HttpRequest, county: Division | None, months: Months, rows: int) -> None:
    """Names are shown: a row on the trail at each opening."""
    told = {"form": F6, "period": f"{months.last:%Y-%m}", "what": "未落实先诊疗后付费名单", "people": rows}
    record("viewed_list", by=request.user, county=county, detail=told)


def table(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """A county's F6 of a period, with the way to the city."""
    request.nav_name = "reports:f6-periods"
    county = county_in_reach(request.user, code)
    months = months_of(county, period)
    try:
        found = deferral_return(county, months)
    except Refused as refused:
        context = {"county": county, "period": period, "refusal": refused.message}
        return render(request, "reports/f6.html", context, status=422)
    state = next(iter(due_states(request.user, [period], group=DEFERRAL, county=county)), None)
    payload = found.payload
    _note(request, county, months, len(payload["rows"]))
    context = {
        "county": county, "period": period, "form": payload, "rows": table_of(request.user, [payload]), "state": state,
        "headings": headings(months.first, months.last), "phone": mask_phone(payload["phone"]), "state_line": _state_line(found),
        "submission": found.submission, "city_unit": short_unit(county.parent), "is_city": request.user.role == Role.CITY,
        "bar": _bar(request.user, county, state),
    }  # fmt: skip
    return render(request, "reports/f6.html", context)


def _state_line(found: Return) -> str:
    kept = found.submission
    if kept is None:
        return "还没有生成草稿，以下按现在的台账计算"
    if kept.is_frozen:
        return f"{timezone.localtime(kept.submitted_at):%Y-%m-%d %H:%M} 由{kept.submitted_by.full_name}上报"
    line = f"第 {kept.draft_number} 次草稿，{moment(kept.built_at)} 生成"
    return line + (f"；比第 {kept.draft_number - 1} 次：{'，'.join(kept.changes[:2])}" if kept.changes else "")


def _bar(staff: Staff, county: Division, state: DueState | None) -> dict:
    """Where the return stands, what keeps it from being submitted, and by whom."""
    if state is None:
        return {"why": "这个月没有应报的表，以上按台账计算，只供查看。", "hint": "请市里核对应报规则。"}
    local = timezone.localtime(state.due.deadline_at)
    when = f"{local:%Y-%m-%d %H:%M} 截止"
    if state.submitted:
        return {"why": "已上报。", "hint": "已上报的内容不再变动。", "tone": "ok"}
    late = {"hint": f"已过 {when}的时间，请尽快上报。" if state.deadline_passed else when}
    if state.due.cut_off_on >= clock.today():
        return {"why": f"{state.due.period.month} 月还没有过完，月底以后上报。", "hint": when, "may_rebuild": True}
    if state.submission is None:
        return {"why": "还没有生成草稿。", **late, "tone": "warn", "may_rebuild": True, "first": True}
    if staff.role != Role.LEAD:
        return {"why": f"请核对，由负责人{lead_names(county)}提交。", **late, "tone": "warn", "may_rebuild": True}
    return {"why": "请看过每一条再提交。", **late, "tone": "warn", "may_rebuild": True, "may_submit": True}


def deferral_work(staff: Staff) -> list[Work]:
    """The bureau's returns of months that are over and not submitted: one row, leading to the oldest."""
    this = clock.today().replace(day=1)
    owed = [state for state in due_states(staff, group=DEFERRAL, period__lt=this) if not state.submitted]
    if not owed:
        return []
    lead = staff.role == Role.LEAD
    when = timezone.localtime(owed[0].due.deadline_at)
    told = f"{'、'.join(f'{state.due.period.month} 月' for state in owed)}，{when:%m-%d %H:%M} {'已过截止时间' if owed[0].deadline_passed else '截止'}"
    address = reverse("reports:f6", args=[owed[0].due.period, staff.area.code])
    tone = "bad" if owed[0].deadline_passed else "warn"
    words, verb = ("先诊疗后付费月报待提交", "去提交") if lead else ("先诊疗后付费月报待核对", "去核对")
    return [Work(len(owed), words, told, address, verb, tone)]


def city_table(request: HttpRequest, period: datetime.date) -> HttpResponse:
    """All counties of a period on one table."""
    request.nav_name = "reports:f6-periods"
    prefecture = request.user.area
    try:
        months = _months_of_city(prefecture, period)
        whole = deferral_consolidated(prefecture, months)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:f6-periods")
    _note(request, None, months, whole["violations"])
    context = {
        "period": period, "whole": whole, "headings": headings(month_of(whole["covers_from"]), month_of(whole["period"])),
        "rows": table_of(request.user, whole["counties"]),
    }  # fmt: skip
    return render(request, "reports/f6_city.html", context)


def _months_of_city(prefecture: Division, period: datetime.date) -> Months:
    """Its counties owe by one rule, so that the first of them tells the months of all."""
    county = Division.objects.counties_of(prefecture).first()
    return months_of(county, period) if county else Months(period, period)


def rebuild(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """Bring the draft up to the ledger as it stands now."""
    county = county_in_reach(request.user, code)
    try:
        rebuild_drafts(county, period, request.user, group=DEFERRAL)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "草稿已按现在的台账重新生成。")
    return redirect("reports:f6", period, county.code)


def hand_in(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """The lead submits what was looked at."""
    county = county_in_reach(request.user, code)
    try:
        submit(by=request.user, county=county, period=period, forms=[F6], seen_hash={F6: request.POST.get("seen", "")})
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{NAME}已上报{short_unit(county.parent)}。")
    return redirect("reports:f6", period, county.code)


def county_file(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """A county's F6 as Excel."""
    county = county_in_reach(request.user, code)
    try:
        content = deferral_workbook(county, months_of(county, period))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:f6-periods")
    record("exported", by=request.user, subject=county, county=county, detail={"what": NAME, "period": f"{period:%Y-%m}"})
    return as_file(content, f"{county.name}{period.year}年{period.month}月未落实先诊疗后付费情况汇总表.xlsx")


def city_file(request: HttpRequest, period: datetime.date) -> HttpResponse:
    """The city's F6 of all counties as Excel."""
    prefecture = request.user.area
    try:
        content = deferral_city_workbook(prefecture, _months_of_city(prefecture, period))
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:f6-periods")
    record("exported", by=request.user, subject=prefecture, detail={"what": f"全市{NAME}", "period": f"{period:%Y-%m}"})
    return as_file(content, f"{prefecture.name}{period.year}年{period.month}月未落实先诊疗后付费情况汇总表.xlsx")
