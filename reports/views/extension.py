"""展期 on the screen: a county asks for more time, the city answers; each asking has a page of its own."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger import clock
from ledger.forms import posted
from ledger.models import Role
from ledger.views.acting import acted
from reports.extending import ask_extension, grant_extension, refuse_extension, withdraw_extension
from reports.life_forms import ExtensionAnswerForm, ExtensionAskForm
from reports.models import Due, Extension
from reports.models.extension import ASKED
from reports.views.bar import deadline_hint
from reports.views.due_states import state_of
from reports.views.kinds import ReturnKind, kind_of
from reports.views.one_button import pressed
from reports.views.reach import county_in_reach


def extend(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """A clerk or lead asks for time, for what was never submitted, before or after the deadline."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    dues = Due.objects.visible_to(request.user).filter(county=county, period=period, form__in=kind.forms)
    dues = list(dues.exclude(submissions__submitted_at__isnull=False).exclude(extensions__state=ASKED).order_by("form"))
    if not dues:
        messages.error(request, "没有可以申请展期的报表：都已上报，或已有申请在等答复。")
        return redirect(kind.page, period, county.code)
    form = ExtensionAskForm(posted(request), dues=dues)

    def act(data: dict) -> str:
        forms = form.chosen()
        ask_extension(by=request.user, county=county, period=period, forms=forms, until_on=data["until_on"], reason=data["reason"])
        return f"已申请 {'、'.join(forms)} 展期到 {data['until_on']}，等市里答复。"

    if acted(request, form, act):
        return redirect(kind.page, period, county.code)
    context = {
        "form": form, "kind": kind, "county": county, "period": period, "dues": dues,
        "hint": deadline_hint(state_of(min(dues, key=lambda due: due.closes_at), None, clock.now())),
    }  # fmt: skip
    return render(request, "reports/extension_ask.html", context, status=422 if form.errors else 200)


def extension(request: HttpRequest, pk: int) -> HttpResponse:
    """One asking: the city answers it, the county may take it back."""
    request.nav_name = "reports:asked" if request.user.role == Role.CITY else "reports:months"
    rows = Extension.objects.visible_to(request.user).select_related("due__county__parent", "asked_by", "answered_by")
    one = get_object_or_404(rows, pk=pk)
    kind, due = kind_of(one.due.form), one.due
    is_city, granting = request.user.role == Role.CITY, "refuse" not in request.POST
    form = ExtensionAnswerForm(posted(request) if is_city else None, granting=granting, initial={"granted_on": one.until_on})

    def act(data: dict) -> str:
        if granting:
            grant_extension(by=request.user, extension=one, **data)
            return f"已同意 {due.county.name} {due.form} 展期到 {data['granted_on']}。"
        refuse_extension(by=request.user, extension=one, answer=data["answer"])
        return f"没有同意 {due.county.name} {due.form} 展期。"

    def withdraw() -> str:
        withdraw_extension(by=request.user, extension=one)
        return f"已撤回 {due.form} 的展期申请。"

    done = acted(request, form, act) if is_city else pressed(request, withdraw)
    if done:
        return redirect("reports:asked") if is_city else redirect(kind.page, due.period, due.county.code)
    context = {
        "one": one, "form": form, "kind": kind, "due": due, "is_city": is_city, "open": one.state == ASKED,
        "hint": deadline_hint(state_of(due, None, clock.now())),
    }  # fmt: skip
    return render(request, "reports/extension.html", context, status=422 if form.errors else 200)
