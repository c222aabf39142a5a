"""发现一例，建档一例: a disease that the hospital met and the ledger does not have, reported to the patient's county."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.actions.people import CaseEntry
from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Disease
from settlement.actions.finding import FOUND_HOW, report_found_case
from settlement.bill_forms import FoundCaseForm
from settlement.desk import Desk
from settlement.drafts import Draft, with_draft


@with_draft
def found_case(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The form, and the case standing as 已发现 at the county afterwards."""
    desk = Desk.of(request.user, draft)
    known = {case.disease_id for case in desk.cases}
    choices = [("", "请选择"), *((row.code, str(row)) for row in Disease.objects.all() if row.pk not in known)]
    initial = {"disease": request.GET.get("disease", ""), "found_on": _admission(draft), "diagnosis_hospital": desk.hospital.name}
    form = FoundCaseForm(posted(request), choices=choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        data["disease"] = Disease.objects.select_related("group").get(code=data["disease"])
        entry = CaseEntry(**data, found_how=FOUND_HOW, found_by_name=request.user.full_name)
        try:
            case = report_found_case(by=request.user, person=desk.person, hospital=desk.hospital, entry=entry)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(
                request,
                f"已报告{desk.person.name}的{case.disease}，状态“已发现”。{case.county.label}卫健部门登记、核实，并定本院为收治医院后，即可结算。",
            )
            return redirect("settlement:preview" if draft.bill else "settlement:bill-of", draft.token)
    return render(request, "settlement/found_case.html", {"form": form, "desk": desk, "draft": draft}, status=422 if form.errors else 200)


def _admission(draft: Draft):
    """A disease found at the window was found on admission."""
    return draft.bill.get("admitted_on") or clock.today().isoformat()
