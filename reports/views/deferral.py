"""F6 on the screen: a county's table by period, on its way from draft to submitted; the city's of all counties; both as Excel."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Person, Role, Staff
from ledger.money import grouped
from ledger.protection import mask_phone
from reports.cells import F6_FIGURES, F6_KEYS, OWN
from reports.deferral_returns import Months, deferral_city_workbook, deferral_consolidated, deferral_workbook, months_of
from reports.forms.f6 import headings, month_of
from reports.models import DEFERRAL, Form
from reports.views.bar import bar_of
from reports.views.downloads import as_file
from reports.views.due_states import due_states, months_around
from reports.views.kinds import STAYS
from reports.views.month import why_nothing_is_due
from reports.views.months import waiting_at_the_city
from reports.views.reach import county_in_reach
from reports.views.return_frame import return_frame
from reports.views.return_page import Bound, Remarked, read_return

NAME = "先诊疗后付费月报"
F6 = Form.F6.value
NAV = "reports:months"


def periods(request: HttpRequest) -> HttpResponse:
    """A county's periods; for the city, one period's counties."""
    request.nav_name = NAV
    staff = request.user
    ahead = months_around(clock.today(), 0, 1)[-1]
    states = [state for state in due_states(staff, group=DEFERRAL) if state.due.period <= ahead]
    if staff.role != Role.CITY:
        context = {"states": states[::-1], "county": staff.area, "tab": "f6"}
        return render(request, "reports/f6_periods.html", context)
    open_ones = sorted({state.due.period for state in states if state.is_open}, reverse=True)
    asked = request.GET.get("period", "")
    chosen = next((period for period in open_ones if f"{period:%Y-%m}" == asked), _last_over(open_ones))
    shown = [state for state in states if state.due.period == chosen]
    context = {
        "periods": open_ones, "chosen": chosen, "states": shown, "sent": sum(state.submitted for state in shown), "tab": "f6",
        "kind": STAYS, **waiting_at_the_city(shown),
    }  # fmt: skip
    return render(request, "reports/f6_periods_city.html", context)


def _last_over(open_ones: list[datetime.date]) -> datetime.date | None:
    """The latest month that is over, which counties are handing in; else the latest."""
    this = clock.today().replace(day=1)
    return next((period for period in open_ones if period < this), open_ones[0] if open_ones else None)


def table_of(staff: Staff, payloads: list[dict], marks: dict[str, Remarked] | None = None) -> list[dict]:
    """The rows as the page prints them; a name leads to the person where this reader may open them. One query.

    ``marks``: the city's remarks on the cells of the one county that is shown.
    """
    ids = {row["person"] for payload in payloads for row in payload["rows"]}
    open_to = set(Person.objects.visible_to(staff).filter(pk__in=ids).values_list("pk", flat=True))
    marks = marks or {}
    return [
        {
            "marks": {key: marks.get(f"{OWN}|{key}") for key in F6_FIGURES},
            "code": payload["county"]["code"], "name": payload["county"]["name"], "served": payload["served"],
            "violations": payload["violations"], "lines": max(len(payload["rows"]), 1),
            "rows": [
                {
                    **row, "amount": grouped(row["amount_fen"]), "opens": row["person"] if row["person"] in open_to else None,
                    "marks": {key: marks.get(f"{number}|{key}") for key in F6_KEYS},
                }
                for number, row in enumerate(payload["rows"], start=1)
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
    return draw_deferral(request, county_in_reach(request.user, code), period)


def draw_deferral(request: HttpRequest, county: Division, period: datetime.date, bound: Bound | None = None) -> HttpResponse:
    """The page; ``bound`` is what was sent from it and refused."""
    request.nav_name = NAV
    months = months_of(county, period)
    try:
        page = read_return(request.user, STAYS, county, period, bound)
    except Refused as refused:
        context = {"kind": STAYS, "county": county, "period": period, "refusal": refused.message}
        return render(request, "reports/f6.html", context, status=422)
    payload = page.returns[F6].payload
    _note(request, county, months, len(payload["rows"]))
    context = return_frame(page, "f6") | {
        "form": payload, "rows": table_of(request.user, [payload], page.marks(F6)), "headings": headings(months.first, months.last),
        "phone": mask_phone(payload["phone"]), "bar": bar_of(page, why_nothing_is_due(page)), "bound": list((bound or {}).values()),
    }  # fmt: skip
    return render(request, "reports/f6.html", context, status=422 if bound else 200)


def city_table(request: HttpRequest, period: datetime.date) -> HttpResponse:
    """All counties of a period on one table."""
    request.nav_name = NAV
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
