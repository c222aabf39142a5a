"""The month's files: drawn from its rows, named in Chinese, never cached, and each download on the trail."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from reports.consolidating import city_workbook
from reports.job_kinds import MONTH
from reports.returns import county_workbook
from reports.views.job_offer import offer, takes_long
from reports.views.reach import county_in_reach

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(content: bytes, name: str) -> HttpResponse:
    """A workbook to keep; the browser's cache does not."""
    return HttpResponse(
        content,
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"},
    )


def county_file(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """One county's workbook: F1, its roster, F2."""
    county = county_in_reach(request.user, code)
    try:
        content = county_workbook(county, period)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:months")
    record("exported", by=request.user, subject=county, county=county, detail={"what": "县（区）月报", "period": f"{period:%Y-%m}"})
    return as_file(content, f"{county.name}{period.year}年{period.month}月大病专项救治月报.xlsx")


def city_file(request: HttpRequest, period: datetime.date) -> HttpResponse:
    """The city's consolidated workbook of its own prefecture."""
    prefecture = request.user.area
    if takes_long(prefecture):
        return offer(request, kind=MONTH, terms={"period": f"{period:%Y-%m}"}, ask=reverse("reports:job-ask", args=[period]))
    try:
        content = city_workbook(prefecture, period)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:months")
    record("exported", by=request.user, subject=prefecture, detail={"what": "全市汇总表", "period": f"{period:%Y-%m}"})
    return as_file(content, f"{prefecture.name}{period.year}年{period.month}月大病专项救治汇总表.xlsx")
