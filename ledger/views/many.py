"""Many at once: from the rows ticked on a list to a preview of what would change, and from the preview to the act."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from ledger import clock
from ledger.actions import many as actions
from ledger.actions.assigning import hands
from ledger.actions.since import told_up_to
from ledger.case_list import NEWEST_FIRST, CaseFilter
from ledger.forms import DayField, LedgerForm, PlainField, whole_number
from ledger.models import Case, Category, Role, Staff
from ledger.models.person import VERIFIER, manages
from ledger.transitions import STATES

BUREAU = frozenset({Role.CLERK, Role.LEAD})
KEEPERS = frozenset(VERIFIER.values())


class AssignForm(LedgerForm):
    """Whose hands the cases go into."""

    assignee = forms.ModelChoiceField(Staff.objects.none(), label="经办人", empty_label="请选择")

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = hands(staff.area)
        self.fields["assignee"].label_from_instance = lambda one: f"{one.full_name}（{one.get_role_display()}）"

    layout = [("assignee", "w3")]


class EndForm(LedgerForm):
    """Which category ends, from when, and why; a department sees its own lists only."""

    category = forms.TypedChoiceField(label="人员类别", coerce=int)
    on = DayField(label="自哪天起不再享有")
    reason = PlainField(label="原因", max_length=120)
    layout = [("category", "w3"), ("on", "w2"), ("reason", "w6")]

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        own = [(category.value, category.label) for category in Category if manages(staff.role, category)]
        self.fields["category"].choices = [("", "请选择"), *own] if len(own) > 1 else own


@dataclass(frozen=True)
class Doing:
    """One thing that is done to many: in words, by whom, on which rows, asking what."""

    words: str
    unit: str
    ticked: str
    roles: frozenset[str]
    act: actions.Act
    back: str
    lead: str
    form: type[LedgerForm] | None = None


CASES, FACTS = "ledger:case-list", "ledger:category-queue"
DOINGS = {
    "verify": Doing("核实", "例", "case", BUREAU, actions.VERIFY, CASES, "核实人员身份和病种。超过年龄限制的，须负责人先确认。"),
    "assign": Doing("分派经办", "例", "case", BUREAU, actions.ASSIGN, CASES, "病例交给谁经办，就在谁的“我经办的”里。", AssignForm),
    "end-category": Doing(
        "终止类别", "人", "case", BUREAU | KEEPERS, actions.END_CATEGORY, CASES,
        "所选的人自这一天起不再享有这一类别。脱贫的建档立卡户继续享受政策，不用终止。", EndForm,
    ),
    "verify-category": Doing("核实类别", "件", "fact", KEEPERS, actions.VERIFY_CATEGORY, FACTS, "对照本部门的名单核实。"),
}  # fmt: skip


def many(request: HttpRequest) -> HttpResponse:
    """The rows ticked, then what would become of each, then, confirmed, what has."""
    doing = DOINGS.get(request.POST.get("do", ""))
    if "do" in request.POST and (doing is None or request.user.role not in doing.roles):
        raise Http404
    confirmed = "confirm" in request.POST
    shown = _shown(request) if confirmed else dict.fromkeys(_ticked(request, doing), "")
    back = _back(request, doing)
    if doing is None or not shown:
        messages.error(request, "还没有勾选。请先在名单里勾选要办理的行。")
        return redirect(back)
    if len(shown) > actions.LIMIT:
        chosen = f"符合条件的超过 {actions.LIMIT} 例。请再加条件" if "every" in request.POST else f"您选了 {len(shown)} 行。请分几次办理"
        messages.error(request, f"一次最多办理 {actions.LIMIT} 行，{chosen}。")
        return redirect(back)
    form = _form(request, doing)
    asked = form is None or form.is_valid()
    data = form.cleaned_data if form is not None and asked else {}
    if confirmed and asked:
        seen = whole_number(request.POST.get("seen", ""))
        return _done(request, doing, actions.do_many(by=request.user, act=doing.act, shown=shown, data=data, seen=seen), back)
    look: Callable = actions.look_through if asked else actions.who
    lines = look(by=request.user, act=doing.act, rows=list(shown), **({"data": data} if asked else {}))
    return _preview(request, doing, lines, form, back, asked)


def _ticked(request: HttpRequest, doing: Doing | None) -> list[int]:
    if doing and doing.ticked == "case" and "every" in request.POST:
        return _every(request)
    posted = request.POST.getlist(doing.ticked) if doing else []
    return [pk for text in posted if (pk := whole_number(text)) is not None]


def _every(request: HttpRequest) -> list[int]:
    """All that the filters of the list show, on its other pages too; one more than may be done at once says that it is too much."""
    query = QueryDict(urlsplit(request.POST.get("next", "")).query)
    cases = CaseFilter(query, staff=request.user).apply(Case.objects.visible_to(request.user))
    if query.get("state") in dict(STATES):
        cases = cases.filter(state=query["state"])
    return list(cases.order_by(*NEWEST_FIRST).values_list("pk", flat=True)[: actions.LIMIT + 1])


def _shown(request: HttpRequest) -> dict[int, str]:
    """The rows of the preview, each with the mark of how it stood."""
    pairs = (text.partition(":") for text in request.POST.getlist("row"))
    return {pk: stood for text, _, stood in pairs if (pk := whole_number(text)) is not None}


def _back(request: HttpRequest, doing: Doing | None) -> str:
    """The list that the rows were ticked on, with its filters."""
    back = request.POST.get("next", "")
    if back and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        return back
    return reverse(doing.back if doing else CASES)


def _form(request: HttpRequest, doing: Doing) -> LedgerForm | None:
    if doing.form is None:
        return None
    bound = request.POST if {"look", "confirm"} & set(request.POST) else None
    return doing.form(bound, staff=request.user, **({"initial": {"on": clock.today()}} if doing.form is EndForm else {}))


def _preview(request: HttpRequest, doing: Doing, lines: list, form: LedgerForm | None, back: str, asked: bool) -> HttpResponse:
    request.nav_name = doing.back
    good = sum(line.good for line in lines)
    context = {
        "doing": doing, "do": request.POST["do"], "form": form, "asked": asked, "back": back, "lines": _gravest_first(lines),
        "good": good, "refused": sum(bool(line.refusal) for line in lines), "joined": sum(line.joined for line in lines),
        "seen": told_up_to(), "kept": [(field.html_name, field.value()) for field in form] if form is not None and asked else [],
        "draft": request.POST.get("kept_draft", ""),  # What was typed for the preview is saved once that is confirmed.
    }  # fmt: skip
    return render(request, "ledger/many.html", context, status=422 if form is not None and form.errors else 200)


def _done(request: HttpRequest, doing: Doing, lines: list, back: str) -> HttpResponse:
    """Back to the list when all was done; else what was done and what was not, each with its sentence."""
    request.nav_name = doing.back
    done = sum(line.done and not line.joined for line in lines)
    refused = [line for line in lines if not line.done]
    if not refused:
        messages.success(request, f"{doing.words}：已办 {done} {doing.unit}。")
        return redirect(back)
    context = {
        "doing": doing, "lines": _gravest_first(lines), "back": back, "number": done, "refused": len(refused),
        "joined": sum(line.done and line.joined for line in lines),
    }  # fmt: skip
    request.form_saved = True  # What could be done is done: what was typed for it is not offered again.
    return render(request, "ledger/many_done.html", context)


def _gravest_first(lines: list) -> list:
    return sorted(lines, key=lambda line: (not line.refusal, line.joined))
