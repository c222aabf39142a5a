"""The county arranges the hospital that treats a case: those offered, the nearest level first, and why another is not."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import arranging as actions
from hospitals import inability as saying
from hospitals.arranging_forms import AnswerForm, ArrangeForm, InabilityForm
from hospitals.models import Inability
from hospitals.offering import offering
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Case, Person, Role, Staff
from ledger.transitions import COUNTY
from ledger.views.acting import acted
from ledger.views.merged import here_or_led_on
from ledger.views.reading import note_form, note_reading

WAITING = ("verified", "planned")  # Where a hospital is arranged, and where it may say that it cannot treat.


def _case(request: HttpRequest, pk: int) -> Case:
    request.nav_name = "ledger:case-list"
    scoped = Case.objects.visible_to(request.user)
    scoped = scoped.select_related("person__county", "person__township", "person__village", "disease", "county__parent")
    return here_or_led_on(request.user, scoped, pk)


def _closed(request: HttpRequest, case: Case, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("ledger:person", case.person_id)


def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose among the hospitals that may treat this case; another than the one arranged takes a reason."""
    case = _case(request, pk)
    if case.state not in WAITING:
        return _closed(request, case, f"现在的状态是“{case.get_state_display()}”，核实以后、入院以前才能安排定点医院。")
    found, another = offering(case, clock.today()), bool(case.hospital_code)
    said = actions.open_inability(case)
    initial = {"why": actions.suggested_why(case), "note": said.wish if said else ""} if another else {}
    form = ArrangeForm(posted(request), found=found, another=another, but=case.hospital_code, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.arrange_hospital(by=request.user, case=case, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            name = form.cleaned_data["hospital"].name
            messages.success(request, f"已安排{name}。由该院联络员填写诊疗方案，报您审核。")
            return redirect("ledger:person", case.person_id)
    note_form(request, case.person, "安排定点医院")
    others = [(one.hospital, one.why) for one in found.others]
    if now := found.named(case.hospital_code):
        others.insert(0, (now, "现在就安排在这家医院"))
    context = {"form": form, "case": case, "another": another, "said": said, "others": others, "verb": "另选" if another else "安排"}
    return render(request, "hospitals/arrange.html", context, status=422 if form.errors else 200)


def inability_say(request: HttpRequest, pk: int) -> HttpResponse:
    """The liaison of the arranged hospital says what it lacks, with the talk."""
    case = _case(request, pk)
    form = InabilityForm(posted(request))

    def act(data: dict) -> str:
        saying.say_unable(by=request.user, case=case, **data)
        return "已报县卫健部门，由县里另行安排医院。"

    if acted(request, form, act):
        return redirect("ledger:person", case.person_id)
    if request.method == "GET" and (case.state not in WAITING or case.hospital_code != request.user.hospital_code):
        return _closed(request, case, "入院以前、由本院收治的患者才能说明；治疗中要到上级医院的，请办转诊。")
    note_form(request, case.person, "不具备诊疗条件")
    return render(request, "hospitals/inability_say.html", {"form": form, "case": case}, status=422 if form.errors else 200)


def inability(request: HttpRequest, pk: int) -> HttpResponse:
    """What a hospital said, the talk and the answer; the county arranges another hospital from here, or answers otherwise."""
    request.nav_name = "ledger:case-list"
    scoped = Inability.objects.visible_to(request.user).select_related(
        "case__person__county", "case__person__township", "case__person__village", "case__disease", "hospital", "said_by", "answered_by",
        "arranged",
    )  # fmt: skip
    said = get_object_or_404(scoped, pk=pk)
    answers = request.user.role in COUNTY
    form = AnswerForm(posted(request)) if answers else None

    def act(data: dict) -> str:
        actions.answer_inability(by=request.user, inability=said, answer=data["answer"])
        return "已答复医院。"

    if answers and acted(request, form, act):
        return redirect("ledger:person", said.case.person_id)
    note_reading(request, said.case.person, "不具备诊疗条件")
    sees_person = Person.objects.visible_to(request.user).filter(pk=said.case.person_id).exists()
    context = {
        "form": form,
        "said": said,
        "case": said.case,
        "open": said.answered_on is None,
        "answers": answers,
        "sees_person": sees_person,
    }
    return render(request, "hospitals/inability.html", context, status=422 if form and form.errors else 200)


def told_of(person: Person, staff: Staff) -> dict:
    """For the panel of stays: where the patient is arranged to be treated, and what hospitals said they cannot treat."""
    cases = Case.objects.visible_to(staff).filter(person=person, state__in=WAITING).select_related("disease").order_by("pk")
    said = Inability.objects.visible_to(staff).filter(case__person=person).select_related("case__disease", "hospital", "arranged")
    said = list(said)
    waiting = {one.case_id for one in said if one.answered_on is None}
    rows = [{"case": case, "waits": case.pk in waiting, "may_say": _may_say(staff, case, waiting)} for case in cases]
    return {"arranged": rows, "unable": said, "arranges": staff.role in COUNTY}


def _may_say(staff: Staff, case: Case, waiting: set[int]) -> bool:
    return staff.role == Role.LIAISON and case.hospital_code == staff.hospital_code and case.pk not in waiting
