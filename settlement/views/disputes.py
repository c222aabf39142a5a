"""争议款: rows that payers have set aside, and how each ends."""

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import posted, whole_number
from settlement.actions.disputes import accept_dispute, put_back, refuse_dispute, set_aside
from settlement.actions.statements import side_of
from settlement.models import Dispute, Outcome, Standing, Statement
from settlement.statement_forms import DisputeForm, ResolveForm
from settlement.statement_states import PAYER, may

PAGE = 200
TABS = [("open", "待处理"), ("closed", "已处理")]
OUTCOME_MARKS = {
    Outcome.OPEN: "warn", Outcome.PUT_BACK: "idle st-end", Outcome.ACCEPTED: "ok st-done", Outcome.REFUSED: "bad st-stop",
}  # fmt: skip


def disputes(request: HttpRequest) -> HttpResponse:
    """Those that wait, oldest first; or those that have ended, newest first."""
    seen = Dispute.objects.visible_to(request.user)
    tab = "closed" if request.GET.get("tab") == "closed" else "open"
    waiting = seen.filter(outcome=Outcome.OPEN)
    chosen = waiting.order_by("opened_at", "pk") if tab == "open" else seen.exclude(outcome=Outcome.OPEN)
    rows = list(chosen.select_related("statement__hospital", "statement__county", "opened_by", "closed_by")[:PAGE])
    record("viewed_list", by=request.user, county=request.user.area.county, detail={"what": "争议款", "rows": len(rows)})
    context = {
        "tab": tab, "tabs": TABS, "rows": rows, "marks": OUTCOME_MARKS, "number": waiting.count(), "page_size": PAGE,
        "sum": waiting.aggregate(sum=Sum("set_aside_yuan"))["sum"] or 0, "may_end": side_of(request.user) == PAYER,
    }  # fmt: skip
    return render(request, "settlement/statements/disputes.html", context)


def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Set layers of one row of a statement aside. The row is named by any of its entries."""
    request.nav_name = "statements:list"
    one = get_object_or_404(Statement.objects.visible_to(request.user).select_related("hospital", "county"), pk=pk)
    first = one.entries.filter(pk=whole_number(request.GET.get("row", ""))).first()
    if first is None or not (side_of(request.user, one) == PAYER and may(PAYER, one.state, "accept")):
        messages.error(request, "医院确认之后、支付方确认之前，由支付方在明细的一行上提出争议。")
        return redirect("statements:statement", one.pk)
    entries = one.entries.filter(number=first.number, kind=first.kind, standing=Standing.PAYABLE).order_by("position")
    form = DisputeForm(posted(request), entries=entries)
    if request.method == "POST" and form.is_valid():
        try:
            made = set_aside(by=request.user, statement=one, entries=form.cleaned_data["layers"], reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已把结算 {made.number} 的 {made.set_aside_yuan:,} 元列为争议款，本期不付。")
            return redirect("statements:statement", one.pk)
    return render(
        request, "settlement/statements/dispute.html", {"one": one, "first": first, "form": form}, status=422 if form.errors else 200
    )


def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute: what it is about, and its ending where the reader is the payer and it is open."""
    request.nav_name = "statements:disputes"
    scoped = Dispute.objects.visible_to(request.user).select_related("statement__hospital", "statement__county", "opened_by", "closed_by")
    one = get_object_or_404(scoped, pk=pk)
    may_end = side_of(request.user, one.statement) == PAYER and one.outcome == Outcome.OPEN
    form = ResolveForm(posted(request), statement=one.statement) if may_end else None
    if request.method == "POST" and form is None:
        messages.error(request, "争议款由提出争议的支付方处理，已处理的不再改动。")
        return redirect("statements:resolve", one.pk)
    if request.method == "POST" and form.is_valid():
        try:
            ended = _end(request.user, one, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"结算 {ended.number} 的争议：{ended.get_outcome_display()}。")
            return redirect("statements:disputes")
    entries = list(one.entries.select_related("statement").order_by("statement__month", "position"))
    context = {"one": one, "form": form, "entries": entries, "mark": OUTCOME_MARKS[one.outcome]}
    return render(request, "settlement/statements/resolve.html", context, status=422 if form and form.errors else 200)


def _end(by, one: Dispute, outcome: str, reason: str, agreed_with: str) -> Dispute:
    if outcome == Outcome.PUT_BACK:
        return put_back(by=by, dispute=one, reason=reason)
    if outcome == Outcome.ACCEPTED:
        return accept_dispute(by=by, dispute=one, reason=reason)
    return refuse_dispute(by=by, dispute=one, reason=reason, agreed_with=agreed_with)
