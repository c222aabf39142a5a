"""What became of the clinical pathway in a stay: told after the discharge, or mended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import pathways as actions
from hospitals.models import Stay
from hospitals.pathway_forms import PathwayForm, word_of
from ledger.forms import posted
from ledger.views.acting import acted
from ledger.views.reading import note_form


def pathway(request: HttpRequest, pk: int) -> HttpResponse:
    request.nav_name = "ledger:case-list"
    scoped = Stay.objects.visible_to(request.user).select_related(
        "hospital", "pathway", "case__county", "case__person__county", "case__person__village", "case__person__township", "case__disease"
    )
    stay = get_object_or_404(scoped, pk=pk)
    offered = actions.pathways_for(stay.case, stay.admitted_on)
    form = PathwayForm(posted(request), stay=stay, pathways=offered)

    def act(data: dict) -> str:
        actions.tell_pathway(by=request.user, stay=stay, seen=data["seen"], word=word_of(data))
        return "已登记临床路径。"

    if acted(request, form, act):
        return redirect("ledger:person", stay.case.person_id)
    note_form(request, stay.case.person, "临床路径")
    seen = form.data.get("seen", "") if form.is_bound else actions.said_of(stay)
    context = {"form": form, "stay": stay, "case": stay.case, "offered": offered, "seen": seen}
    return render(request, "hospitals/pathway.html", context, status=422 if form.errors else 200)
