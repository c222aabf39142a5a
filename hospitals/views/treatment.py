"""What the hospital or the bureau records about treatment, reached from the person's page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import actions
from hospitals.forms import AdmitForm, CompleteForm, DischargeForm, PlanForm
from hospitals.models import Stay
from hospitals.pathway_forms import word_of
from hospitals.pathways import pathways_for, with_pathways
from hospitals.views.arranging import told_of
from ledger import clock
from ledger.forms import LedgerForm, ReasonForm, posted
from ledger.models import Case, Person
from ledger.transitions import MOVES
from ledger.views.acting import acted
from ledger.views.merged import here_or_led_on
from ledger.views.reading import note_form, note_reading


def stays(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The panel of stays on a person's page; a page of its own where no script fetched it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    rows = (
        Stay.objects.visible_to(request.user)
        .filter(case__person=person)
        .select_related("case__disease", "case__county__parent", "hospital", "pathway")
    )
    ruled = with_pathways(person.county.parent_id)
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "住院")
    template = "hospitals/_stays.html" if request.htmx else "hospitals/stays.html"
    return render(request, template, {"person": person, "stays": [_row(stay, ruled) for stay in rows], **told_of(person, request.user)})


def _row(stay: Stay, ruled: set[int]) -> dict:
    """A stay as the panel shows it; ``ruled`` are the diseases with a pathway."""
    return {
        "pathway_owed": stay.discharged_on is not None and not stay.pathway_course and stay.case.disease_id in ruled,
        "stay": stay,
        "designated": actions.is_designated(stay.hospital, stay.case, stay.admitted_on),
        "days": stay.days if stay.discharged_on else (clock.today() - stay.admitted_on).days,
    }


def _case(request: HttpRequest, pk: int) -> Case:
    scoped = Case.objects.worked_on_by(request.user).select_related(
        "person__county", "person__township", "person__village", "disease", "county__parent"
    )
    return here_or_led_on(request.user, scoped, pk)


def _answer(
    request: HttpRequest, *, page: str, name: str, case: Case, form: LedgerForm, act: Callable[[dict], object], said: str, **context
) -> HttpResponse:
    """Show the form; on a good answer act once, say so and go back to the person."""
    request.nav_name = "ledger:case-list"

    def say(data: dict) -> str:
        act(data)
        return said

    if acted(request, form, say):
        return redirect("ledger:person", case.person_id)
    note_form(request, case.person, name)
    return render(request, page, {"form": form, "case": case, **context}, status=422 if form.errors else 200)


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return _answer(
        request, page="hospitals/plan.html", name="诊疗方案", case=case, said="已定诊疗方案。",
        form=PlanForm(posted(request), case=case, staff=request.user),
        act=lambda data: actions.choose_hospital(by=request.user, case=case, hospital=data["hospital"]),
    )  # fmt: skip


def admit(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    return _answer(
        request, page="hospitals/admit.html", name="入院", case=case, said="已登记入院。",
        form=AdmitForm(posted(request), case=case, staff=request.user),
        act=lambda data: actions.admit(by=request.user, case=case, hospital=data["hospital"], on=data["admitted_on"]),
    )  # fmt: skip


def discharge(request: HttpRequest, pk: int) -> HttpResponse:
    scoped = Stay.objects.visible_to(request.user)
    stay = get_object_or_404(
        scoped.select_related(
            "hospital", "case__county", "case__person__county", "case__person__village", "case__person__township", "case__disease"
        ),
        pk=pk,
    )
    pathways = pathways_for(stay.case, stay.admitted_on)
    completed = "completed" in request.POST
    return _answer(
        request, page="hospitals/discharge.html", name="出院", case=stay.case, stay=stay,
        said="已登记出院，完成治疗。" if completed else "已登记出院。",
        form=DischargeForm(posted(request), pathways=pathways, initial={"completed": "completed" in request.GET}),
        act=lambda data: actions.discharge(
            by=request.user, stay=stay, on=data["discharged_on"], completed=data["completed"], pathway=word_of(data)
        ),
    )  # fmt: skip


def complete(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    last = Stay.objects.visible_to(request.user).filter(case=case).select_related("hospital").first()
    initial = {"completed_on": (last.discharged_on if last else None) or clock.today()}
    return _answer(
        request, page="hospitals/complete.html", name="完成治疗", case=case, stay=last, said="已登记完成治疗。",
        form=CompleteForm(posted(request), initial=initial),
        act=lambda data: actions.complete(by=request.user, case=case, on=data["completed_on"], lasting=data["lasting"]),
    )  # fmt: skip


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A completion registered by mistake; its reason is asked like that of any other move."""
    case = _case(request, pk)
    label = MOVES["withdraw"].label
    return _answer(
        request, page="ledger/person_form.html", name=label, case=case, person=case.person, said=f"{case.person.name}的{case.disease}：已{label}。",
        title=f"{label}：{case.disease}", section=label, save=label, layout=[("reason", "w8")], danger=True,
        lead="只用于误登记完成治疗。完成治疗日期会被撤销，统计随之改变。",
        form=ReasonForm(posted(request)), act=lambda data: actions.withdraw(by=request.user, case=case, reason=data["reason"]),
    )  # fmt: skip
