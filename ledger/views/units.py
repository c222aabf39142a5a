"""单位名称: what the prefecture's and its counties' units are called, since when, and before; the city adds a name."""

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.unit_names import kinds_of, name_unit, withdraw_name
from ledger.data_change_list import last_changes
from ledger.forms import DayField, PlainField, asked, posted
from ledger.kept_forms import KeptForm
from ledger.models import Division, Role, UnitName
from ledger.models.division import Level, UnitKind


class UnitForm(KeptForm):
    """A unit's name from a day on."""

    division = forms.ModelChoiceField(Division.objects.none(), label="区划", empty_label=None)
    kind = forms.ChoiceField(label="部门")
    name = PlainField(label="名称", max_length=60)
    short_name = PlainField(label="简称", max_length=30, required=False)
    since = DayField(label="启用日期")

    def __init__(self, *args, area: Division, **kwargs):
        super().__init__(*args, **kwargs)
        own = Division.objects.filter(pk=area.pk)
        if area.level == Level.COUNTY:
            own = Division.objects.filter(Q(pk=area.pk) | Q(parent=area, ended_on=None))
        self.fields["division"].queryset = own.select_related("parent__parent").order_by("code")
        kinds = list(UnitKind) if area.level == Level.COUNTY else kinds_of(area)
        self.fields["kind"].choices = [("", "请选择"), *((kind.value, kind.label) for kind in kinds)]


def _rows(area: Division) -> list[dict]:
    """Every unit of the area: its name today, those before and those to come."""
    today = clock.today()
    divisions = [area]
    if area.level == Level.COUNTY:
        divisions += Division.objects.filter(parent=area, ended_on=None).order_by("code")
    names: dict[tuple, list[UnitName]] = {}
    for one in UnitName.objects.filter(division__in=divisions).order_by("since"):
        names.setdefault((one.division_id, one.kind), []).append(one)
    rows = []
    for division in divisions:
        for kind in kinds_of(division):
            known = names.get((division.pk, kind.value), [])
            past = [one for one in known if one.since <= today]
            rows.append({
                "division": division, "kind": kind.label, "now": past[-1] if past else None, "standing_in": f"{division.name}{kind.label}",
                "before": past[:-1][::-1], "later": [one for one in known if one.since > today],
            })  # fmt: skip
    return rows


def _area(request: HttpRequest) -> tuple[list[Division], Division]:
    """The areas to choose from and the one asked for: a bureau sees its county, the city its own units first."""
    if request.user.role != Role.CITY:
        return [request.user.area], request.user.area
    areas = [request.user.area, *Division.objects.counties_of(request.user.area).select_related("parent")]
    return areas, next((one for one in areas if one.code == asked(request, "area")), areas[0])


def units(request: HttpRequest) -> HttpResponse:
    """The units of an area; the city adds a name beside the list."""
    keeps = request.user.role == Role.CITY
    if request.method == "POST" and not keeps:
        raise Http404
    areas, area = _area(request)
    form = UnitForm(posted(request), area=area) if keeps else None
    if form and form.is_valid():
        try:
            made = name_unit(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已保存：{made.division.label}的{made.get_kind_display()}自 {made.since} 起称{made.name}。")
            return redirect(f"{reverse('ledger:units')}?area={area.code}")
    context = {"areas": areas, "area": area, "rows": _rows(area), "form": form, "keeps": keeps, **last_changes(request.user, "unit")}
    return render(request, "ledger/units.html", context, status=422 if form and form.errors else 200)


def unit_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A name that has not come into use yet goes again."""
    request.nav_name, city = "ledger:units", request.user.area
    within = Q(division=city) | Q(division__parent=city) | Q(division__parent__parent=city)
    unit_name = get_object_or_404(UnitName.objects.filter(within).select_related("division__parent"), pk=pk)
    area = unit_name.division.county or city
    form = KeptForm(posted(request))
    if form.is_valid():
        try:
            withdraw_name(by=request.user, unit_name=unit_name, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已撤回{unit_name.name}。")
            return redirect(f"{reverse('ledger:units')}?area={area.code}")
    context = {
        "form": form, "title": "撤回单位名称", "told": f"{unit_name.name}，{unit_name.since} 启用", "top": "单位名称",
        "back": f"{reverse('ledger:units')}?area={area.code}", "save": "撤回名称", "section": "依据", "danger": True,
        "lead": "撤回后，到那一天仍用原来的名称。已经启用的名称不能撤回。", "layout": [("document", "w4")],
    }  # fmt: skip
    return render(request, "ledger/kept_form.html", context, status=422 if form.errors else 200)
