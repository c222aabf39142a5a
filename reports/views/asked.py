"""退回与展期: what counties ask for and what was sent back, on one page; and which counties may work with one person."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.forms import posted
from ledger.models import Role
from ledger.views.acting import acted
from reports.alone import allow_alone, end_alone
from reports.life_forms import OnePersonForm
from reports.models import GROUPS, Extension, OnePersonCounty, Unlock
from reports.models.extension import ASKED
from reports.views.due_states import due_states
from reports.views.kinds import kind_of
from reports.views.one_button import pressed
from reports.views.reach import counties_of

ANSWERED = 20
BACK = datetime.timedelta(days=366)


def asked(request: HttpRequest) -> HttpResponse:
    """Open askings first, then what is being corrected, then the last answers."""
    staff = request.user
    extensions = Extension.objects.visible_to(staff).select_related("due__county", "asked_by", "answered_by")
    unlocks = Unlock.objects.visible_to(staff).select_related("submission__due__county", "asked_by", "answered_by")
    unlocks = unlocks.defer("submission__payload", "submission__checks")
    since = clock.today() - BACK
    forms = tuple(form for group in GROUPS for form in group)
    corrected = [state for state in due_states(staff, group=forms, period__gte=since) if state.correcting]
    answered = [*extensions.exclude(state=ASKED)[:ANSWERED], *unlocks.exclude(state=ASKED)[:ANSWERED]]
    answered.sort(key=lambda row: row.answered_at, reverse=True)
    open_extensions = list(extensions.filter(state=ASKED).order_by("asked_at"))
    open_unlocks = list(unlocks.filter(state=ASKED).order_by("asked_at"))
    context = {
        "extensions": open_extensions, "unlocks": open_unlocks, "waiting": len(open_extensions) + len(open_unlocks),
        "corrected": [(state, kind_of(state.due.form)) for state in corrected], "answered": answered[:ANSWERED],
        "is_city": staff.role == Role.CITY, "tab": "asked",
    }  # fmt: skip
    return render(request, "reports/asked.html", context)


def alone(request: HttpRequest) -> HttpResponse:
    """The counties that may prepare and submit by one hand, and one more."""
    form = OnePersonForm(posted(request), counties=counties_of(request.user))

    def act(data: dict) -> str:
        county = form.counties[data["county"]]
        allow_alone(by=request.user, county=county, reason=data["reason"], since=data["since"])
        return f"{county.name}从 {data['since']} 起可以一人办理。"

    if acted(request, form, act):
        return redirect("reports:alone")
    rows = OnePersonCounty.objects.visible_to(request.user).select_related("county", "allowed_by").order_by("-since", "-pk")
    context = {"form": form, "rows": list(rows), "today": clock.today()}
    return render(request, "reports/alone.html", context, status=422 if form.errors else 200)


def alone_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The permission holds no more."""
    leave = get_object_or_404(OnePersonCounty.objects.visible_to(request.user).select_related("county"), pk=pk)

    def act() -> str:
        ended = end_alone(by=request.user, leave=leave)
        if ended.until == clock.today():
            return f"{leave.county.name}一人办理到今天为止，明天起由两个人办理。"
        return f"{leave.county.name}不再一人办理。"

    pressed(request, act)
    return redirect("reports:alone")
