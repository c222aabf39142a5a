"""A further disease for a person, and the moves of a case."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions import cases as actions
from ledger.actions.refusals import Refused
from ledger.actions.since import act_as_seen
from ledger.forms import DayField, LedgerForm, PlainField, ReasonForm, posted, whole_number
from ledger.models import Case, Person, Role
from ledger.person_forms import CaseForm
from ledger.transitions import MOVES, OUTCOMES
from ledger.views.merged import here_or_led_on
from ledger.views.people import find_person
from ledger.views.reading import note_form
from ledger.views.register import FOUND_ONLY


def case_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Another disease of somebody already on the ledger."""
    person: Person = find_person(request, pk)
    form = CaseForm(posted(request), staff=request.user)
    if request.method == "POST" and form.is_valid():
        form.check_age(person.born_on)
        if not form.errors:
            try:
                case = actions.open_case(by=request.user, person=person, entry=form.entry(), found_only=request.user.role in FOUND_ONLY)
            except Refused as refused:
                form.refuse(refused)
            else:
                messages.success(request, f"已登记{person.name}的{case.disease}，状态“{case.get_state_display()}”。")
                return redirect("ledger:person", pk)
    note_form(request, person, "病种")
    return render(request, "ledger/case_add.html", {"form": form, "person": person}, status=422 if form.errors else 200)


class CloseForm(LedgerForm):
    outcome = forms.ChoiceField(label="销号原因", choices=[("", "请选择"), *OUTCOMES])
    on = DayField(label="销号日期")
    reason = PlainField(label="说明", max_length=300)


def _close(case: Case, by, data: dict) -> None:
    actions.close_case(by=by, case=case, **data)


# move → (form, its fields' widths, what it does). Moves of the hospital have pages in the hospitals app.
ASKING = {
    "return": (ReasonForm, [("reason", "w8")], lambda case, by, data: actions.return_case(by=by, case=case, **data)),
    "reopen": (ReasonForm, [("reason", "w8")], lambda case, by, data: actions.reopen_case(by=by, case=case, **data)),
    "close": (CloseForm, [("outcome", "w2"), ("on", "w2"), ("reason", "w6")], _close),
}
AT_ONCE = {
    "register": actions.register_case,
    "verify": actions.verify_case,
    "resubmit": actions.resubmit_case,
    "confirm-age": actions.confirm_age,
}
LEADS = {
    "return": "写清缺什么、去哪里补，登记人会看到这句话。",
    "reopen": "病例回到销号前的状态。",
    "close": "治愈、好转须先登记完成治疗；迁出指迁出本市，市内搬家请用“搬迁”。销号不能直接撤回，恢复也要写原因。",
}


def case_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """One move of a case: at once where nothing is asked, else by a form with the reason."""
    cases = Case.objects.visible_to(request.user).select_related("person__county", "disease", "county")
    case = here_or_led_on(request.user, cases, pk)
    request.nav_name = "ledger:case-list"
    label = "确认年龄" if move == "confirm-age" else MOVES[move].label if move in MOVES else ""
    if move in AT_ONCE and request.method == "POST":
        try:
            act_as_seen(AT_ONCE[move], by=request.user, case=case, seen=whole_number(request.POST.get("seen", "")))
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, f"{case.person.name}的{case.disease}：已{label}。")
        return redirect("ledger:person", case.person_id)
    roles = {Role.LEAD} if move == "confirm-age" else MOVES[move].roles if move in MOVES else set()
    if request.user.role not in roles or move not in {*AT_ONCE, *ASKING}:
        raise Http404
    if move in AT_ONCE:  # Signed in again after the session ended: the button is on the person's page.
        return redirect("ledger:person", case.person_id)
    form_class, layout, act = ASKING[move]
    form = form_class(posted(request), **({"initial": {"on": clock.today()}} if move == "close" else {}))
    if request.method == "POST" and form.is_valid():
        try:
            act(case, request.user, form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{case.person.name}的{case.disease}：已{label}。")
            gone = not Person.objects.visible_to(request.user).filter(pk=case.person_id).exists()
            return redirect(reverse("ledger:case-list") if gone else reverse("ledger:person", args=[case.person_id]))
    note_form(request, case.person, label)
    context = {
        "form": form, "person": case.person, "case": case, "title": f"{label}：{case.disease}", "section": label, "save": label, "lead": LEADS[move],
        "layout": layout, "danger": move == "close",
    }  # fmt: skip
    return render(request, "ledger/person_form.html", context, status=422 if form.errors else 200)
