"""A policy's next version: copied or uploaded as a draft, changed, discarded, and published by a second person."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ledger.actions.refusals import Refused
from ledger.forms import posted
from ledger.models import Role
from settlement.actions import policies as actions
from settlement.figures import figures_of
from settlement.models import PolicyVersion, VersionState
from settlement.policy_faults import TextRefused
from settlement.policy_forms import CopyForm, NumbersForm, UploadForm
from settlement.policy_printed import said
from settlement.policy_scope import versions_for
from settlement.publishing import plan_of
from settlement.rules import policy_of
from settlement.views.policies import one_version, standing


def _draft(request: HttpRequest, pk: int) -> PolicyVersion:
    one = one_version(request, pk)
    if one.state != VersionState.DRAFT:
        raise Http404
    return one


def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft with the same text from another day on."""
    one = one_version(request, pk)
    if one.state == VersionState.DRAFT:
        raise Http404
    form = CopyForm(posted(request))
    if form.is_valid():
        try:
            draft = actions.copy_version(by=request.user, version=one, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已建立草稿：{draft}。请改有变化的数，并写明文号和条款。")
            return redirect("policies:edit", draft.pk)
    context = {"one": one, "standing": standing(one, request.user), "form": form}
    return render(request, "settlement/policies/copy.html", context, status=422 if form.errors else 200)


def upload(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A whole file: a new draft, or a draft's text anew. Every fault of it at once, with its key."""
    one = _draft(request, pk) if pk else None
    request.nav_name = "policies:list"
    form = UploadForm(posted(request), request.FILES or None)
    faults = []
    if request.method == "POST" and form.is_valid():
        text, note = form.cleaned_data["file"], form.cleaned_data["note"]
        try:
            if one:
                draft = actions.replace_text(by=request.user, version=one, text=text)
            else:
                draft = actions.draft_from_text(by=request.user, text=text, note=note)
        except TextRefused as refused:
            faults = refused.faults
            form.add_error("file", refused.message)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"文件没有错误，已存为草稿：{draft}。核对后由另一位市级经办人发布。")
            return redirect("policies:version", draft.pk)
    context = {"one": one, "form": form, "faults": faults}
    return render(request, "settlement/policies/upload.html", context, status=422 if form.errors else 200)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft's first day and numbers, layer by layer, beside those of the version it was made from."""
    one = _draft(request, pk)
    policy = policy_of(one)
    earlier = versions_for(request.user).filter(pk=one.based_on_id).first()
    old = policy_of(earlier) if earlier else None
    before = {figure.key: said(figure, old) for figure in figures_of(old)} if old else {}
    form = NumbersForm(posted(request), version=one, policy=policy, figures=figures_of(policy), before=before)
    stale = False
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_draft(
                by=request.user, version=one, first_day=data["first_day"], note=data["note"], numbers=form.numbers(), opened=data["opened"]
            )
        except Refused as refused:
            stale = isinstance(refused, actions.StaleDraft)
            form.refuse(refused)
        else:
            messages.success(request, "草稿已保存。请看过差别和对样例账单的影响，再请另一位市级经办人发布。")
            return redirect("policies:difference", one.pk)
    context = {"one": one, "standing": standing(one, request.user), "form": form, "earlier": earlier, "stale": stale}
    return render(request, "settlement/policies/edit.html", context, status=422 if form.errors else 200)


def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked once more, then away with the draft; nothing was ever settled by it."""
    one = _draft(request, pk)
    if request.method != "POST":
        return render(request, "settlement/policies/discard.html", {"one": one, "standing": standing(one, request.user)})
    try:
        actions.discard_draft(by=request.user, version=one)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("policies:version", pk)
    messages.success(request, f"已放弃草稿：{one}。")
    return redirect("policies:list")


def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What will happen, what stands against it; then done."""
    one = _draft(request, pk)
    refusal = ""
    if request.method == "POST":
        try:
            plan = actions.publish(by=request.user, version=one)
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, f"已发布{one}，自 {plan.first_day} 起执行。")
            return redirect("policies:version", pk)
    others = PolicyVersion.objects.filter(area=one.area, state=VersionState.PUBLISHED).order_by("during")
    plan = plan_of(one, request.user, list(others))
    context = {"one": one, "standing": standing(one, request.user), "plan": plan, "refusal": refusal, "city": Role.CITY.label}
    return render(request, "settlement/policies/publish.html", context, status=422 if refusal else 200)
