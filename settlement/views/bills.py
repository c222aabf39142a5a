"""录入账单: the patient by the whole number, the bill on one form, the result before it counts, and the confirmation."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import posted, whole_number
from ledger.models import Person
from settlement.actions.confirming import confirm_shown
from settlement.actions.settling import SAMPLE_SENTENCE
from settlement.bill_forms import OF_THE_BILL, BillForm, PatientForm, day_typed, initial_of
from settlement.calculation import shown
from settlement.desk import Desk, own_hospital, unsettled_stays, waiting_before, waiting_stays
from settlement.drafts import Draft, entry_of, keep, open_draft, person_of, with_draft
from settlement.entitlement import Entitlement, Visit, entitlement
from settlement.faults import BillRefused, Fault
from settlement.money import to_fen
from settlement.patients import find_patient
from settlement.preparing import Prepared, prepare
from settlement.sheet import sheet_of_preview
from settlement.strip import strip_of

WAITING = 15  # Discharged stays that the first page offers.
STAY_LEADS = "stay"
LIMIT_FOLLOWS = ("disease", "discharged_on")


def found_patient(request: HttpRequest, form: PatientForm) -> Draft | None:
    """A draft for the patient whose number was posted; None with the sentence on the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return open_draft(request, find_patient(by=request.user, id_number=form.cleaned_data["id_number"]))
    except BillRefused as refused:
        form.refuse(refused)
    return None


def bill(request: HttpRequest) -> HttpResponse:
    """Whose bill: by the whole number, or one of the stays here that have ended and are not settled."""
    hospital, stays = own_hospital(request.user), unsettled_stays(request.user)
    form = PatientForm(None if "stay" in request.POST else posted(request))
    if request.method == "POST" and "stay" in request.POST:
        stay = get_object_or_404(stays.select_related("case__person__county"), pk=whole_number(request.POST["stay"]))
        record("benefit_queried", by=request.user, subject=stay.case.person, county=stay.case.person.county)
        draft = open_draft(request, stay.case.person)
        return redirect(f"{reverse('settlement:bill-of', args=[draft.token])}?stay={stay.pk}")
    if draft := found_patient(request, form):
        return redirect("settlement:bill-of", draft.token)
    waiting = list(waiting_stays(request.user)[: WAITING + 1])
    if request.method == "GET":
        record("viewed_list", by=request.user, county=hospital.county, detail={"list": "unsettled", "rows": len(waiting)})
    context = {"form": form, "hospital": hospital, "waiting": waiting[:WAITING], "more": len(waiting) > WAITING}
    return render(request, "settlement/bill.html", context, status=422 if form.errors else 200)


def at_window(request: HttpRequest, person_pk: int) -> HttpResponse:
    """From a patient's own page to the window, without typing the number: a newborn has none."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    own_hospital(request.user)
    record("benefit_queried", by=request.user, subject=person, county=person.county)
    return redirect(
        "settlement:benefit-of" if request.POST.get("to") == "benefit" else "settlement:bill-of", open_draft(request, person).token
    )


@with_draft
def bill_of(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The bill on one form; a changed stay, disease or discharge day asks for the fields anew and fills in what follows from it."""
    desk = Desk.of(request.user, draft)
    if request.method != "POST":
        initial = initial_of(draft.bill) if draft.bill else _first_look(request, desk)
        return _page(request, draft, _form(desk, initial, fills_limit=not draft.bill))
    if request.htmx:
        changed, initial = request.headers.get("HX-Trigger-Name", ""), request.POST.dict()
        if changed == STAY_LEADS:
            initial |= _from_stay(desk, initial.get("stay", ""))
        return _page(request, draft, _form(desk, initial, fills_limit=changed in (STAY_LEADS, *LIMIT_FOLLOWS)))
    form = BillForm(request.POST, desk=desk, found=_entitlement(desk, request.POST))
    if form.is_valid():
        draft.bill = form.bill()
        prepared = prepare(by=request.user, entry=entry_of(draft, desk.person, desk.hospital))
        form.take(prepared.faults)
        if not form.errors:
            keep(request, draft)
            return redirect("settlement:preview", draft.token)
    return _page(request, draft, form)


def _page(request: HttpRequest, draft: Draft, form: BillForm) -> HttpResponse:
    context = {"form": form, "desk": form.desk, "found": form.found, "draft": draft, "held": held_today(form.desk)}
    template = "settlement/_bill_fields.html" if request.htmx else "settlement/bill_of.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def held_today(desk: Desk) -> list:
    """The categories the person holds today; each tells whether it is verified."""
    return [fact for fact in desk.person.categories.order_by("category") if fact.holds_on(clock.today())]


def _form(desk: Desk, initial: dict, *, fills_limit: bool) -> BillForm:
    found = _entitlement(desk, initial)
    if fills_limit:
        initial["limit_yuan"] = to_fen(found.limit.amount_yuan) if found.limit else None
    return BillForm(initial=initial, desk=desk, found=found)


