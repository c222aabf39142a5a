"""The treatment plan on paper: as it stands with masked numbers, and for stamp and signature with the numbers in full."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hospitals.models import TreatmentPlan
from hospitals.plan_forms import PurposeForm
from hospitals.plan_paper import paper_of
from hospitals.views.plans import find_plan
from ledger import clock
from ledger.actions.people import REVEALABLE, reveal
from ledger.actions.trail import record


def plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    """With masked numbers, for whoever sees the plan."""
    return _paper(request, find_plan(request, pk), {}, PurposeForm())


def plan_print_full(request: HttpRequest, pk: int) -> HttpResponse:
    """With the patient's numbers in full: each is revealed with the purpose, as on the person's page."""
    plan, form = find_plan(request, pk), PurposeForm(request.POST)
    numbers = {}
    if form.is_valid():
        person = plan.case.person
        held = [what for what in REVEALABLE if getattr(person, what)]
        numbers = {what: reveal(by=request.user, person=person, what=what, purpose=form.cleaned_data["purpose"]) for what in held}
    return _paper(request, plan, numbers, form)


def _paper(request: HttpRequest, plan: TreatmentPlan, numbers: dict[str, str], form: PurposeForm) -> HttpResponse:
    if not form.errors:
        record("printed", by=request.user, subject=plan.case, county=plan.case.county, detail={"what": f"诊疗方案第 {plan.version} 版"})
    paper = paper_of(plan, numbers, clock.today())
    context = {"paper": paper, "plan": plan, "case": plan.case, "person": plan.case.person, "numbers": numbers, "form": form}
    return render(request, "hospitals/plan_print.html", context, status=422 if form.errors else 200)
