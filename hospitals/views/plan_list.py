"""The list 诊疗方案: patients waiting for a plan with the days they have waited, plans under way, and the hospital's phrases."""

import datetime

from django.contrib import messages
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from hospitals.models import PhraseField, PlanPhrase
from hospitals.plan_forms import PhraseForm
from hospitals.plan_list import (
    ACCEPTED,
    FILED,
    PAGE,
    WAITING,
    WORKED_ON,
    counts,
    page_of,
    plans_in,
    tabs_of,
    waiting_cases,
)
from hospitals.plan_phrases import MOST, drop_phrase, keep_phrase
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import asked, posted
from ledger.models import Role

SINCE = {ACCEPTED: "answered_at", FILED: "filed_at", WORKED_ON: "written_at"}


def plan_list(request: HttpRequest) -> HttpResponse:
    """One tab at a time: what waits for the reader stands first, until nothing does."""
    staff = request.user
    tabs, numbers = tabs_of(staff), counts(staff)
    tab = asked(request, "tab")
    tab = tab if tab in tabs else next((code for code in tabs if numbers[code]), next(iter(tabs)))
    today = clock.today()
    if tab == WAITING:
        found = waiting_cases(staff).select_related("person__township", "person__village", "disease", "county")
    else:
        found = plans_in(staff, tab).annotate(since=TruncDate(SINCE.get(tab, "answered_at")))
        found = found.select_related("case__person__township", "case__person__village", "case__disease", "case__county", "hospital")
    page, more = page_of(found, asked(request, "after"), newest_first=tab == ACCEPTED)
    rows = [_row(one, tab, today) for one in page]
    record("viewed_list", by=staff, county=staff.area.county, detail={"list": "plans", "filters": [tabs[tab]], "rows": len(rows)})
    context = {
        "rows": rows, "tab": tab, "tabs": [(code, words, numbers[code]) for code, words in tabs.items()], "more": more, "cap": 1000,
        "first": not asked(request, "after"), "page_size": PAGE, "own": staff.role == Role.LIAISON,
        "answers": staff.role in (Role.CLERK, Role.LEAD),
    }  # fmt: skip
    return render(request, "hospitals/plan_list.html", context)


def _row(one, tab: str, today: datetime.date) -> dict:
    """A waiting case, or a plan with its case."""
    plan = None if tab == WAITING else one
    late = tab == FILED and plan.late_from is not None and plan.late_from <= today
    return {"plan": plan, "case": plan.case if plan else one, "since": one.since, "days": (today - one.since).days, "late": late}


def phrases(request: HttpRequest) -> HttpResponse:
    """The hospital's phrases by disease; one more is kept on the same page."""
    staff = request.user
    request.nav_name = "hospitals:plan-list"
    form = PhraseForm(posted(request), initial={"disease": asked(request, "disease")})
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_phrase(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已存入{kept.disease}的常用语。")
            return redirect(f"{request.path}?disease={kept.disease.code}")
    known = PlanPhrase.objects.filter(hospital__code=staff.hospital_code or "-").select_related("disease")
    known = known.order_by("disease__position", "field", "-times", "text")
    context = {"form": form, "rows": list(known), "most": MOST, "fields": PhraseField.choices}
    return render(request, "hospitals/plan_phrases.html", context, status=422 if form.errors else 200)


def phrase_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """A phrase that is not used any more."""
    phrase = get_object_or_404(PlanPhrase.objects.select_related("disease"), pk=pk, hospital__code=request.user.hospital_code or "-")
    drop_phrase(by=request.user, phrase=phrase)
    messages.success(request, "已去掉这一句。")
    return redirect(f"{reverse('hospitals:plan-phrases')}?disease={phrase.disease.code}")
