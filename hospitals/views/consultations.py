"""会诊: the list of whoever asks or answers, the panel on a person's page, and one consultation from question to opinion."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import consulting as actions
from hospitals.expert_forms import AnswerForm, AskForm, CancelForm
from hospitals.models import Consultation
from ledger import clock
from ledger.actions.trail import record
from ledger.forms import asked, posted, whole_number
from ledger.models import Case, Person, Staff
from ledger.views.acting import acted
from ledger.views.reading import note_form, note_reading

PAGE = 50
TABS = {"open": "待答复", "done": "已有意见", "cancelled": "已取消"}
SHOWN = ("case__person", "case__disease", "case__county", "group__area", "expert__hospital", "asked_by", "answered_by")


def _own(staff: Staff):
    return Consultation.objects.visible_to(staff).select_related(*SHOWN)


def _of_tab(rows, tab: str):
    if tab == "open":
        return rows.open()
    return rows.filter(answered_on__isnull=False) if tab == "done" else rows.filter(cancelled_on__isnull=False)


def drawn(consultation: Consultation) -> dict:
    """One line: its mark, and whether the answer is late."""
    late = consultation.wanted_by and consultation.wanted_by < clock.today()
    if consultation.answered_on:
        mark, words = "ok st-done", "已有意见"
    elif consultation.cancelled_on:
        mark, words = "idle st-end", "已取消"
    else:
        mark, words = ("bad st-stop", "超过希望日期") if late else ("warn", "待答复")
    return {"one": consultation, "mark": mark, "words": words}


def consultations(request: HttpRequest) -> HttpResponse:
    """One tab at a time, the newest first."""
    staff, tab = request.user, asked(request, "tab")
    tab = tab if tab in TABS else "open"
    rows = _of_tab(_own(staff), tab).order_by("-pk")
    before = whole_number(asked(request, "before"))
    page = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "consultations", "filters": [TABS[tab]], "rows": len(page)})
    context = {
        "rows": [drawn(row) for row in page], "tab": tab, "tabs": TABS.items(), "older": page[-1].pk if more else None, "first": not before,
        "number": _own(staff).open().count(), "page_size": PAGE,
    }  # fmt: skip
    return render(request, "hospitals/consultations.html", context)


def panel(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The consultations of a person; a page of its own where no script fetched it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    rows = [drawn(row) for row in _own(request.user).filter(case__person=person)]
    cases = Case.objects.visible_to(request.user).filter(person=person).select_related("disease", "county").order_by("pk")
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "会诊")
    context = {"person": person, "rows": rows, "cases": [case for case in cases if actions.may_ask(request.user, case)]}
    return render(request, "hospitals/_consultations.html" if request.htmx else "hospitals/consultations_of.html", context)


def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A consultation asked on a case."""
    scoped = Case.objects.visible_to(request.user).select_related("person__county", "disease", "county__parent")
    case = get_object_or_404(scoped, pk=pk)
    request.nav_name = "hospitals:consultations"
    groups = actions.groups_for(case)
    form = AskForm(posted(request), groups=groups)
    made: list[Consultation] = []

    def act(data: dict) -> str:
        made.append(actions.ask(by=request.user, case=case, **data))
        return f"已向{made[0].group.name}申请会诊。"

    if acted(request, form, act):
        return redirect("hospitals:consultation", made[0].pk)
    note_form(request, case.person, "会诊申请")
    context = {"form": form, "case": case, "groups": groups, "may_ask": actions.may_ask(request.user, case)}
    return render(request, "hospitals/consultation_ask.html", context, status=422 if form.errors else 200)


def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """The question, the case in short, and the opinion: written here by whoever may."""
    one = get_object_or_404(_own(request.user).select_related("case__person__township", "case__person__county", *SHOWN), pk=pk)
    request.nav_name = "hospitals:consultations"
    experts = actions.answers_as(request.user, one)
    form = AnswerForm(posted(request), experts=experts, initial={"expert": one.expert_id}) if experts else None
    if request.method == "POST" and form is None:
        messages.error(request, "这件会诊已经办结，或者由专家组成员、申请的医院和县卫健部门登记意见。")
        return redirect("hospitals:consultation", pk)

    def act(data: dict) -> str:
        actions.answer(by=request.user, consultation=one, expert=data["expert"], on=data["answered_on"], text=data["answer"])
        return "会诊意见已登记，写进患者的经过。"

    if form and acted(request, form, act):
        return redirect("hospitals:consultation", pk)
    note_reading(request, one.case.person, "会诊")
    sees = Case.objects.visible_to(request.user).filter(pk=one.case_id).exists()
    context = drawn(one) | {"form": form, "sees_person": sees, "may_cancel": actions.may_cancel(request.user, one)}
    return render(request, "hospitals/consultation.html", context, status=422 if form and form.errors else 200)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A consultation that is not needed any more."""
    one = get_object_or_404(_own(request.user).select_related("case__person__county", *SHOWN), pk=pk)
    request.nav_name = "hospitals:consultations"
    if not actions.may_cancel(request.user, one):
        messages.error(request, "这件会诊已经办结，或者由申请的医院、县卫健部门取消。")
        return redirect("hospitals:consultation", pk)
    form = CancelForm(posted(request))

    def act(data: dict) -> str:
        actions.cancel(by=request.user, consultation=one, reason=data["reason"])
        return "会诊申请已取消。"

    if acted(request, form, act):
        return redirect("hospitals:consultation", pk)
    note_form(request, one.case.person, "取消会诊")
    context = {
        "form": form, "person": one.case.person, "title": "取消会诊", "save": "取消这件会诊", "danger": True, "layout": [("reason", "w8")],
        "lead": f"{one.case.disease}，{one.group.name}。取消后仍留在经过里。",
    }  # fmt: skip
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)
