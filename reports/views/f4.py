"""F4 on the screen: a county's receipt of its contacts by period, on its way from draft to the city; for the city one period's counties."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role
from ledger.protection import mask_phone
from reports.cells import sheets
from reports.contact_returns import contact_return
from reports.models import CONTACTS, Form
from reports.views.bar import bar_of
from reports.views.downloads import as_file
from reports.views.due_states import due_states, months_around
from reports.views.kinds import PEOPLE
from reports.views.month import why_nothing_is_due
from reports.views.months import waiting_at_the_city
from reports.views.reach import county_in_reach
from reports.views.return_frame import return_frame
from reports.views.return_page import Bound, read_return
from reports.workbook.f4_sheet import f4_workbook

F4 = Form.F4.value
NAV = "reports:months"


def periods(request: HttpRequest) -> HttpResponse:
    """A county's periods; for the city, one period's counties."""
    request.nav_name = NAV
    staff = request.user
    ahead = months_around(clock.today(), 0, 1)[-1]
    states = [state for state in due_states(staff, group=CONTACTS) if state.due.covers_from <= ahead]
    if staff.role != Role.CITY:
        return render(request, "reports/f4_periods.html", {"states": states[::-1], "county": staff.area, "tab": "f4"})
    found = sorted({state.due.period for state in states}, reverse=True)
    asked = request.GET.get("period", "")
    chosen = next((period for period in found if f"{period:%Y-%m}" == asked), found[0] if found else None)
    shown = [state for state in states if state.due.period == chosen]
    context = {"periods": found, "chosen": chosen, "states": shown, "tab": "f4", "kind": PEOPLE, **waiting_at_the_city(shown)}
    return render(request, "reports/f4_periods_city.html", context)


def receipt(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """A county's receipt of a period, with the way to the city."""
    return draw_contacts(request, county_in_reach(request.user, code), period)


def draw_contacts(request: HttpRequest, county: Division, period: datetime.date, bound: Bound | None = None) -> HttpResponse:
    """The page; ``bound`` is what was sent from it and refused. The contacts are officials: their numbers are masked all the same."""
    request.nav_name = NAV
    try:
        page = read_return(request.user, PEOPLE, county, period, bound)
    except Refused as refused:
        context = {"kind": PEOPLE, "county": county, "period": period, "refusal": refused.message}
        return render(request, "reports/f4.html", context, status=422)
    payload = page.returns[F4].payload
    (sheet,), marks = sheets(payload), page.marks(F4)
    record("viewed_list", by=request.user, county=county, detail={"form": F4, "period": f"{period:%Y-%m}", "what": "专职联系人回执"})
    context = return_frame(page, "f4") | {
        "form": payload, "headings": sheet.headings, "lines": [[(cell, marks.get(cell.place)) for cell in line.cells] for line in sheet.lines],
        "phone": mask_phone(payload["phone"]), "bar": bar_of(page, why_nothing_is_due(page)), "bound": list((bound or {}).values()),
    }  # fmt: skip
    return render(request, "reports/f4.html", context, status=422 if bound else 200)


def receipt_file(request: HttpRequest, period: datetime.date, code: str) -> HttpResponse:
    """The receipt as Excel, with full numbers, so that the download is on the trail."""
    county = county_in_reach(request.user, code)
    try:
        payload = contact_return(county, period).payload
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:f4-periods")
    record("exported", by=request.user, subject=county, county=county, detail={"what": PEOPLE.name, "period": f"{period:%Y-%m}"})
    return as_file(f4_workbook(payload), f"{county.name}{period.year}年{period.month}月大病专项救治专职联系人回执.xlsx")
