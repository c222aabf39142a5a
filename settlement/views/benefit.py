"""待遇测算: before admission, what somebody is entitled to today and what a stay would leave to pay."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger import clock
from ledger.forms import posted
from ledger.models import Disease, PolicyCard
from settlement.bill_forms import BenefitForm, PatientForm
from settlement.calculation import shown
from settlement.desk import Desk, own_hospital, remaining, usual_cost
from settlement.drafts import Draft, with_draft
from settlement.engine.policy import ENTERED
from settlement.entitlement import Entitlement, Visit, entitlement
from settlement.money import to_fen
from settlement.preparing import Prepared, estimate
from settlement.strip import may_open, policy_address
from settlement.views.bills import found_patient, held_today

EXAMPLE = 10_000_00  # A stay of 10,000 yuan, where neither bills nor a limit tell what one costs.


def benefit(request: HttpRequest) -> HttpResponse:
    """Whose question."""
    form = PatientForm(posted(request))
    if draft := found_patient(request, form):
        return redirect("settlement:benefit-of", draft.token)
    return render(
        request, "settlement/benefit.html", {"form": form, "hospital": own_hospital(request.user)}, status=422 if form.errors else 200
    )


@with_draft
def benefit_of(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The answer, for the disease and the cost that are asked about; today is the day of admission and of discharge."""
    request.nav_name = "settlement:benefit"
    desk = Desk.of(request.user, draft)
    disease = desk.disease_of(request.POST.get("disease", ""))
    found = _today(desk, disease, request.POST.get("referral_number", ""))
    usual, told = _suggestion(request, disease, found)
    form = BenefitForm(posted(request), initial={"disease": disease.code, **usual}, desk=desk, found=found)
    prepared = _estimate(form, found, usual)
    chain = None
    if prepared and prepared.result and prepared.bill:
        entry = prepared.entry
        chain = shown(found.policy, prepared.result, total=entry.total, in_policy=entry.in_policy, bill=prepared.bill)
    context = {
        "draft": draft, "desk": desk, "form": form, "found": found, "held": held_today(desk), "told": told, "chain": chain,
        "prepared": prepared, "remaining": remaining(found), "opens": may_open(desk.person, request.user),
        "policy_url": policy_address(found.version, request.user),
        "card": PolicyCard.objects.filter(person=desk.person, during__contains=clock.today()).exists(),
        "case": next((case for case in desk.cases if case.disease_id == disease.pk), None), "faults": prepared.faults if prepared else found.faults,
    }  # fmt: skip
    return render(request, "settlement/benefit_of.html", context, status=422 if form.errors else 200)


def _today(desk: Desk, disease: Disease, referral_number: str) -> Entitlement:
    today = clock.today()
    return entitlement(Visit(desk.person, disease, desk.hospital, today, today, referral_number.strip()[:40]))


def _suggestion(request: HttpRequest, disease: Disease, found: Entitlement) -> tuple[dict, str]:
    """What the amounts begin with, and where they come from."""
    if usual := usual_cost(request.user, disease):
        total, in_policy, number = usual
        return {"total_yuan": total, "in_policy_yuan": in_policy}, f"按本院最近 {number} 张{disease}账单的平均费用"
    if found.limit:
        fen = to_fen(found.limit.amount_yuan)
        return {"total_yuan": fen, "in_policy_yuan": fen}, "按单病种限额"
    return {"total_yuan": EXAMPLE, "in_policy_yuan": EXAMPLE}, "本院还没有这一病种的账单，先以 10,000 元为例"


def _estimate(form: BenefitForm, found: Entitlement, usual: dict) -> Prepared | None:
    """The chain for what was asked; None while the question has an error."""
    if form.is_bound and not form.is_valid():
        return None
    data = form.cleaned_data if form.is_bound else {}
    total, in_policy = data.get("total_yuan"), data.get("in_policy_yuan")
    if total is None and in_policy is None:
        total, in_policy = usual["total_yuan"], usual["in_policy_yuan"]
    total, in_policy = in_policy if total is None else total, total if in_policy is None else in_policy
    limit = to_fen(found.limit.amount_yuan) if found.limit else None
    given = {name: data[name] for name in ENTERED if data.get(name)}
    return estimate(visit=found.visit, total=total, in_policy=in_policy, limit=limit, given=given, found=found)
