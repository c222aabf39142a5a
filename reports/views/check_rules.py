"""核对规则: the checks a return goes through; the city adds its own, tries them on what counties submitted, and keeps the document."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.forms import posted
from ledger.kept_forms import LOOK_AGAIN
from ledger.models import Division, Role
from ledger.views.acting import acted
from reports import check_rules as actions
from reports.check_rule_forms import CheckRuleForm, Choices, EndRuleForm, initial_of
from reports.checks.catalogue import CATALOGUE
from reports.checks.figures import figure_choices
from reports.checks.own import plain, rule_words
from reports.checks.trying import Tried, try_rule
from reports.forms.coverage import covered_diseases, printed_groups
from reports.models import CheckRule

LIST = "reports:check-rules"


def check_rules(request: HttpRequest) -> HttpResponse:
    """The city's own, those in force first; beside them what every return is checked for anyway."""
    staff, this = request.user, clock.today().replace(day=1)
    rows = list(CheckRule.objects.filter(prefecture=staff.area.prefecture))
    rows.sort(key=lambda rule: bool(rule.until and rule.until < this))
    context = {
        "rows": [(rule, rule_words(rule), _standing(rule, this)) for rule in rows],
        "catalogue": CATALOGUE,
        "number": sum(len(checks) for _, checks in CATALOGUE),
        "keeps": staff.role == Role.CITY,
        **last_changes(staff, actions.KIND),
    }
    return render(request, "reports/check_rules.html", context)


def _standing(rule: CheckRule, this) -> tuple[str, str]:
    if rule.since > this:
        return "未到", "idle"
    return ("已停用", "idle st-end") if rule.until and rule.until < this else ("在用", "ok st-done")


def _choices(prefecture: Division) -> Choices:
    try:
        groups = [group.name for group in printed_groups(prefecture, clock.today())]
        diseases = [disease.name for disease in covered_diseases(prefecture, clock.today())]
    except Refused:  # No coverage list yet: what is told of the whole county can still be compared.
        groups, diseases = [], []
    return figure_choices(groups, diseases)


def check_rule_new(request: HttpRequest) -> HttpResponse:
    """One more check: first tried, then saved as it was tried."""
    request.nav_name = LIST
    initial = {"since": clock.today().replace(day=1)}
    form = CheckRuleForm(posted(request), choices=_choices(request.user.area), initial=initial)
    return _kept(request, form, None)


def check_rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another comparison, severity, advice or period."""
    request.nav_name = LIST
    rule = get_object_or_404(CheckRule, pk=pk, prefecture=request.user.area.prefecture)
    choices = _with_its_own(_choices(request.user.area), rule)
    initial = initial_of(rule) | {"seen": repr(actions.facts_of(rule))}
    return _kept(request, CheckRuleForm(posted(request), choices=choices, initial=initial), rule)


def _with_its_own(choices: Choices, rule: CheckRule) -> Choices:
    """A rule keeps naming a row that this year's list no longer prints."""
    known = {name for _, group in choices for name, _ in group}
    shown = initial_of(rule)
    gone = sorted({shown.get(side, "") for side in ("left", "right")} - known - {""})
    return [*choices, ("今年不印的行", [(name, name.replace("|", " ")) for name in gone])] if gone else choices


def _kept(request: HttpRequest, form: CheckRuleForm, rule: CheckRule | None) -> HttpResponse:
    tried, again = None, False
    if form.is_bound and form.is_valid():
        facts, document = form.facts(), form.cleaned_data["document"]
        try:
            actions.check_facts(facts)
            if form.to_be_saved(request):
                saved = _save(request, form, rule)
                messages.success(request, f"已保存核对规则“{saved.title}”。")
                return redirect(LIST)
            again = "save" in request.POST
            tried = _tried(facts, request.user.area, document)
        except Refused as refused:
            form.refuse(refused)
    context = {
        "form": form,
        "rule": rule,
        "tried": tried,
        "again": LOOK_AGAIN if again else "",
        "mark": form.mark() if tried is not None else "",
        "seen": form["seen"].value() or "",
        "wrong": sum(row["stand"] == "bad" for row in tried or ()),
        "words": _words(form) if tried is not None else "",
    }
    return render(request, "reports/check_rule_form.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: CheckRuleForm, rule: CheckRule | None) -> CheckRule:
    common = {"by": request.user, "facts": form.facts(), "document": form.cleaned_data["document"]}
    if rule is None:
        return actions.add_check_rule(**common)
    return actions.change_check_rule(rule=rule, seen=form.cleaned_data["seen"], **common)


def _words(form: CheckRuleForm) -> str:
    return rule_words(CheckRule(**vars(form.facts())))


def _tried(facts: actions.RuleFacts, prefecture: Division, document: str) -> list[dict]:
    rule = CheckRule(prefecture=prefecture, document=document, **vars(facts))
    return [_row(rule, one) for one in try_rule(rule, Division.objects.counties_of(prefecture).order_by("code"))]


def _row(rule: CheckRule, one: Tried) -> dict:
    """A county's line of the preview, in words."""
    row = {"county": one.county.name, "period": one.period, "left": "—", "right": "—"}
    if one.period is None:
        return row | {"told": "还没有上报过", "stand": "idle"}
    if one.outcome.holds is None:
        return row | {"told": "有一边的报表还没有，不比", "stand": "idle"}
    sides = {"left": plain(one.outcome.left), "right": plain(one.outcome.right)}
    if one.outcome.holds:
        return row | sides | {"told": "符合", "stand": "ok"}
    return row | sides | {"told": f"不符，{actions.SEVERITIES[rule.severity]}", "stand": "bad"}


def check_rule_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last period of a rule."""
    request.nav_name = LIST
    rule = get_object_or_404(CheckRule, pk=pk, prefecture=request.user.area.prefecture)
    form = EndRuleForm(posted(request), initial={"until": rule.until or clock.today().replace(day=1)})

    def act(data: dict) -> str:
        ended = actions.end_check_rule(by=request.user, rule=rule, **data)
        return f"核对规则“{ended.title}”用到 {ended.until:%Y-%m} 为止。"

    if acted(request, form, act):
        return redirect(LIST)
    context = {
        "form": form, "title": "停用核对规则", "told": rule.title, "top": "核对规则", "back": reverse(LIST), "save": "停用这条规则",
        "section": "停用", "danger": True, "layout": [("until", "w2"), ("document", "w4")],
        "lead": f"{rule_words(rule)}。末期以后的报表不再核对这一条；以前上报的留着当时的核对情况。",
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)
