"""应报清单: what is due in the year ahead and why on that day; the city keeps the rules, everybody who reports has it made good."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.data_change_list import last_changes
from ledger.forms import asked, posted, whole_number
from ledger.kept_forms import LOOK_AGAIN
from ledger.models import Role
from ledger.views.acting import acted
from reports import due_rules as actions
from reports.due_keeping import calendar_of
from reports.due_list import AHEAD_MONTHS, Line, last_moves, lines_between, lines_of, year_ahead, years_known, years_without_holidays
from reports.due_making import first_of_rule, months_on, owed_between
from reports.due_rule_forms import DropForm, DueRuleForm, EnsureForm, initial_of
from reports.ensuring import Ensured, ensure_now
from reports.models import DueRule

LIST = "reports:calendar"


def calendar(request: HttpRequest) -> HttpResponse:
    """The year ahead, or a year asked for; the rules below it."""
    staff, today = request.user, clock.today()
    prefecture, years = staff.area.prefecture, years_known(staff)
    year = whole_number(asked(request, "year"))
    year = year if year in years else None
    first, last = (today.replace(year, 1, 1), today.replace(year, 12, 31)) if year else year_ahead(today)
    lines = lines_between(staff, first, last)
    rules = DueRule.objects.filter(prefecture=prefecture)
    context = {
        "lines": lines, "year": year, "years": years, "keeps": staff.role == Role.CITY,
        "moved": sum(bool(line.why) for line in lines), "rules": [(rule, actions.rule_words(rule)) for rule in rules],
        "missing": years_without_holidays(prefecture, first, last), "moves": last_moves(prefecture),
        **last_changes(staff, actions.KIND),
    }  # fmt: skip
    return render(request, "reports/calendar.html", context)


def ensure(request: HttpRequest) -> HttpResponse:
    """补齐应报: what is missing is made now, and said."""
    form = EnsureForm(request.POST)
    back = form.cleaned_data["back"] if form.is_valid() and form.cleaned_data["back"] else LIST
    done = ensure_now(prefectures=[request.user.area.prefecture], wait=False)
    if done.busy:
        messages.info(request, "别人正在补齐应报，稍等一会儿再看。")
    elif done.undone:
        messages.warning(request, f"{_said(done)}草稿还没有排上队，系统每五分钟再试一次；也可以打开月报，点“重新生成草稿”。")
    else:
        messages.success(request, _said(done))
    return redirect(back)


def _said(done: Ensured) -> str:
    parts = [f"新做应报 {len(done.made)} 份"] if done.made else []
    parts += [f"移动截止时间 {sum(one['counties'] for one in done.moved)} 份"] if done.moved else []
    parts += [f"已排队生成草稿 {len(done.drafts)} 组"] if done.drafts else []
    parts += [f"新提醒 {done.reminders} 条"] if done.reminders else []
    return f"已补齐：{'，'.join(parts)}。" if parts else "应报的都在，没有要补的。"


# ---- the rules, kept by the city ----


def rule_new(request: HttpRequest) -> HttpResponse:
    """What counties owe from a month on: first its deadlines, then saved as it was looked at."""
    request.nav_name = LIST
    form = DueRuleForm(posted(request), initial={"first_period": clock.today().replace(day=1)})
    return _kept(request, form, None)


def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day, hour or end."""
    request.nav_name = LIST
    rule = get_object_or_404(DueRule, pk=pk, prefecture=request.user.area.prefecture)
    return _kept(request, DueRuleForm(posted(request), initial=initial_of(rule)), rule)


def _kept(request: HttpRequest, form: DueRuleForm, rule: DueRule | None) -> HttpResponse:
    lines, again = None, False
    if form.is_bound and form.is_valid():
        facts = form.facts()
        try:
            actions.check_facts(facts, actions.others_of(request.user.area, facts.form, rule.pk if rule else None))
            if form.to_be_saved(request):
                messages.success(request, _save(request, form, rule).words)
                return redirect(LIST)
            again = "save" in request.POST
            lines = _lines_of(request, facts)
        except Refused as refused:
            form.refuse(refused)
    context = {
        "form": form, "rule": rule, "lines": lines, "again": LOOK_AGAIN if again else "", "mark": form.mark() if lines is not None else "",
        "seen": form["seen"].value() or "", "words": actions.rule_words(form.facts()) if lines is not None else "",
        "used": rule is not None and actions.used(rule), "to_come": [line for line in lines or () if line.deadline_at > clock.now()],
        "passed": sum(line.deadline_at <= clock.now() for line in lines or ()) if rule is None else 0,
    }  # fmt: skip
    return render(request, "reports/calendar_rule.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: DueRuleForm, rule: DueRule | None) -> actions.RuleDone:
    common = {"by": request.user, "facts": form.facts(), "document": form.cleaned_data["document"]}
    if rule is None:
        return actions.add_rule(**common)
    return actions.change_rule(rule=rule, seen=form.cleaned_data["seen"], **common)


def _lines_of(request: HttpRequest, facts: actions.RuleFacts) -> list[Line]:
    """All of a rule's returns up to a year ahead, with their deadlines."""
    rule = DueRule(prefecture=request.user.area, **vars(facts))
    working, first = calendar_of(request.user.area, [rule]), first_of_rule(rule)
    last = months_on(max(first, clock.today().replace(day=1)), AHEAD_MONTHS)
    return lines_of(facts.form, owed_between(rule, first, last, working), working)


def rule_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule that was a slip goes, as long as nobody began a return by it."""
    request.nav_name = LIST
    rule = get_object_or_404(DueRule, pk=pk, prefecture=request.user.area.prefecture)
    form = DropForm(posted(request))

    def act(data: dict) -> str:
        gone = actions.drop_rule(by=request.user, rule=rule, **data)
        return f"已删除{rule.get_form_display()}的这条规则，去掉还没有动过的应报 {gone} 份。"

    if acted(request, form, act):
        return redirect(LIST)
    context = {
        "form": form, "title": "删除应报规则", "told": rule.get_form_display(), "top": "应报清单", "back": reverse(LIST), "save": "删除这条规则",
        "section": "删除", "danger": True, "layout": [("document", "w4")],
        "lead": f"{actions.rule_words(rule)}。录错的才删除；不再报的，请在修改里写末期。已经报过或到期的不能删除。",
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)
