"""A case's treatment plan: written by the hospital, looked at, answered by the county, amended, its signed page brought."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals import planning
from hospitals.models import Hospital, PlanState, TreatmentPlan
from hospitals.plan_difference import differences, sections
from hospitals.plan_forms import AnswerForm, DiscardForm, SignedForm, WriteForm, field_of, initial_of
from hospitals.plan_moves import MARKS, may_move
from hospitals.plan_phrases import offered
from hospitals.plan_start import first_lines
from ledger.actions.proofs import may_open
from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Case, Person, Proof, Role
from ledger.models.case import works_on
from ledger.papers.reading import PaperLimits
from ledger.views.acting import acted
from ledger.views.merged import here_or_led_on
from ledger.views.reading import note_form, note_reading

NAV = "hospitals:plan-list"
JOINED = "；"  # Between what stands in a line and a phrase that is added to it.


def _cases(request: HttpRequest) -> QuerySet[Case]:
    related = ("person__county", "person__township", "person__village", "disease", "county__parent")
    return Case.objects.visible_to(request.user).select_related(*related)


def find_plan(request: HttpRequest, pk: int) -> TreatmentPlan:
    """A version of a case in sight; 404 otherwise, and for a draft of somebody else."""
    scoped = TreatmentPlan.objects.visible_to(request.user).with_paper()
    scoped = scoped.select_related("filed_by", "answered_by", "written_by", "signed").defer("signed__content", "pathway__content")
    request.nav_name = NAV
    return get_object_or_404(scoped, pk=pk)


def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as the liaison writes it: saved as a draft, or filed; what the county said of the version before stands beside its lines."""
    request.nav_name = NAV
    case = here_or_led_on(request.user, _cases(request).filter(works_on(request.user)), pk)
    hospital = get_object_or_404(Hospital, code=request.user.hospital_code or "-")
    plan = planning.latest(case, hospital)
    try:
        planning.refuse_unwritable(case, hospital, request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("ledger:person", case.person_id)
    if plan and plan.state == PlanState.FILED:
        return redirect("hospitals:plan-version", plan.pk)
    amends = bool(plan) and (plan.state == PlanState.ACCEPTED or _in_force(case, hospital) is not None)
    phrases = offered(hospital, case.disease)
    filing = "file" in request.POST
    initial = initial_of(plan) if plan else first_lines(case, hospital)
    initial |= {"seen": planning.mark_of(plan), "reason": plan.amended_because if plan and plan.state == PlanState.DRAFT else ""}
    told = {"case": case, "amends": amends, "offered": phrases}
    if added := _with_phrase(request, phrases):
        form = WriteForm(initial=initial | added, whole=False, **told)
    else:
        form = WriteForm(posted(request), initial=initial, whole=filing, **told)
        if request.method == "POST" and form.is_valid():
            try:
                return _written(request, case, form, filing)
            except Refused as refused:
                form.refuse(refused)
    note_form(request, case.person, "诊疗方案")
    context = {
        "case": case, "person": case.person, "form": form, "plan": plan, "amends": amends, "phrases": phrases, "hospital": hospital,
        "remarks": _remarks(plan), "first": plan is None,
    }  # fmt: skip
    return render(request, "hospitals/plan_write.html", context, status=422 if form.errors else 200)


def _in_force(case: Case, hospital: Hospital) -> TreatmentPlan | None:
    plans = TreatmentPlan.objects.everywhere("the plans of a case in sight").filter(case=case, hospital=hospital)
    return plans.filter(state=PlanState.ACCEPTED).first()


def _with_phrase(request: HttpRequest, phrases: dict[str, list[str]]) -> dict:
    """What was typed, with the phrase whose button was pressed added to its line; nothing where none was."""
    field, _, number = request.POST.get("phrase", "").partition(":")
    known = phrases.get(field, [])
    if request.method != "POST" or not number.isdecimal() or len(number) > 3 or int(number) >= len(known):
        return {}
    typed = request.POST.dict()
    typed[field] = JOINED.join(part for part in (typed.get(field, "").strip(), known[int(number)]) if part)
    return typed


def _remarks(plan: TreatmentPlan | None) -> dict[str, str]:
    """What the county said when it last returned the plan, while the next version is being written."""
    if plan is None or plan.state == PlanState.ACCEPTED:
        return {}
    if plan.state == PlanState.RETURNED:
        return plan.remarks
    before = planning.written_before(plan)
    return before.remarks if before else {}


def _written(request: HttpRequest, case: Case, form: WriteForm, filing: bool) -> HttpResponse:
    act = planning.file_plan if filing else planning.save_plan
    data = form.cleaned_data
    plan = act(by=request.user, case=case, facts=form.facts(), seen=data["seen"], reason=data["reason"])
    if filing:
        messages.success(request, f"第 {plan.version} 版方案已上报，等县卫健部门答复。")
        return redirect("hospitals:plan-version", plan.pk)
    messages.success(request, "草稿已保存，县里还看不到。")
    return redirect("hospitals:plan-write", case.pk)


def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its lines, what it changed, what the county said, its costs, and what may be done with it now."""
    plan = find_plan(request, pk)
    note_reading(request, plan.case.person, "诊疗方案")
    return render(request, "hospitals/plan_version.html", _told(request, plan))


def _told(request: HttpRequest, plan: TreatmentPlan) -> dict:
    """What pages about one version show."""
    staff, before = request.user, planning.written_before(plan)
    own = staff.role == Role.LIAISON and plan.hospital.code == staff.hospital_code == plan.case.hospital_code
    versions = TreatmentPlan.objects.visible_to(staff).filter(case=plan.case).select_related("hospital").order_by("-version")
    later = (
        TreatmentPlan.objects.everywhere("a later version of a case in sight")
        .filter(case=plan.case, version__gt=plan.version)
        .exclude(state=PlanState.CANCELLED)
    )
    standing = not later.exists()
    return {
        "plan": plan, "case": plan.case, "person": plan.case.person, "sections": sections(plan), "mark": MARKS[plan.state], "before": before,
        "differences": differences(before, plan) if before else [], "whole_remark": plan.remarks.get(planning.WHOLE, ""),
        "versions": [(one, MARKS[one.state]) for one in versions], "signed": _signed(request, plan), "own": own,
        "may_answer": may_move("accept", plan.state, staff.role), "may_withdraw": own and may_move("withdraw", plan.state, staff.role),
        "may_discard": own and may_move("discard", plan.state, staff.role),
        "may_go_on": own and standing and plan.state in (PlanState.DRAFT, PlanState.RETURNED, PlanState.ACCEPTED)
        and plan.case.state in planning.WRITABLE,
        "may_attach": plan.state == PlanState.ACCEPTED and (own or staff.role in (Role.CLERK, Role.LEAD)),
    }  # fmt: skip


def _signed(request: HttpRequest, plan: TreatmentPlan) -> Proof | None:
    """The signed page, where this reader may open it."""
    proof = Proof.objects.visible_to(request.user).filter(pk=plan.signed_id).defer("content").first() if plan.signed_id else None
    return proof if proof and may_open(request.user, proof) else None


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The county accepts the plan, or returns it with a remark beside each line that is wrong."""
    plan = find_plan(request, pk)
    if not may_move("accept", plan.state, request.user.role):
        messages.error(request, f"这份方案现在是“{plan.get_state_display()}”，不用答复。")
        return redirect("hospitals:plan-version", plan.pk)
    form = AnswerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        remarks, returning = form.remarks(), "return" in request.POST
        try:
            if returning:
                planning.return_plan(by=request.user, plan=plan, remarks=remarks)
            elif "accept" not in request.POST:
                raise Refused("请按“同意方案”或“退回修改”。")
            elif remarks:
                raise Refused("写了意见的请按“退回修改”；同意的请先清空意见。", next(iter(remarks)))
            else:
                planning.accept_plan(by=request.user, plan=plan)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "已退回医院修改。" if returning else f"已同意第 {plan.version} 版方案。")
            return redirect("hospitals:plan-version", plan.pk)
    note_form(request, plan.case.person, "审核方案")
    told = _told(request, plan)
    changed = {one.name: one.before for one in told["differences"]}
    said = told["before"].remarks if told["before"] else {}  # What the county asked for last time, to see whether it was done.
    lines = [
        (title, [(line, form[field_of(line.name)], changed.get(line.name, ""), said.get(line.name, "")) for line in lines])
        for title, lines in told["sections"]
    ]
    context = told | {"form": form, "lines": lines, "whole": form[field_of(planning.WHOLE)], "whole_said": said.get(planning.WHOLE, "")}
    return render(request, "hospitals/plan_answer.html", context, status=422 if form.errors else 200)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Taken back before it is answered."""
    plan = find_plan(request, pk)
    try:
        planning.withdraw_plan(by=request.user, plan=plan)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("hospitals:plan-version", plan.pk)
    messages.success(request, "方案已撤回，改好后再上报。")
    return redirect("hospitals:plan-write", plan.case_id)


def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft that comes to nothing."""
    plan = find_plan(request, pk)
    if not may_move("discard", plan.state, request.user.role):
        messages.error(request, f"这份方案现在是“{plan.get_state_display()}”，不是草稿，不能作废。")
        return redirect("hospitals:plan-version", plan.pk)
    form = DiscardForm(posted(request))

    def act(data: dict) -> str:
        planning.discard_plan(by=request.user, plan=plan, reason=data["reason"])
        return f"第 {plan.version} 版草稿已作废。"

    if acted(request, form, act):
        return redirect("ledger:person", plan.case.person_id)
    note_form(request, plan.case.person, "作废草稿")
    context = {
        "form": form, "person": plan.case.person, "title": f"作废草稿：{plan.case.disease}第 {plan.version} 版", "section": "作废草稿", "save": "作废草稿",
        "danger": True, "layout": [("reason", "w8")], "lead": "作废后不能恢复，仍保存备查。已同意的上一版不受影响。",
    }  # fmt: skip
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)


