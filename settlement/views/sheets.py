"""The papers handed to the patient: 计算说明 and 结算单. Opening one is on the trail as printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ledger.actions.trail import record
from settlement.models import Settlement
from settlement.sheet import sheet_of


def _paper(request: HttpRequest, pk: int, template: str, what: str) -> HttpResponse:
    related = ("person", "disease", "hospital", "county__parent", "version", "settled_by", "reversal__reversed_by")
    settlement = get_object_or_404(Settlement.objects.visible_to(request.user).select_related(*related), pk=pk)
    request.nav_name = "settlement:records"
    record("printed", by=request.user, subject=settlement, county=settlement.county, detail={"what": what})
    return render(request, template, {"sheet": sheet_of(settlement, by=request.user), "settlement": settlement})


def calculation_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _paper(request, pk, "settlement/calculation_sheet.html", "计算说明")


def settlement_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _paper(request, pk, "settlement/settlement_sheet.html", "结算单")
