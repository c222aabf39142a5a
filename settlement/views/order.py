"""冲销与补差: the person-years whose settlements are out of order, for a person to decide and mend step by step."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.actions.trail import record
from ledger.models import Role
from settlement.out_of_order import SHOWN, differing_years, unsettled, work_of

ELSEWHERE = {Role.LIAISON: "其他医院", Role.CITY: "其他市的结算"}


def order(request: HttpRequest) -> HttpResponse:
    years = differing_years(request.user)
    total = years.count()
    shown = list(years.select_related("person__county", "area").order_by("-year", "pk")[:SHOWN])
    record("viewed_list", by=request.user, county=request.user.area.county, detail={"list": "out-of-order", "rows": len(shown)})
    context = {
        "rest": max(total - SHOWN, 0), "works": work_of(request.user, shown), "unsettled": unsettled(request.user),
        "own": request.user.role == Role.LIAISON, "elsewhere": ELSEWHERE.get(request.user.role, "其他县（区）的结算"),
    }  # fmt: skip
    return render(request, "settlement/order.html", context)