def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """The scanned page with stamp and signature."""
    plan = find_plan(request, pk)
    form = SignedForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            planning.attach_signed(by=request.user, plan=plan, file=form.cleaned_data["file"])
        except Refused as refused:
            form.refuse(Refused(refused.message, "file" if refused.field == "files" else refused.field))
        else:
            messages.success(request, "签字盖章页已保存。")
            return redirect("hospitals:plan-version", plan.pk)
    note_form(request, plan.case.person, "签字盖章页")
    context = {
        "form": form, "plan": plan, "case": plan.case, "megabytes": PaperLimits.size // (1024 * 1024), "pages": PaperLimits.pages,
        "accepted": plan.state == PlanState.ACCEPTED,
    }  # fmt: skip
    return render(request, "hospitals/plan_attach.html", context, status=422 if form.errors else 200)


def panel(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The plans on a person's page; a page of their own where no script fetched them."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    staff = request.user
    request.nav_name = "ledger:case-list"
    plans = TreatmentPlan.objects.visible_to(staff).filter(case__person=person).select_related("case__disease", "hospital")
    plans = list(plans.order_by("case__disease__position", "-version"))
    cases = Case.objects.visible_to(staff).filter(works_on(staff), person=person, state__in=planning.WRITABLE).select_related("disease")
    busy = {plan.case_id for plan in plans if plan.state in planning.STANDING}
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "诊疗方案")
    context = {
        "person": person, "rows": [(plan, MARKS[plan.state]) for plan in plans],
        "unwritten": [case for case in cases if case.pk not in busy] if staff.role == Role.LIAISON else [],
        "answers": staff.role in (Role.CLERK, Role.LEAD),
    }  # fmt: skip
    return render(request, "hospitals/_plans.html" if request.htmx else "hospitals/plans_of.html", context)
