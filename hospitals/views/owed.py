"""住院欠费: how long what is owed has been owed, by hospital; the list behind each figure; both as a workbook."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from hospitals.owed_list import PAGE, RELATED, OwedFilter, owed_by, page_of
from hospitals.owed_workbook import owed_workbook
from hospitals.owing import BUCKETS, ageing
from ledger import clock
from ledger.actions.trail import record
from ledger.forms import asked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def owed(request: HttpRequest) -> HttpResponse:
    """The ageing of all that is owed in reach, and below it the list, narrowed by hospital, time and lateness."""
    staff, today = request.user, clock.today()
    form = OwedFilter(request.GET, staff=staff)
    everybody = owed_by(staff)
    lines, whole = ageing(everybody, today)
    page, more = page_of(form.narrow(everybody), asked(request, "after"))
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "owed", "filters": form.used(), "rows": len(page)})
    filters = request.GET.copy()
    filters.pop("after", None)
    rows = [{"row": row, "days": (today - row.stay.discharged_on).days} for row in page]
    context = {
        "form": form, "lines": lines, "whole": whole, "buckets": [(code, words) for code, words, *_ in BUCKETS], "rows": rows,
        "more": more, "first": not asked(request, "after"), "filters": filters.urlencode(), "used": form.used(), "page_size": PAGE,
        "today": today,
    }  # fmt: skip
    return render(request, "hospitals/owed.html", context)


def owed_sheet(request: HttpRequest) -> HttpResponse:
    """The same as a workbook: the ageing and everybody behind it."""
    staff, today = request.user, clock.today()
    everybody = owed_by(staff)
    lines, whole = ageing(everybody, today)
    rows = list(everybody.select_related(*RELATED).order_by("stay__hospital__code", "stay__discharged_on", "pk"))
    record("exported", by=staff, county=staff.area.county, detail={"what": "住院欠费账龄", "rows": len(rows)})
    content = owed_workbook(lines, whole, rows, unit=staff.unit_on(today), day=today)
    headers = {"Content-Disposition": content_disposition_header(True, f"住院欠费账龄-{staff.area.name}-{today}.xlsx")}
    return HttpResponse(content, content_type=XLSX, headers=headers)
