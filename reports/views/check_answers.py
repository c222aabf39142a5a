"""说明: a county's answer to one finding, typed beside it on the return's page or on a page of its own."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledger.forms import asked, posted
from ledger.models import Division
from ledger.views.acting import acted
from reports.answering import answer_check, checks_of_drafts
from reports.check_rule_forms import AnswerForm
from reports.models import Form
from reports.views.kinds import kind_of
from reports.views.reach import county_in_reach


def return_address(form: str, period: datetime.date, county: Division) -> str:
    """The page of the return that the finding is about."""
    return reverse(kind_of(form).page, args=[period, county.code])


def check_answer(request: HttpRequest, period: datetime.date, code: str, form: str) -> HttpResponse:
    """One finding (``?check=``) with its people, and the box; sent from here or from beside the finding."""
    if form not in Form.values:
        raise Http404
    request.nav_name = kind_of(form).index
    county = county_in_reach(request.user, code)
    asked_for = asked(request, "check")
    found = {check.code: check for check in checks_of_drafts(request.user, county, period, form)}
    check = found.get(asked_for)
    back = return_address(form, period, county)
    if check is None or check.tone != "warn":
        messages.info(request, "这一项现在不用说明了。")
        return redirect(back)
    initial = {"finding": check.finding, "text": check.answer.text if check.answer else check.earlier}
    typed = AnswerForm(posted(request), initial=initial)

    def act(data: dict) -> str:
        answer_check(by=request.user, county=county, period=period, form=form, code=check.code, **data)
        return "说明已保存，随表一起上报。"

    if acted(request, typed, act):
        return redirect(f"{back}#check-{check.code}")
    context = {"form": typed, "check": check, "county": county, "period": period, "back": back, "finding": check.finding}
    return render(request, "reports/check_answer.html", context, status=422 if typed.errors else 200)
