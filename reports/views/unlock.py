"""解锁 on the screen: one person asks with a reason, another of the city agrees."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.forms import posted
from ledger.models import Role
from ledger.views.acting import acted
from reports.life_forms import UnlockAnswerForm, UnlockAskForm
from reports.models import Submission, Unlock
from reports.models.unlock import ASKED
from reports.submission_moves import LOCKED
from reports.unlocking import agree_unlock, ask_unlock, refuse_unlock, withdraw_unlock
from reports.views.kinds import ReturnKind, kind_of
from reports.views.one_button import pressed
from reports.views.reach import county_in_reach


def unlock_ask(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """The county's lead or the city says why a locked return must be opened again."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    asked = request.POST.get("form") or request.GET.get("form") or kind.forms[0]
    if asked not in kind.forms:
        raise Http404
    rows = Submission.objects.visible_to(request.user).filter(due__county=county, due__period=period, due__form=asked)
    kept = rows.select_related("due", "submitted_by").defer("payload", "checks").order_by("-revision").first()
    if kept is None or kept.state != LOCKED:
        messages.error(request, f"{asked} 没有锁定，不用解锁。")
        return redirect(kind.page, period, county.code)
    form = UnlockAskForm(posted(request))

    def act(data: dict) -> str:
        ask_unlock(by=request.user, submission=kept, reason=data["reason"])
        return f"已申请解锁 {asked}，由另一位市级人员同意后才能更正。"

    if acted(request, form, act):
        return redirect(kind.page, period, county.code)
    context = {
        "form": form, "kind": kind, "county": county, "period": period, "title": f"申请解锁 {asked}", "save": "提交申请",
        "hidden": [("form", asked)], "told": [(kept.due.get_form_display(), f"{kept.submitted_by.full_name}上报，已锁定")],
        "lead": "写明哪个数字错了、怎么错的。另一位市级人员同意以后，县里按现在的台账更正，重新核对、上报；原数字在更正上报以前仍然有效。",
    }  # fmt: skip
    return render(request, "reports/return_reason.html", context, status=422 if form.errors else 200)


def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """One asking: another person of the city answers it, whoever asked may take it back."""
    request.nav_name = "reports:asked" if request.user.role == Role.CITY else "reports:months"
    rows = Unlock.objects.visible_to(request.user).select_related("submission__due__county__parent", "asked_by", "answered_by")
    one = get_object_or_404(rows.defer("submission__payload", "submission__checks"), pk=pk)
    due = one.submission.due
    kind, own = kind_of(due.form), one.asked_by_id == request.user.pk
    answers, agreeing = request.user.role == Role.CITY and not own, "refuse" not in request.POST
    form = UnlockAnswerForm(posted(request) if answers else None, agreeing=agreeing)

    def act(data: dict) -> str:
        if agreeing:
            agree_unlock(by=request.user, unlock=one, answer=data["answer"])
            return f"{due.county.name} {due.form} 已解锁，等县里更正后重新上报。"
        refuse_unlock(by=request.user, unlock=one, answer=data["answer"])
        return f"没有同意解锁 {due.county.name} {due.form}。"

    def withdraw() -> str:
        withdraw_unlock(by=request.user, unlock=one)
        return "已撤回解锁申请。"

    if acted(request, form, act) if answers else pressed(request, withdraw):
        return redirect(kind.page, due.period, due.county.code)
    context = {"one": one, "form": form, "kind": kind, "due": due, "answers": answers, "own": own, "open": one.state == ASKED}
    return render(request, "reports/unlock.html", context, status=422 if form.errors else 200)
