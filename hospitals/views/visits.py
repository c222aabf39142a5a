"""Follow-up on a person's page: the panel, and a visit planned, made or cancelled."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import visits as actions
from hospitals.models import Finding, FollowUp, FollowUpRule, Stay
from hospitals.visit_forms import CancelForm, PlanForm, VisitForm
from hospitals.visits import visits_as
from ledger import clock
from ledger.forms import LedgerForm, posted
from ledger.models import Case, Person
from ledger.views.acting import acted
from ledger.views.reading import note_form, note_reading

MARKS = {
    Finding.BETTER: "ok st-done", Finding.STABLE: "go", Finding.WORSE: "bad st-stop", Finding.LOST: "warn", Finding.DIED: "idle st-end",
}  # fmt: skip


def drawn(visit: FollowUp, staff) -> dict:
    """A visit as tables show it."""
    late = (clock.today() - visit.due_on).days
    return {
        "visit": visit, "late": late if visit.done_on is None and visit.cancelled_on is None and late > 0 else 0,
        "open": visit.done_on is None and visit.cancelled_on is None, "mark": MARKS.get(visit.finding, ""),
        "mine": visits_as(staff, visit.visitor),
    }  # fmt: skip


def panel(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The panel of visits on a person's page; a page of its own where no script fetched it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    visits = FollowUp.objects.visible_to(request.user).filter(case__person=person)
    visits = visits.select_related("case__disease", "done_by", "cancelled_by").order_by("-due_on", "-pk")
    cases = list(
        Case.objects.worked_on_by(request.user)
        .filter(person=person, folded_into=None, state__in=("in_treatment", "treated"))
        .select_related("disease", "county")
        .order_by("pk")
    )
    ruled = set(FollowUpRule.objects.filter(prefecture=person.county.parent_id).values_list("disease", flat=True))
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "随访")
    rows = [drawn(visit, request.user) for visit in visits]
    context = {
        "person": person, "rows": rows, "cases": cases, "unruled": [case for case in cases if case.disease_id not in ruled],
        "suggested": _suggested([row["visit"] for row in rows]),
    }  # fmt: skip
    return render(request, "hospitals/_visits.html" if request.htmx else "hospitals/visits.html", context)


def _suggested(visits: list[FollowUp]) -> list[FollowUp]:
    """The last visit of each case after which something is to be done that was not done yet: an admission, or closing the case."""
    last: dict[int, FollowUp] = {}
    for visit in sorted((visit for visit in visits if visit.done_on), key=lambda visit: (visit.done_on, visit.pk)):
        last[visit.case_id] = visit
    telling = [visit for visit in last.values() if visit.finding in (Finding.WORSE, Finding.DIED) and visit.case.state != "closed"]
    since = Stay.objects.everywhere("the stays of cases in sight").filter(case__in=[visit.case_id for visit in telling])
    admitted = dict(since.order_by("admitted_on").values_list("case", "admitted_on")) if telling else {}
    return [visit for visit in telling if visit.finding == Finding.DIED or admitted.get(visit.case_id, visit.case.found_on) < visit.done_on]


def _answer(
    request: HttpRequest, *, page: str, name: str, case: Case, form: LedgerForm, act: Callable[[dict], str], **context
) -> HttpResponse:
    """Show the form; on a good answer act once, say what was done and go back to the person."""
    request.nav_name = "hospitals:follow-up-list"
    if acted(request, form, act):
        return redirect("ledger:person", case.person_id)
    note_form(request, case.person, name)
    return render(request, page, {"form": form, "case": case, **context}, status=422 if form.errors else 200)


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit planned by hand."""
    scoped = Case.objects.worked_on_by(request.user).select_related("person__county", "disease", "county")
    case = get_object_or_404(scoped, pk=pk)

    def act(data: dict) -> str:
        visit = actions.plan_visit(by=request.user, case=case, **data)
        return f"已安排 {visit.due_on} 的随访。"

    form = PlanForm(posted(request), staff=request.user)
    return _answer(request, page="hospitals/visit_plan.html", name="安排随访", case=case, form=form, act=act, rule=actions.rule_for(case))


def _visit(request: HttpRequest, pk: int) -> FollowUp:
    scoped = FollowUp.objects.visible_to(request.user)
    return get_object_or_404(scoped.select_related("case__person__county", "case__disease", "case__county", "stay"), pk=pk)


def _over(request: HttpRequest, visit: FollowUp) -> HttpResponse | None:
    """Where to go when there is nothing to record: made already, cancelled, or another unit's."""
    if not visits_as(request.user, visit.visitor):
        messages.error(request, f"这次随访由{visit.get_visitor_display()}办理。")
    elif visit.done_on or visit.cancelled_on:
        messages.error(request, f"这次随访已{'登记' if visit.done_on else '取消'}。")
    else:
        return None
    return redirect("ledger:person", visit.case.person_id)


def record(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found at a visit."""
    visit = _visit(request, pk)
    if over := _over(request, visit):
        return over

    def act(data: dict) -> str:
        made = actions.record_visit(by=request.user, visit=visit, on=data.pop("done_on"), **data)
        return _said(made)

    context = {"visit": visit, "late": max((clock.today() - visit.due_on).days, 0)}
    return _answer(request, page="hospitals/visit.html", name="随访", case=visit.case, form=VisitForm(posted(request)), act=act, **context)


def _said(visit: FollowUp) -> str:
    """What was saved, and what somebody should do next about it; the links stand in the panel, for whoever may."""
    if visit.finding == Finding.DIED:
        return "已登记随访。患者已死亡，请县卫健部门负责人按“死亡”销号。"
    if visit.finding == Finding.WORSE:
        return "已登记随访。病情复发或加重，需要住院的请联系定点医院登记入院。"
    return "已登记随访。"


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit that will not be made."""
    visit = _visit(request, pk)
    if over := _over(request, visit):
        return over

    def act(data: dict) -> str:
        actions.cancel_visit(by=request.user, visit=visit, reason=data["reason"])
        return f"已取消 {visit.due_on} 的随访。"

    return _answer(
        request, page="ledger/person_form.html", name="取消随访", case=visit.case, form=CancelForm(posted(request)), act=act,
        person=visit.case.person, title="取消随访", save="取消这次随访", danger=True, layout=[("reason", "w8")],
        lead=f"{visit.case.disease}，计划 {visit.due_on}，{visit.get_visitor_display()}。没有找到人的不要取消，请登记为“失访”。",
    )  # fmt: skip
