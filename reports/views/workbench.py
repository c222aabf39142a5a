"""工作台: one address, a page for each role, built from what waits for whoever signs in."""

import datetime
from collections.abc import Callable, Mapping

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from hospitals.models import Consultation, Stay
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, AuditSeal, Case, Division, Role, Staff
from ledger.trail_words import action_words
from ledger.views.trail import trail_of
from reports.charts import percent, progress_bars
from reports.forms.coverage import printed_groups
from reports.forms.f1 import f1_figures
from reports.models import MONTHLY, ReturnEvent
from reports.returns import county_returns
from reports.submission_moves import DRAFT
from reports.views.bar import lead_names
from reports.views.checks import Check, run_checks
from reports.views.due_states import DueState, days_left
from reports.views.given_back import given_back_to, reasons_of
from reports.views.overview import overview
from reports.views.reach import short_unit
from reports.views.return_work import all_states, bureau_returns
from reports.views.steps import month_steps
from reports.work import (
    Work,
    case_counts,
    case_list,
    keeper_facts,
    left_work,
    listed_work,
    newest_events,
    statement_work,
    waiting_elsewhere,
)

SHOWN = 8


def workbench(request: HttpRequest) -> HttpResponse:
    """The page of the role."""
    return PAGES[request.user.role](request)


def glance(county: Division, on: datetime.date) -> dict:
    """A county's F1 on a day as bars and four figures; a sentence where nothing can be counted."""
    try:
        groups = printed_groups(county, on)
        table = f1_figures([county.pk], on, [group.pk for group in groups])[county.pk]
    except Refused as refused:
        return {"refusal": refused.message}
    rows = [(group.name, *(table.rows[group.pk][key] for key in ("total", "treated", "quarter"))) for group in groups]
    return {"bars": progress_bars(rows), "total": table.total, "share": percent(table.total["treated"], table.total["total"], 1)}


def _bureau(request: HttpRequest) -> HttpResponse:
    staff, today = request.user, clock.today()
    period = today.replace(day=1)
    owed = all_states(staff)
    states = [state for state in owed if state.due.period == period and state.due.form in MONTHLY]
    checks = _open_checks(staff, period, states)
    given = given_back_to(staff, owed)
    month = _month_work(staff, period, states, checks, given)
    work = [*left_work(staff), *listed_work(staff), *month, *bureau_returns(staff, owed, given, but=period)]
    work.sort(key=lambda row: not row.first)
    lead = lead_names(staff.area)
    context = {
        "today": today,
        "period": period,
        "county": staff.area,
        "states": states,
        "all_sent": bool(states) and all(state.submitted for state in states),
        "next_step": _next_step(staff, states),
        "deadline": states[0].due.deadline_at if states else None,
        "left": days_left(states[0].due.deadline_at) if states else None,
        "city_unit": short_unit(staff.area.parent),
        "steps": month_steps(states, lead=lead, remarks=f"{len(checks)} 项待处理" if checks else "没有待处理项"),
        "work": work,
        "waiting": sum(row.count for row in work),
        "elsewhere": waiting_elsewhere(staff),
        "events": newest_events(staff),
        **glance(staff.area, today),
    }
    return render(request, "reports/workbench_bureau.html", context)


def _next_step(staff: Staff, states: list[DueState]) -> str:
    """What this reader opens the month's page for."""
    if not all(state.submitted or state.checked for state in states):
        return "核对"
    return "提交" if staff.role == Role.LEAD and any(state.checked for state in states) else "查看"


def _open_checks(staff: Staff, period: datetime.date, states: list[DueState]) -> list[Check]:
    """What the month's page would ask for, once there is a draft that nobody has found right."""
    if not states or not any(state.submission and state.submission.state == DRAFT for state in states):
        return []
    if not all(state.submission for state in states):
        return []
    returns = county_returns(staff.area, period)
    found = run_checks(staff, staff.area, period, {form: one.payload for form, one in returns.items()})
    return [check for check in found if check.tone == "bad" or check.wants_answer]


def _month_work(
    staff: Staff, period: datetime.date, states: list[DueState], checks: list[Check], given: Mapping[int, ReturnEvent]
) -> list[Work]:
    """This month's own return, by what is its next step."""
    address = reverse("reports:month", args=[period, staff.area.code])
    rows, mine = [], {state.due.form: given[state.due.pk] for state in states if state.due.pk in given}
    if mine:
        told = f"{'、'.join(mine)}，{period.month} 月。{reasons_of(mine.values())}"
        rows.append(Work(len(mine), "月报被负责人退回", told, address, "去改正", "bad", first=True))
    if back := [state.due.form for state in states if state.correcting and state.due.form not in mine]:
        rows.append(Work(len(back), "月报退回或解锁，要更正", f"{'、'.join(back)}，{period.month} 月", address, "去更正", "bad"))
    if checks:
        rows.append(Work(len(checks), "月报核对项", checks[0].saw.rstrip("："), address, "去处理", "warn"))
    told_of = {*back, *mine}
    drafts = [state.due.form for state in states if state.submission and state.submission.state == DRAFT and state.due.form not in told_of]
    if drafts and not checks:
        rows.append(Work(len(drafts), "月报待核对", f"{'、'.join(drafts)}，{period.month} 月", address, "去核对"))
    ready = [state.due.form for state in states if state.checked]
    if ready and staff.role == Role.LEAD:
        rows.append(Work(len(ready), "月报待提交", f"{'、'.join(ready)}，{period.month} 月", address, "去提交", "warn"))
    return rows


