"""The list 随访 and, for the city, the rules it follows."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from hospitals.models import Finding, FollowUp, FollowUpRule, Way
from hospitals.views.visits import MARKS, drawn
from hospitals.visit_forms import RuleForm
from hospitals.visit_list import CAP, PAGE, TABS, TRACKED, VisitFilter, counts, of_tab, own_visits, page_of_tracked, page_of_visits
from hospitals.visit_rules import KIND, drop_rule, keep_rule
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.data_change_list import last_changes
from ledger.forms import asked, posted
from ledger.kept_forms import KeptForm
from ledger.models import Case, Disease, Programme, Role


def visit_list(request: HttpRequest) -> HttpResponse:
    """One tab at a time: what was missed stands first, until nothing is."""
    staff = request.user
    form = VisitFilter(request.GET, staff=staff)
    visits = form.narrow(own_visits(staff), "case__")
    numbers = counts(visits)
    tab = asked(request, "tab")
    tab = tab if tab in TABS else next((tab for tab in numbers if numbers[tab]), "missed")
    if tab == TRACKED:
        page = page_of_tracked(form.narrow(Case.objects.visible_to(staff)), asked(request, "after"))
        rows = [_tracked(case) for case in page.rows]
    else:
        page = page_of_visits(of_tab(visits, tab), tab, asked(request, "after"))
        rows = [drawn(visit, staff) for visit in page.rows]
    detail = {"list": "follow-ups", "filters": form.used(), "rows": len(rows)}
    record("viewed_list", by=staff, county=staff.area.county, detail=detail)
    filters = request.GET.copy()
    for name in ("after", "tab"):
        filters.pop(name, None)
    context = {
        "form": form, "rows": rows, "tab": tab, "tabs": [(code, words, numbers.get(code)) for code, words in TABS.items()],
        "more": page.more, "first": not asked(request, "after"), "filters": filters.urlencode(), "used": form.used(), "cap": CAP,
        "page_size": PAGE,
    }  # fmt: skip
    return render(request, "hospitals/visit_list.html", context)


def _tracked(case: Case) -> dict:
    """A case with the last word of it and the next day."""
    today = clock.today()
    return {
        "case": case, "mark": MARKS.get(case.found, ""), "found": Finding(case.found).label if case.found else "",
        "way": Way(case.seen_way).label if case.seen_way else "", "late": (today - case.next_on).days if case.next_on and case.next_on < today else 0,
    }  # fmt: skip


def rules(request: HttpRequest) -> HttpResponse:
    """Every disease with its rule; those of today's list first of all."""
    prefecture = request.user.area.prefecture
    known = {rule.disease_id: rule for rule in FollowUpRule.objects.filter(prefecture=prefecture)}
    covered = {disease.pk for disease in Programme.of(prefecture).covered_on(clock.today())}
    diseases = sorted(Disease.objects.all(), key=lambda one: (one.pk not in covered, one.position))
    context = {
        "rows": [(one, known.get(one.pk), one.pk in covered) for one in diseases if one.pk in covered or one.pk in known],
        "others": [one for one in diseases if one.pk not in covered and one.pk not in known],
        "made": len(known), "keeps": request.user.role == Role.CITY, **last_changes(request.user, KIND),
    }  # fmt: skip
    return render(request, "hospitals/visit_rules.html", context)


def rule(request: HttpRequest, code: str) -> HttpResponse:
    """The rule of one disease: made, changed, or ended."""
    disease = get_object_or_404(Disease, code=code)
    staff = request.user
    known = FollowUpRule.objects.filter(prefecture=staff.area.prefecture, disease=disease).first()
    ending = "end" in request.POST
    if ending and known is None:
        raise Http404
    initial = {"months": known.months, "visitor": known.visitor} if known else {}
    form = RuleForm(posted(request), initial=initial)
    asking = KeptForm(posted(request)) if ending else form
    if request.method == "POST" and asking.is_valid():
        try:
            if ending:
                drop_rule(by=staff, disease=disease, document=asking.cleaned_data["document"])
            else:
                keep_rule(by=staff, disease=disease, **asking.cleaned_data)
        except Refused as refused:
            asking.refuse(refused)
        else:
            messages.success(request, f"{disease.name}的随访规则已{'停用' if ending else '保存'}，对以后的出院有效。")
            return redirect("hospitals:follow-up-rules")
    request.nav_name = "hospitals:follow-up-rules"
    planned = FollowUp.objects.visible_to(staff).open().filter(case__disease=disease).count()
    context = {"disease": disease, "rule": known, "form": form, "asking": asking, "planned": planned}
    return render(request, "hospitals/visit_rule.html", context, status=422 if asking.errors else 200)
