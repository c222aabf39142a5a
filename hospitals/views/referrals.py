"""双向转诊 as pages: the list, the request, one referral with its next step, the panel on a person's page, the paper."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from hospitals import referring as actions
from hospitals.models import Hospital, Referral, ReferralMove, ReferralState
from hospitals.referral_approval import approve_referral, disapprove_referral
from hospitals.referral_forms import ApprovalForm, DisapprovalForm, RequestForm, StepForm
from hospitals.referral_list import MINE, OPEN, OVER, PAGE, TABS, is_long, number_mine, of_tab, page_of
from hospitals.referral_moves import APPROVED_IN, FORWARD, REFERRAL_MOVES, Side, moves_of, waits_for
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import LedgerForm, asked, posted
from ledger.models import Case, Person, Role
from ledger.views.reading import note_form, note_reading

# Class and shape of the mark beside each state.
MARKS = {
    ReferralState.REQUESTED: "warn", ReferralState.ACCEPTED: "go", ReferralState.REFUSED: "bad st-stop", ReferralState.ON_THE_WAY: "go st-half",
    ReferralState.ARRIVED: "go st-half", ReferralState.FINISHED: "ok st-done", ReferralState.CANCELLED: "idle st-end",
}  # fmt: skip
STATIONS = [
    (ReferralState.REQUESTED, "申请"), (ReferralState.ACCEPTED, "接收"), (ReferralState.ON_THE_WAY, "出发"), (ReferralState.ARRIVED, "到院"),
    (ReferralState.FINISHED, "办结"),
]  # fmt: skip


# How many characters of free text go on one A4 page in each size of type.
STYLES, DENSEST = ((350, ""), (550, "sheet-tight"), (750, "sheet-small")), "sheet-dense"


def drawn(referral: Referral) -> dict:
    """A referral as tables show it."""
    waits = waits_for(referral.state, referral.to_hospital_id is None)
    return {
        "referral": referral, "mark": MARKS[referral.state], "to": actions.place_of(referral), "long": is_long(referral),
        "hours": int((clock.now() - referral.requested_at).total_seconds() // 3600), "waits": waits.value if waits else "",
        "approval": approval_words(referral),
    }  # fmt: skip


def approval_words(referral: Referral) -> str:
    """What the insurance office has said; nothing where nobody asks it."""
    if not referral.leaves_area:
        return ""
    if referral.approval_number:
        return f"已批准 {referral.approval_number}"
    return "不批准" if referral.approval_refused else "待批准"


def referral_list(request: HttpRequest) -> HttpResponse:
    """One tab at a time: what waits for oneself stands first, until nothing does."""
    staff, number = request.user, number_mine(request.user)
    tab = asked(request, "tab")
    tab = tab if tab in TABS else MINE if number else OPEN
    found, more = page_of(of_tab(staff, tab), tab, asked(request, "after"))
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "referrals", "rows": len(found), "what": TABS[tab]})
    words = "超过 48 小时" if staff.role in (Role.CLERK, Role.LEAD, Role.CITY) else TABS[MINE]
    tabs = [(MINE, words, number), (OPEN, TABS[OPEN], None), (OVER, TABS[OVER], None)]
    context = {
        "rows": [drawn(one) for one in found], "tab": tab, "tabs": tabs, "more": more, "first": not asked(request, "after"), "page_size": PAGE,
    }  # fmt: skip
    return render(request, "hospitals/referral_list.html", context)


def panel(request: HttpRequest, person_pk: int) -> HttpResponse:
    """The panel of referrals on a person's page; a page of its own where no script fetched it."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("county"), pk=person_pk)
    rows = Referral.objects.visible_to(request.user).filter(case__person=person)
    rows = list(rows.select_related("case__disease", "from_hospital", "to_hospital"))
    cases = Case.objects.worked_on_by(request.user).filter(person=person, state__in=actions.STATES).select_related("disease").order_by("pk")
    asks = request.user.role == Role.LIAISON and all(row.ended_at for row in rows)
    request.nav_name = "ledger:case-list"
    if not request.htmx:  # The panel belongs to a page that is on the trail already.
        note_reading(request, person, "转诊")
    context = {"person": person, "rows": [drawn(one) for one in rows], "cases": list(cases) if asks else []}
    return render(request, "hospitals/_referrals.html" if request.htmx else "hospitals/referrals.html", context)


def new(request: HttpRequest, pk: int) -> HttpResponse:
    """What the sending hospital writes; one screen, which prints as 转诊病情介绍单 afterwards."""
    scoped = Case.objects.worked_on_by(request.user).select_related("person__county", "disease", "county__parent")
    case = get_object_or_404(scoped, pk=pk)
    if request.method == "GET":
        try:  # Said before a page is filled in for nothing.
            actions.refuse_second(case.person)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("ledger:person", case.person_id)
    form = RequestForm(posted(request), case=case, here=request.user.hospital_code)
    request.nav_name = "hospitals:referral-list"
    if request.method == "POST" and form.is_valid():
        try:
            referral = actions.request_referral(by=request.user, case=case, asked=form.asked())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已向{actions.place_of(referral)}申请转诊，等对方接收。请打印病情介绍单交给患者。")
            return redirect("hospitals:referral", referral.pk)
    note_form(request, case.person, "转诊")
    here = Hospital.objects.filter(code=request.user.hospital_code).first()
    context = {"form": form, "case": case, "here": here}
    return render(request, "hospitals/referral_new.html", context, status=422 if form.errors else 200)


