"""F1 on any past day, and F5, the baseline: both asked by a day, both open into their people or stand alone."""

import datetime
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import DayField, LedgerForm
from ledger.models import Division, Role, Staff
from reports.forms.coverage import covered_diseases, printed_groups
from reports.forms.f1 import TOTAL, Table, f1_people, figure_people, notes, tabulate
from reports.forms.f5 import baseline, baseline_groups, heading
from reports.forms.payload import f1_title, policy_notes
from reports.views.f1_table import ALL, print_table
from reports.views.lists import figure_title, listed, page_of
from reports.views.reach import counties_of, health_unit

FIRST_LIST_ENDED = datetime.date(2017, 5, 31)  # 附件 8: 统计截止日期为 2017 年 5 月。


class DayForm(LedgerForm):
    """A day up to today."""

    on = DayField(label="日期")

    def clean_on(self) -> datetime.date:
        on = self.cleaned_data["on"]
        if on > clock.today():
            raise forms.ValidationError(f"{on} 晚于今天，请改选今天或更早的日期。")
        return on


class PreviewForm(DayForm):
    """A day, and for the city one county or all of them."""

    county = forms.ChoiceField(label="县（区）", required=False)

    def __init__(self, *args, staff: Staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.counties = counties_of(staff)
        if staff.role == Role.CITY:
            whole = [("", f"{staff.area.label}全市")]
        else:
            whole = [("", staff.area.name)]
        self.fields["county"].choices = whole + [(county.code, county.name) for county in self.counties]

    def chosen(self) -> list[Division]:
        code = self.cleaned_data["county"]
        return [county for county in self.counties if not code or county.code == code]


def _asked(request: HttpRequest, default: datetime.date) -> dict:
    """What the address asks for, with today where it says nothing."""
    return {"on": request.GET.get("on") or default.isoformat(), "county": request.GET.get("county", "")}


def _tabulated(counties: list[Division], on: datetime.date) -> Table:
    groups = printed_groups(counties[0], on)
    return tabulate(f1_people([county.pk for county in counties], on), on, [group.pk for group in groups])


def preview(request: HttpRequest) -> HttpResponse:
    """F1 as of a day, from the dated facts; nothing is kept."""
    asked = _asked(request, clock.today())
    form = PreviewForm(asked, staff=request.user)
    context: dict = {"form": form}
    if form.is_valid() and form.counties:
        try:
            context |= _previewed(request.user, form.chosen(), form.cleaned_data["on"], form.cleaned_data["county"])
        except Refused as refused:
            form.add_error("on", refused.message)
    return render(request, "reports/preview.html", context, status=422 if form.errors else 200)


def _previewed(staff: Staff, counties: list[Division], on: datetime.date, code: str) -> dict:
    groups = {group.name: group.pk for group in printed_groups(counties[0], on)}
    table = _tabulated(counties, on)
    rows = [{"name": name, **table.figures()[pk]} for name, pk in groups.items()]
    query = urlencode({"on": on.isoformat(), **({"county": code} if code else {})})

    def opens(group: str, figure: str) -> str:
        return f"{reverse('reports:preview-people', args=[group, figure])}?{query}"

    total = table.total_figures()
    place = counties[0] if len(counties) == 1 else staff.area
    unit = health_unit(place, on)
    return {
        "table": print_table(rows, total, len(table.neither), notes(rows, total, len(table.neither)), groups, opens),
        "title": f1_title(place.prefecture.name),
        "unit": unit.name if unit else place.name,
        "on": on,
        "policy_notes": policy_notes(len(covered_diseases(place, on))),
    }


def people(request: HttpRequest, group: str, figure: str) -> HttpResponse:
    """Whoever one figure of the preview counts."""
    request.nav_name = "reports:preview"
    form = PreviewForm(_asked(request, clock.today()), staff=request.user)
    if not form.is_valid() or not form.counties:
        raise Http404
    row, label = figure_title(group, figure)
    counties, on = form.chosen(), form.cleaned_data["on"]
    try:
        table = _tabulated(counties, on)
        ids = figure_people(table, TOTAL if group == ALL else int(group), figure)
    except (Refused, KeyError):
        raise Http404 from None
    page = page_of(request, len(ids))
    county = counties[0] if len(counties) == 1 else None
    told = {"form": "F1", "on": on.isoformat(), "row": row, "figure": figure, "people": len(ids), "from": page.first}
    record("viewed_list", by=request.user, county=county, detail=told)
    context = {
        "county": county or request.user.area, "row": row, "label": label, "page": page, "on": on, "figure": figure,
        "people": listed(request.user, ids[page.first : page.last], on), "crumb": "preview",
        "query": urlencode({"on": on.isoformat(), "county": form.cleaned_data["county"]}),
    }  # fmt: skip
    return render(request, "reports/people.html", context)


def baseline_page(request: HttpRequest) -> HttpResponse:
    """F5 on a day: all counties for the city, a county's own row for its bureau."""
    form = DayForm(_asked(request, FIRST_LIST_ENDED))
    context: dict = {"form": form, "prefecture": request.user.area.prefecture}
    if form.is_valid():
        try:
            context |= _counted(request.user, form.cleaned_data["on"])
        except Refused as refused:
            form.add_error("on", refused.message)
    return render(request, "reports/baseline.html", context, status=422 if form.errors else 200)


def _counted(staff: Staff, on: datetime.date) -> dict:
    prefecture = staff.area.prefecture
    groups, counted = baseline_groups(prefecture, on), baseline(prefecture, on)
    places = [prefecture, *counties_of(staff)] if staff.role == Role.CITY else counties_of(staff)
    rows = [(place, [counted[place.code][name] for name in (TOTAL, *(group.name for group in groups))]) for place in places]
    diseases = covered_diseases(prefecture, on)
    return {"on": on, "headings": [heading(group) for group in groups], "rows": rows, "diseases": len(diseases)}
