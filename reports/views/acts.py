"""What is done to a return from its page: drafted, checked, sent back, handed in; received, accepted, locked."""

import datetime
from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Division
from ledger.views.acting import acted
from reports.checking import check as check_return
from reports.checking import send_back as give_back
from reports.drafting import rebuild_drafts
from reports.life_forms import NilForm, ReturnReasonForm
from reports.models import Submission
from reports.nil import NOTHING
from reports.receiving import accept, lock, lock_all, receive, receive_all
from reports.submission_moves import CHECKED
from reports.submitting import submit as submit_return
from reports.views.kinds import ReturnKind
from reports.views.one_button import pressed
from reports.views.pages import draw
from reports.views.reach import county_in_reach, short_unit
from reports.views.words import keep_typed


def _forms(request: HttpRequest, kind: ReturnKind) -> list[str]:
    """Those that the button names in its address, or those that were ticked beside it."""
    named = request.GET.getlist("form") or request.POST.getlist("form")
    return [form for form in named if form in kind.forms]


def _seen(request: HttpRequest, forms: Iterable[str]) -> dict[str, str]:
    """The hash of each draft as the page showed it."""
    return {form: request.POST.get(f"seen_{form}", "") for form in forms}


def _back(kind: ReturnKind, county: Division, period: datetime.date) -> HttpResponse:
    return redirect(kind.page, period, county.code)


def rebuild(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """Bring the drafts up to the ledger as it stands now; after a return or an unlock this begins the correction."""
    county = county_in_reach(request.user, code)
    if refused := keep_typed(request, kind, county, period):
        return refused

    def act() -> str:
        rebuild_drafts(county, period, request.user, group=kind.forms)
        return "草稿已按现在的台账重新生成。"

    pressed(request, act)
    return _back(kind, county, period)


def check(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """核对完毕: what was looked at is right; a form that has nothing to tell says why."""
    county = county_in_reach(request.user, code)
    if refused := keep_typed(request, kind, county, period):
        return refused
    forms = _forms(request, kind)
    asked = [form for form in forms if f"nil_{form}" in request.POST]
    nil = NilForm(request.POST, forms={form: NOTHING[form] for form in asked})
    reasons = nil.reasons() if nil.is_valid() else {}
    try:
        check_return(by=request.user, county=county, period=period, forms=forms, seen_hash=_seen(request, forms), nil_reasons=reasons)
    except Refused as refused:
        if not asked:
            messages.error(request, refused.message)
            return _back(kind, county, period)
        nil.refuse(refused)
        return draw(request, kind, county, period, {"nil": nil})
    messages.success(request, f"{'、'.join(forms)} 已核对完毕，等负责人提交。")
    return _back(kind, county, period)


def submit(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """The lead hands in what was checked, as it was seen on the page."""
    county = county_in_reach(request.user, code)
    if refused := keep_typed(request, kind, county, period):
        return refused
    forms = _forms(request, kind)

    def act() -> str:
        submit_return(by=request.user, county=county, period=period, forms=forms, seen_hash=_seen(request, forms))
        return f"{'、'.join(forms)} 已上报{short_unit(county.parent)}。"

    pressed(request, act)
    return _back(kind, county, period)


def send_back(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """The lead gives what was checked back to whoever prepared it, with a reason."""
    request.nav_name = "reports:months"
    county = county_in_reach(request.user, code)
    rows = Submission.objects.visible_to(request.user).filter(due__county=county, due__period=period, due__form__in=kind.forms)
    checked = list(rows.filter(state=CHECKED).select_related("due", "prepared_by").defer("payload").order_by("due__form"))
    form = ReturnReasonForm(posted(request))

    def act(data: dict) -> str:
        forms = [one.due.form for one in checked]
        give_back(by=request.user, county=county, period=period, forms=forms, reason=data["reason"])
        return f"{'、'.join(forms)} 已退回经办人。"

    if acted(request, form, act):
        return _back(kind, county, period)
    if not checked:
        messages.error(request, "没有可以退回经办人的报表，请看现在的状态。")
        return _back(kind, county, period)
    context = {
        "form": form, "kind": kind, "county": county, "period": period, "title": "退回经办人", "save": "退回经办人",
        "told": [(one.due.get_form_display(), f"{one.prepared_by.full_name}核对") for one in checked],
        "lead": "退回后成为草稿，经办人按原因改好后重新核对。",
    }  # fmt: skip
    return render(request, "reports/return_reason.html", context, status=422 if form.errors else 200)


# ---- the city ----


def _each(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str, act: Callable, said: str) -> HttpResponse:
    """One move on the latest revision of each form that was named; what was done before a refusal stays done and is said."""
    county = county_in_reach(request.user, code)
    forms = _forms(request, kind)
    rows = Submission.objects.visible_to(request.user).filter(due__county=county, due__period=period, due__form__in=forms)
    latest = {one.due.form: one for one in rows.select_related("due").defer("payload", "checks").order_by("revision")}
    seen, done = _seen(request, forms), []
    try:
        for form, one in sorted(latest.items()):
            if seen[form] and seen[form] != one.rows_hash:
                raise Refused(f"您打开之后，{form} 已有新的修订。请看过再办理。")
            act(by=request.user, submission=one)
            done.append(form)
    except Refused as refused:
        messages.error(request, refused.message)
    if done:
        messages.success(request, f"{county.name} {'、'.join(done)} {said}。")
    return _back(kind, county, period)


def take(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """接收."""
    return _each(request, kind, period, code, receive, "已接收")


def agree(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """审核通过."""
    return _each(request, kind, period, code, accept, "审核通过")


def close(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """锁定."""
    return _each(request, kind, period, code, lock, "已锁定")


def take_all(request: HttpRequest, kind: ReturnKind, period: datetime.date) -> HttpResponse:
    """接收全部 of one period."""
    pressed(request, lambda: f"已接收 {receive_all(by=request.user, period=period, group=kind.forms)} 张报表。")
    return _to_index(kind, period)


def close_all(request: HttpRequest, kind: ReturnKind, period: datetime.date) -> HttpResponse:
    """锁定 whatever of one period was accepted."""
    pressed(request, lambda: f"已锁定 {lock_all(by=request.user, period=period, group=kind.forms)} 张报表。")
    return _to_index(kind, period)


def _to_index(kind: ReturnKind, period: datetime.date) -> HttpResponse:
    answer = redirect(kind.index)
    answer["Location"] += f"?period={period:%Y-%m}"
    return answer