def _referral(request: HttpRequest, pk: int) -> Referral:
    scoped = Referral.objects.visible_to(request.user).select_related(
        "person__county", "person__township", "person__village", "case__disease", "case__county__parent", "from_hospital", "to_hospital",
        "requested_by", "approved_by",
    )  # fmt: skip
    return get_object_or_404(scoped, pk=pk)


def referral(request: HttpRequest, pk: int) -> HttpResponse:
    """One referral: where it stands, what was written, and the steps that are the reader's to make."""
    row = _referral(request, pk)
    sides = actions.sides_of(request.user, row)
    request.nav_name = "hospitals:referral-list"
    approves = Side.INSURANCE in sides and row.leaves_area and row.state in APPROVED_IN
    step, approval, disapproval = StepForm(), ApprovalForm(referral=row), DisapprovalForm()
    if request.method == "POST":
        move = request.POST.get("move", "")
        step, approval, disapproval, done = _done(request, row, move, step, approval, disapproval)
        if done:
            messages.success(request, done)
            return redirect("hospitals:referral", row.pk)
    note_reading(request, row.person, "转诊")
    moves = [(name, REFERRAL_MOVES[name], FORWARD.get(row.state) == name) for name in moves_of(row.state, sides)]
    turn = "" if any(forward for *_, forward in moves) else drawn(row)["waits"]
    errors = step.errors or approval.errors or disapproval.errors
    context = {
        "row": row, **drawn(row), "turn": turn, "person": row.person, "case": row.case, "step": step, "approval": approval if approves else None,
        "disapproval": disapproval, "answered": bool(row.approval_number or row.approval_refused), "moves": sorted(moves, key=lambda one: one[2]),
        "reasoned": any(one.reason for _, one, _ in moves), "stations": _stations(row), "steps": list(row.moves.select_related("by").order_by("-at", "-pk")),
        "reachable": Person.objects.visible_to(request.user).filter(pk=row.person_id).exists(), "faulty": [step, approval, disapproval],
    }  # fmt: skip
    return render(request, "hospitals/referral.html", context, status=422 if errors else 200)


def _done(request: HttpRequest, row: Referral, move: str, step, approval, disapproval) -> tuple[LedgerForm, LedgerForm, LedgerForm, str]:
    """The three forms, the one that was sent bound to what came with it; and what was done, nothing where it was refused."""
    by = request.user
    if move == "approve":
        form = approval = ApprovalForm(request.POST, referral=row)
    elif move == "disapprove":
        form = disapproval = DisapprovalForm(request.POST)
    else:
        form = step = StepForm(request.POST)
    done = ""
    if move not in (*REFERRAL_MOVES, "approve", "disapprove"):
        form.add_error(None, "请按要办的那一步的按钮。")
    if form.is_valid():
        try:
            if move == "approve":
                done = f"已批准，批准号 {approve_referral(by=by, referral=row, approval=form.approval()).approval_number}。"
            elif move == "disapprove":
                disapprove_referral(by=by, referral=row, reason=form.cleaned_data["reason"])
                done = "已答复不批准，转出医院会看到原因。"
            else:
                actions.move_referral(by=by, referral=row, move=move, text=form.cleaned_data["text"])
                done = f"{row.person.name}的转诊：{REFERRAL_MOVES[move].done}。"
        except Refused as refused:
            form.refuse(refused)
    return step, approval, disapproval, done


def _reached(row: Referral) -> dict[str, ReferralMove]:
    """State → the step that reached it; what the insurance office said later stands beside it and reached nothing."""
    reached: dict[str, ReferralMove] = {}
    for step in row.moves.select_related("by"):
        reached.setdefault(step.to_state, step)
    return reached


def _stations(row: Referral) -> list[dict]:
    """The five stations with when and by whom; one that ended early shows how far it came."""
    reached = _reached(row)
    codes = [code for code, _ in STATIONS]
    if row.state in codes:
        here = codes.index(row.state)
    else:
        here = max((codes.index(code) for code in reached if code in codes), default=0)
    drawn_ = []
    for index, (code, words) in enumerate(STATIONS):
        step, ended = reached.get(code), row.ended_at is not None
        past = step is not None and (index < here or index == here and ended)
        note = f"{timezone.localtime(step.at):%m-%d} {step.by.full_name}" if step and index <= here else ""
        drawn_.append({"words": words, "past": past, "now": index == here and not past, "note": note})
    return drawn_


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """转诊病情介绍单, one A4 page to go with the patient; opening it is on the trail."""
    row = _referral(request, pk)
    record("printed", by=request.user, subject=row.person, county=row.person.county, detail={"what": "转诊病情介绍单"})
    request.nav_name = "hospitals:referral-list"
    steps = _reached(row)
    length = sum(map(len, (row.reason, row.condition, row.treated_so_far)))
    context = {
        "row": row, "person": row.person, "case": row.case, "to": actions.place_of(row), "accepted": steps.get(ReferralState.ACCEPTED),
        "arrived": steps.get(ReferralState.ARRIVED), "approval": approval_words(row), "printed_at": clock.now(), "style": next((style for most, style in STYLES if length <= most), DENSEST),
    }  # fmt: skip
    return render(request, "hospitals/referral_paper.html", context)
