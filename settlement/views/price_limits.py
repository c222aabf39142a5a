"""单病种限额 and 医院级别: what the city keeps beside its policies."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from hospitals.models import Hospital, HospitalLevel
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.forms import asked, posted
from ledger.models import Role, Staff
from settlement.actions.price_limits import DAY, add_limit, end_limit, remove_limit, set_levels
from settlement.models import PolicyArea, PolicyVersion, PriceLimit, VersionState
from settlement.policy_effect import levels_of
from settlement.policy_forms import EndLimitForm, LevelsForm, LimitForm
from settlement.policy_scope import areas_for, versions_for
from settlement.rules import policy_of


def _levels(versions) -> dict[str, str]:
    """Every level that any of these versions pays by, the newest version's first."""
    return levels_of(*(policy_of(version) for version in versions))


def _versions(staff: Staff, **where) -> list[PolicyVersion]:
    return list(versions_for(staff).filter(**where).exclude(state=VersionState.REPLACED).order_by("-during", "-number"))


def _area(request: HttpRequest) -> tuple[list[PolicyArea], PolicyArea | None]:
    """The areas that have a policy, the reader's own first, and the one that is asked for."""
    used = areas_for(request.user).filter(versions__isnull=False).distinct().select_related("division")
    areas = sorted(used, key=lambda area: (area.division_id is None, area.name))
    return areas, next((area for area in areas if str(area.pk) == asked(request, "area")), areas[0] if areas else None)


def limits(request: HttpRequest) -> HttpResponse:
    """The limits of an area, those in force first; the city adds one beside the list."""
    keeps = request.user.role == Role.CITY
    areas, area = _area(request)
    if request.method == "POST" and not (keeps and area):
        raise Http404
    levels = _levels(_versions(request.user, area=area)) if area else {}
    form = LimitForm(posted(request), levels=levels) if keeps and area else None
    if form and form.is_valid():
        try:
            limit = add_limit(by=request.user, area=area, levels=levels, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已添加{limit.disease}的限额 {limit.amount_yuan:,.2f} 元，自 {limit.during.lower} 起。")
            return redirect(f"{reverse('policies:limits')}?area={area.pk}")
    every = asked(request, "all") == "yes"
    rows = PriceLimit.objects.filter(area=area).select_related("disease", "made_by").order_by("disease__position", "level", "-during")
    if not every:
        rows = rows.filter(Q(during__upper_inf=True) | Q(during__endswith__gt=clock.today()))
    context = {
        "areas": areas, "area": area, "keeps": keeps, "form": form, "every": every, "today": clock.today(),
        "rows": [(row, levels.get(row.level, row.level) or "各级别", *_standing(row)) for row in rows],
    }  # fmt: skip
    return render(request, "settlement/policies/limits.html", context, status=422 if form and form.errors else 200)


def _standing(limit: PriceLimit) -> tuple[str, str]:
    today = clock.today()
    if limit.during.lower > today:
        return "待执行", "go"
    if limit.during.upper is not None and limit.during.upper <= today:
        return "已止", "idle st-end"
    return "现行", "ok st-done"


def _limit(request: HttpRequest, pk: int) -> tuple[PriceLimit, dict[str, str], str]:
    request.nav_name = "policies:limits"
    kept = PriceLimit.objects.filter(area__in=areas_for(request.user)).select_related("area", "disease")
    limit = get_object_or_404(kept, pk=pk)
    return limit, _levels(_versions(request.user, area=limit.area)), f"{reverse('policies:limits')}?area={limit.area_id}"


def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a limit."""
    limit, levels, back = _limit(request, pk)
    form = EndLimitForm(posted(request))
    if form.is_valid():
        try:
            end_limit(by=request.user, limit=limit, levels=levels, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{limit.disease}的限额执行到 {form.cleaned_data['last_day']}。")
            return redirect(back)
    context = {
        "limit": limit, "level": levels.get(limit.level, limit.level) or "各级别", "form": form, "back": back,
        "last": limit.during.upper - DAY if limit.during.upper else None,
    }  # fmt: skip
    return render(request, "settlement/policies/limit_end.html", context, status=422 if form.errors else 200)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """One entered by mistake."""
    limit, levels, back = _limit(request, pk)
    try:
        remove_limit(by=request.user, limit=limit, levels=levels)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("policies:limit-end", pk)
    messages.success(request, f"已删除{limit.disease}的限额。")
    return redirect(back)


def levels(request: HttpRequest) -> HttpResponse:
    """Which level each hospital counts as under a policy; without one no bill of it is settled."""
    request.nav_name, keeps = "policies:list", request.user.role == Role.CITY
    versions = sorted(_versions(request.user), key=lambda one: one.area.division_id is None)
    policies = {one.code: one for one in reversed(versions) if policy_of(one).levels}
    policies = {code: policies[code] for code in dict.fromkeys(one.code for one in versions) if code in policies}
    code = asked(request, "policy")
    one = policies.get(code) or next(iter(policies.values()), None)
    if request.method == "POST" and not (keeps and one):
        raise Http404
    if one is None:
        return render(request, "settlement/policies/levels.html", {"policies": policies, "one": None})
    names = _levels([version for version in versions if version.code == one.code])
    prefecture = request.user.area.prefecture
    own = Hospital.objects.filter(Q(county=None) | Q(county__parent=prefecture) | Q(county=prefecture), is_active=True)
    hospitals = list(own.select_related("county").order_by("code"))
    known = dict(HospitalLevel.objects.filter(policy=one.code, hospital__in=hospitals).values_list("hospital", "level"))
    form = LevelsForm(posted(request), hospitals=hospitals, levels=names, known=known)
    if form.is_valid():
        try:
            changed = set_levels(by=request.user, area=one.area, policy=one.code, levels=names, chosen=form.chosen())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存，改了 {changed} 家医院的级别。" if changed else "没有改动。")
            return redirect(f"{reverse('policies:levels')}?policy={one.code}")
    rows = [(hospital, field, names.get(known.get(hospital.pk, ""), "")) for hospital, field in form.rows()]
    context = {
        "policies": policies, "one": one, "keeps": keeps, "form": form, "rows": rows, "names": names,
        "missing": sum(1 for *_, name in rows if not name),
    }  # fmt: skip
    return render(request, "settlement/policies/levels.html", context, status=422 if form.errors else 200)
