"""冲销: a settlement undone once, with a reason, and its bill brought back to the form to be settled anew."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions.refusals import Refused
from ledger.forms import LedgerForm, PlainField, posted
from settlement.actions.settling import Request
from settlement.actions.settling import reverse as undo
from settlement.drafts import bill_of_settlement, open_draft, scope_of
from settlement.order import standing_of
from settlement.views.records import find_settlement, settled_anew


class ReversalForm(LedgerForm):
    reason = PlainField(label="冲销原因", max_length=200)


def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then undo; the form's key makes the second press the first one's answer."""
    settlement = find_settlement(request, pk)
    form, key = ReversalForm(posted(request)), _key(request)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        asked = Request(scope_of(request.user), key, {"settlement": settlement.pk, "reason": reason})
        try:
            undo(by=request.user, settlement=settlement, reason=reason, request=asked)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已冲销结算 {settlement.number}。年度额度和累计已退回；要重新结算，可用原账单。")
            return redirect("settlement:record", settlement.pk)
    elif request.method != "POST" and not settlement.stands:
        messages.info(request, f"结算 {settlement.number} 已经冲销过，不能再次冲销。")
        return redirect("settlement:record", settlement.pk)
    later = standing_of(settlement.person_year).filter(settled_at__gt=settlement.settled_at).count()
    context = {"form": form, "settlement": settlement, "later": later, "key": key}
    return render(request, "settlement/reverse.html", context, status=422 if form.errors else 200)


def _key(request: HttpRequest) -> str:
    """The number of this request: the form's, as it was handed out; another where it brings none."""
    return request.POST.get("key", "").replace("\0", "")[:80] or secrets.token_urlsafe(12)


def again(request: HttpRequest, pk: int) -> HttpResponse:
    """The reversed settlement's bill on the form, ready to be changed and settled anew."""
    settlement = find_settlement(request, pk)
    if request.user.hospital_code != settlement.hospital.code:
        raise Http404
    if settlement.stands or settled_anew(settlement, request.user):
        messages.info(request, "这次住院有一张有效的结算。要重新结算，请先冲销它。")
        return redirect("settlement:record", pk)
    draft = open_draft(request, settlement.person, bill_of_settlement(settlement), after=settlement.pk)
    return redirect("settlement:bill-of", draft.token)
