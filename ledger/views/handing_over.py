"""交接工作: whose open cases, to whom, why; shown before anything moves."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ledger.actions import assigning as actions
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import LedgerForm, PlainField, posted, whole_number
from ledger.models import Staff
from ledger.transitions import STATES

SHOWN = 50


class HandOverForm(LedgerForm):
    """Who goes on with the work, and why it changes hands."""

    to = forms.ModelChoiceField(Staff.objects.none(), label="接手人", empty_label="请选择")
    reason = PlainField(label="原因", max_length=300)

    def __init__(self, *args, staff: Staff, leaving: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = actions.hands(staff.area).exclude(pk=leaving.pk)
        self.fields["to"].label_from_instance = lambda one: f"{one.full_name}（{one.get_role_display()}）"


def hand_over(request: HttpRequest) -> HttpResponse:
    """Everybody with how much is in their hands; then one of them, with what would go into whose."""
    asked = whole_number((request.POST if request.method == "POST" else request.GET).get("staff", ""))
    if asked is None:
        if request.method == "POST":
            messages.error(request, "请先选择交出工作的人。")
            return redirect("ledger:hand-over")
        return render(request, "ledger/hand_over.html", {"holders": actions.holders(request.user)})
    return _of(request, asked)


def _of(request: HttpRequest, pk: int) -> HttpResponse:
    """One clerk's open cases, and the form that hands them over. Somebody of another county, with nothing here, is not there."""
    here = [one.pk for one in actions.holders(request.user)]
    leaving = get_object_or_404(Staff.objects.filter(Q(pk__in=here)), pk=pk)
    form = HandOverForm(posted(request), staff=request.user, leaving=leaving)
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            number = actions.hand_over(by=request.user, leaving=leaving, seen=seen, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{leaving.full_name}的 {number} 例已交给{form.cleaned_data['to'].full_name}。")
            return redirect("ledger:hand-over")
    cases = list(actions.open_work(leaving, by=request.user))
    counts: dict[str, int] = {}
    for case in cases:
        counts[case.state] = counts.get(case.state, 0) + 1
    if request.method == "GET":
        told = {"list": "hand-over", "rows": min(len(cases), SHOWN), "username": leaving.username}
        record("viewed_list", by=request.user, county=request.user.area, detail=told)
    context = {
        "leaving": leaving, "form": form, "cases": cases[:SHOWN], "number": len(cases), "seen": actions.mark_of(cases),
        "counts": [(words, counts[state]) for state, words in STATES if state in counts], "lists": actions.lists_waiting(leaving),
    }  # fmt: skip
    return render(request, "ledger/hand_over_of.html", context, status=422 if form.errors else 200)
