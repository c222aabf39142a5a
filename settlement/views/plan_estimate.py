"""The panel of a treatment plan's costs: who would pay what, beside the price limit of the disease."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from hospitals.estimating import NAMED, Figures
from hospitals.models import TreatmentPlan
from ledger.views.reading import note_reading
from settlement.amounts import grouped, share
from settlement.models import PlanEstimate
from settlement.plan_estimate import figures_of


def plan_estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever sees the plan; a page of its own where no script fetched it."""
    scoped = TreatmentPlan.objects.visible_to(request.user).select_related("case__person__county", "case__disease", "hospital")
    plan = get_object_or_404(scoped, pk=pk)
    request.nav_name = "hospitals:plan-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, plan.case.person, "费用估算")
    figures = figures_of(plan)
    row = PlanEstimate.objects.filter(plan=plan).select_related("version").first()
    context = {
        "plan": plan, "case": plan.case, "person": plan.case.person, "row": row, "figures": figures, "parts": _parts(figures) if figures else [],
        "total": grouped(figures.total) if figures else "", "limit": grouped(figures.limit) if figures and figures.limit is not None else "",
        "over": grouped(figures.total - figures.limit) if figures and figures.limit is not None and figures.total > figures.limit else "",
    }  # fmt: skip
    return render(request, "settlement/_plan_estimate.html" if request.htmx else "settlement/plan_estimate.html", context)


def _parts(figures: Figures) -> list[tuple[str, str, str]]:
    """(payer, amount, share of the total), as F3 names the first four."""
    if not figures.computed:
        return []
    parts = [*zip(NAMED, figures.named, strict=True), *figures.others, ("个人自付", figures.self_pay)]
    return [(name, grouped(amount), share(amount, figures.total)) for name, amount in parts]