def _first_look(request: HttpRequest, desk: Desk) -> dict:
    """The stay that was asked for, else the first to end of those to be settled, else the latest."""
    wanted = request.GET.get("stay", "")
    offered = waiting_stays(desk.staff).filter(case__person=desk.person).first() or next(iter(desk.stays), None)
    initial = _from_stay(desk, wanted or (str(offered.pk) if offered else ""))
    return initial or {"disease": desk.cases[0].disease.code if len(desk.cases) == 1 else ""}


def _from_stay(desk: Desk, pk: str) -> dict:
    stay = next((stay for stay in desk.stays if str(stay.pk) == pk), None)
    if stay is None:
        return {}
    return {
        "stay": pk,
        "disease": stay.case.disease.code,
        "admitted_on": stay.admitted_on.isoformat(),
        "discharged_on": (stay.discharged_on or clock.today()).isoformat(),
    }


def _entitlement(desk: Desk, typed) -> Entitlement:
    """What holds for the stay as far as it has been typed: it says which fields are asked."""
    out = day_typed(str(typed.get("discharged_on") or "")) or clock.today()
    in_ = day_typed(str(typed.get("admitted_on") or "")) or out
    disease = desk.disease_of(str(typed.get("disease") or ""))
    return entitlement(Visit(desk.person, disease, desk.hospital, min(in_, out), out, str(typed.get("referral_number") or "")))


def prepared_of(request: HttpRequest, draft: Draft) -> Prepared:
    """The draft's bill computed on the year as it is now, with everything that stands against it."""
    prepared = prepare(by=request.user, entry=entry_of(draft, person_of(draft), own_hospital(request.user)))
    if prepared.sample and not settings.SAMPLE_SETTLEMENT:
        prepared.faults.append(Fault("sample_only", SAMPLE_SENTENCE))
    return prepared


@with_draft
def preview(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What the bill comes to, and all that must be mended before it can be settled."""
    if not draft.bill:
        return redirect("settlement:bill-of", draft.token)
    prepared = prepared_of(request, draft)
    result, entry = prepared.result, prepared.entry
    policy = prepared.entitlement.policy
    chain = shown(policy, result, total=entry.total, in_policy=entry.in_policy, bill=prepared.bill) if result and prepared.bill else None
    mendings = {fault: _mending(fault, draft, entry.disease.code) for fault in prepared.faults}
    context = {
        "draft": draft, "prepared": prepared, "strip": strip_of(prepared, request.user), "chain": chain,
        "faults": list(mendings.items()), "before": waiting_before(request.user, entry.person, entry.discharged_on, prepared.stay),
        "case_missing": next((address for address in mendings.values() if "/case/" in address[0]), None),
    }  # fmt: skip
    return render(request, "settlement/preview.html", context)


@with_draft
def preview_sheet(request: HttpRequest, draft: Draft) -> HttpResponse:
    """计算说明 of the bill as it would be settled now; back to the preview where it cannot be computed."""
    prepared = prepared_of(request, draft) if draft.bill else None
    if prepared is None or prepared.bill is None:
        return redirect("settlement:preview", draft.token)
    person = prepared.entry.person
    record("printed", by=request.user, subject=person, county=person.county, detail={"what": "计算说明（未结算）"})
    context = {"sheet": sheet_of_preview(prepared, by=request.user), "back": reverse("settlement:preview", args=[draft.token])}
    return render(request, "settlement/calculation_sheet.html", context)


def _mending(fault: Fault, draft: Draft, disease: str) -> tuple[str, str]:
    """(address, words) of the page here that mends a fault; nothing where another office must."""
    if fault.code == "disease_not_registered":
        return f"{reverse('settlement:found-case', args=[draft.token])}?disease={disease}", "报告这一病例"
    if fault.code == "no_policy":
        return f"{reverse('settlement:bill-of', args=[draft.token])}#id_discharged_on", "去改这一项"
    if fault.code in OF_THE_BILL:
        return f"{reverse('settlement:bill-of', args=[draft.token])}#id_{fault.field}", "去改这一项"
    return "", ""


@with_draft
def confirm(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Settle what the preview showed, once, however often the button is pressed."""
    if not draft.bill:
        return redirect("settlement:bill-of", draft.token)
    if request.POST.get("content") != draft.content:
        messages.warning(request, "这张账单在另一页改过。请看过改后的结果再确认。")
        return redirect("settlement:preview", draft.token)
    self_pay = whole_number(request.POST.get("self_pay", ""))
    entry = entry_of(draft, person_of(draft), own_hospital(request.user))
    try:
        settlement = confirm_shown(by=request.user, entry=entry, request=draft.request(request.user), self_pay=self_pay)
    except Refused as refused:
        messages.error(request, f"还没有结算。{refused.message}")
        return redirect("settlement:preview", draft.token)
    messages.success(request, f"已结算，结算号 {settlement.number}，个人自付 {settlement.self_pay_yuan:,} 元。")
    return redirect("settlement:record", settlement.pk)
