"""说明: a county's answers to what the checks found, typed beside the findings on the return's page or on a page of their own."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledger.forms import posted
from ledger.views.acting import acted
from reports.answering import answer_checks, checks_of_drafts
from reports.check_answer_forms import AnswersForm
from reports.models import Form
from reports.views.kinds import kind_of
from reports.views.reach import county_in_reach


def check_answers(request: HttpRequest, period: datetime.date, code: str, form: str) -> HttpResponse:
    """Every finding that wants or has an answer, each with its box; what is sent from here or from beside the findings is kept together."""
    if form not in Form.values:
        raise Http404
    kind = kind_of(form)
    request.nav_name = kind.index
    county = county_in_reach(request.user, code)
    back = reverse(kind.page, args=[period, county.code])
    found = [check for check in checks_of_drafts(request.user, county, period, form) if check.tone == "warn"]
    typed = AnswersForm(posted(request), checks=found)

    def act(_: dict) -> str:
        given = typed.given()
        answer_checks(by=request.user, county=county, period=period, form=form, answers=given)
        return f"{len(given)} 项说明已保存，随表一起上报。" if given else "说明没有改动。"

    if not found:
        messages.info(request, "现在没有要说明的核对项了。")
        return redirect(back)
    if acted(request, typed, act):
        return redirect(back)
    context = {"form": typed, "county": county, "period": period, "kind": kind, "back": back}
    return render(request, "reports/check_answers.html", context, status=422 if typed.errors else 200)
