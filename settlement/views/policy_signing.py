"""示范参数: every number that the documents do not print, on one page, and a city official's signature under it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions.refusals import Refused
from ledger.forms import posted
from settlement.actions.signing import NotSigned, sign_off
from settlement.figures import assumed_figures
from settlement.models import PolicyVersion
from settlement.policy_forms import SignForm
from settlement.policy_printed import said
from settlement.policy_words import Reading
from settlement.views.policies import as_written, disease_names, one_version, standing


def assumed(request: HttpRequest, pk: int) -> HttpResponse:
    """Read by everyone who reads policies; signed by the city, for a published version."""
    one = one_version(request, pk)
    shown = standing(one, request.user)
    may_sign = shown.keeps and shown.published
    if request.method == "POST" and not may_sign:
        raise Http404
    form = SignForm(posted(request), figures=assumed_figures(as_written(one)))
    differing = False
    if form.is_valid():
        entries = form.entries()
        if not entries:
            form.add_error(None, "还没有填任何一行。请照地方文件，在要签认的参数后面写条款和文件上的数。")
        else:
            try:
                rows = sign_off(by=request.user, version=one, entries=entries)
            except Refused as refused:
                differing = isinstance(refused, NotSigned) and refused.differing
                form.refuse(refused)
            else:
                messages.success(request, _done(one, len(rows), shown.unsigned - len(rows)))
                return redirect("policies:assumed", pk)
    context = {"one": one, "standing": shown, "form": form, "may_sign": may_sign, "differing": differing, "groups": _groups(one, form)}
    return render(request, "settlement/policies/assumed.html", context, status=422 if form.errors else 200)


def _done(one: PolicyVersion, signed: int, left: int) -> str:
    if left <= 0:
        return f"已签认 {signed} 个。{one}的参数都有了出处，按它结算不再标示范参数。"
    return f"已签认 {signed} 个，还有 {left} 个示范参数没有签认。"


def _groups(one: PolicyVersion, form: SignForm) -> list:
    """By layer: the number in words, its list, its inputs, and who has signed."""
    policy = as_written(one)
    signed = {row.key: row for row in one.signoffs.all()}
    lists = {f"conditions.{sheet.name}": sheet.tests for sheet in Reading(policy, policy, disease_names(), {}).conditions}
    return [
        (group, [(figure, said(figure, policy), unit, clause, printed, signed.get(figure.key), lists.get(figure.key)) for figure, unit, clause, printed in rows])
        for group, rows in form.groups()
    ]  # fmt: skip