def _township(request: HttpRequest) -> HttpResponse:
    staff = request.user
    counts = case_counts(staff)
    waiting = Case.objects.visible_to(staff).filter(state__in=("found", "registered", "returned")).select_related("person", "disease")
    context = {
        "today": clock.today(),
        "counts": counts,
        "work": listed_work(staff),
        "unverified": list(waiting.order_by("-changed_at", "-pk")[:SHOWN]),
        "events": newest_events(staff),
        "more": case_list(state="registered"),
    }
    return render(request, "reports/workbench_township.html", context)


def _keeper(request: HttpRequest) -> HttpResponse:
    facts = keeper_facts(request.user)
    verified = Count("pk", filter=Q(verified_on__gte=clock.today().replace(day=1)))
    done = keeper_facts(request.user, waiting=False).aggregate(month=verified, all=Count("pk"))
    context = {
        "today": clock.today(),
        "number": facts.count(),
        "facts": list(facts[:SHOWN]),
        "done": done,
        "work": [*listed_work(request.user, but="category"), *statement_work(request.user)],
        "events": newest_events(request.user),
    }
    return render(request, "reports/workbench_keeper.html", context)


def _liaison(request: HttpRequest) -> HttpResponse:
    staff = request.user
    counts = case_counts(staff)
    stays = Stay.objects.visible_to(staff).filter(discharged_on=None).select_related("case__person", "case__disease")
    coming = Case.objects.worked_on_by(staff).filter(state="planned").select_related("person", "disease").order_by("changed_at", "pk")
    context = {
        "today": clock.today(),
        "counts": counts,
        "work": [*listed_work(staff), *statement_work(staff)],
        "stays": list(stays.order_by("admitted_on", "pk")[:SHOWN]),
        "coming": list(coming[:SHOWN]),
    }
    return render(request, "reports/workbench_liaison.html", context)


def _payer(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "today": today, "county": request.user.area, "events": newest_events(request.user),
        "work": [*listed_work(request.user), *statement_work(request.user)],
        **glance(request.user.area, today),
    }  # fmt: skip
    return render(request, "reports/workbench_payer.html", context)


def _expert(request: HttpRequest) -> HttpResponse:
    """The consultations that wait for this expert."""
    asked = Consultation.objects.visible_to(request.user).open().select_related("case__disease")
    oldest = asked.order_by("asked_at").first()
    work = []
    if oldest:
        late = asked.filter(wanted_by__lt=clock.today()).count()
        told = f"最早一件 {timezone.localtime(oldest.asked_at):%m-%d} 申请" + (f"，{late} 件超过希望日期" if late else "")
        work = [Work(asked.count(), "会诊待答复", told, reverse("hospitals:consultations"), "去答复", "warn" if late else "")]
    return render(
        request, "reports/workbench_expert.html", {"today": clock.today(), "work": work, "waiting": sum(row.count for row in work)}
    )


def _auditor(request: HttpRequest) -> HttpResponse:
    """Today's trail by what was done, within the auditor's prefecture, and how far the seals have come."""
    own = trail_of(request.user.area.prefecture)
    start = timezone.make_aware(datetime.datetime.combine(clock.today(), datetime.time()))
    counted = dict(own.filter(at__gte=start).order_by().values_list("action").annotate(Count("pk")))
    groups = {"登录": ("signed_in",), "查看名单": ("viewed_list",), "查看全号": ("revealed",), "下载": ("exported",)}
    figures = [(words, sum(counted.pop(action, 0) for action in actions)) for words, actions in groups.items()]
    context = {
        "today": clock.today(),
        "figures": [("今天共", sum(counted.values()) + sum(number for _, number in figures)), *figures],
        "newest": [(event, action_words(event.action)) for event in own.select_related("staff").order_by("-id")[:SHOWN]],
        "seal": AuditSeal.objects.order_by("-sequence").first(),
        "sealed": AuditSeal.objects.count(),
        "unsealed": AuditEvent.objects.filter(seal=None).count(),
    }
    return render(request, "reports/workbench_auditor.html", context)


def _operator(request: HttpRequest) -> HttpResponse:
    """How many accounts there are by role in the operator's prefecture; no patient."""
    prefecture = request.user.area.prefecture.pk
    own = Q(area=prefecture) | Q(area__parent=prefecture) | Q(area__parent__parent=prefecture)
    accounts = Staff.objects.filter(own)
    roles = accounts.order_by().values_list("role").annotate(number=Count("pk"), active=Count("pk", filter=Q(is_active=True)))
    told = {role: (number, active) for role, number, active in roles}
    context = {
        "today": clock.today(),
        "roles": [(role.label, *told[role]) for role in Role if role in told],
        "number": sum(number for number, _ in told.values()),
        "active": sum(active for _, active in told.values()),
        "first_password": accounts.filter(is_active=True, must_change_password=True).count(),
    }
    return render(request, "reports/workbench_operator.html", context)


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    Role.CLERK: _bureau,
    Role.LEAD: _bureau,
    Role.CITY: overview,
    Role.TOWNSHIP: _township,
    Role.CIVIL: _keeper,
    Role.POVERTY: _keeper,
    Role.DISABLED: _keeper,
    Role.LIAISON: _liaison,
    Role.INSURANCE: _payer,
    Role.FINANCE: _payer,
    Role.EXPERT: _expert,
    Role.AUDITOR: _auditor,
    Role.OPERATOR: _operator,
}
