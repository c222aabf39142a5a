"""The month's page: F1 with every figure open, what to check before submitting, and the way to the city."""

import datetime

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ledger.actions.refusals import Refused
from ledger.models import Division
from ledger.protection import mask_phone
from reports.forms.payload import policy_notes
from reports.models import DueRule
from reports.views.bar import bar_of
from reports.views.f1_table import group_ids, print_table
from reports.views.kinds import MONTH
from reports.views.reach import county_in_reach
from reports.views.return_frame import return_frame
from reports.views.return_page import Bound, ReturnPage, read_return


def month(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """F1 of a county's month, its checks and its bar."""
    return draw_month(request, county_in_reach(request.user, code), period)


def draw_month(request: HttpRequest, county: Division, period: datetime.date, bound: Bound | None = None) -> HttpResponse:
    """The page; ``bound`` is what was sent from it and refused."""
    request.nav_name = "reports:months"
    try:
        page = read_return(request.user, MONTH, county, period, bound)
    except Refused as refused:
        context = {"county": county, "period": period, "refusal": refused.message}
        return render(request, "reports/month.html", context, status=422)
    payload = page.returns["F1"].payload

    def opens(group: str, figure: str) -> str:
        return reverse("reports:people", args=[period, county.code, group, figure])

    groups = group_ids(row["name"] for row in payload["rows"])
    marks = page.marks("F1")
    context = month_frame(page, "f1") | {
        "table": print_table(payload["rows"], payload["total"], payload["neither"], payload["notes"], groups, opens, marks),
        "form": payload,
        "phone": mask_phone(payload["phone"]),
        "policy_notes": policy_notes(payload["diseases"]),
        "bar": bar_of(page, why_nothing_is_due(page)),
        "bound": list((bound or {}).values()),
    }
    return render(request, "reports/month.html", context, status=422 if bound else 200)


def month_frame(page: ReturnPage, tab: str) -> dict:
    """What the month's pages share: title, state, tabs with their numbers of rows."""
    counts = {"f2": len(page.returns["F2"].payload["rows"]), "roster": len(page.returns["F1"].payload["roster"])}
    return return_frame(page, tab) | {"counts": counts}


def why_nothing_is_due(page: ReturnPage) -> str:
    """Why no return of this period is owed, where that is known."""
    if page.states:
        return ""
    rules = DueRule.objects.filter(prefecture=page.county.parent_id, form__in=page.kind.forms)
    first = rules.aggregate(first=Min("first_period"))["first"]
    if first and page.period < first:
        return f"应报从 {first.year} 年 {first.month} 月开始，以前的月份只供查看。"
    return "请市里核对应报规则。"
