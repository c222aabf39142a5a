"""各县各表: county × form × month over half a year or a whole one, and which returns each of the three rates counts."""

import datetime
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from ledger import clock
from ledger.forms import asked
from ledger.models import Division
from reports.models import Due, Form
from reports.quality_of_returns import MEASURES, Record
from reports.return_records import records_of
from reports.views.due_states import DueState, due_states
from reports.views.lists import page_of
from reports.views.matrix_table import build_matrix, return_address
from reports.views.reach import counties_of
from reports.views.spans import Span, half_of, span_of, year_of

EVERY_FORM = tuple(Form.values)


class MatrixFilter(forms.Form):
    """Which months, which county, which form; what makes no sense is passed over."""

    span = forms.ChoiceField(required=False)
    county = forms.ChoiceField(required=False)
    form = forms.ChoiceField(required=False)

    def __init__(self, data, *, counties: list[Division], years: list[int], span: Span):
        super().__init__(data)
        spans = [one for year in years for one in (year_of(year), half_of(year, 2), half_of(year, 1))]
        if span.key not in [one.key for one in spans]:
            spans.insert(0, span)
        self.fields["span"].choices = [(one.key, one.title) for one in spans]
        self.fields["county"].choices = [("", "全部县（区）"), *((county.code, county.name) for county in counties)]
        self.fields["form"].choices = [("", "全部报表"), *Form.choices]
        for name, label in (("span", "时段"), ("county", "县（区）"), ("form", "报表")):
            self.fields[name].widget.attrs |= {"class": "form-select span-select", "aria-label": label}
        self.data = {name: self.data.get(name, "") for name in self.fields} | {"span": span.key}
        self.is_valid()

    def value_of(self, name: str) -> str:
        return self.cleaned_data.get(name, "")


def _asked(request: HttpRequest) -> tuple[MatrixFilter, Span, list[Division]]:
    today, counties = clock.today(), counties_of(request.user)
    span = span_of(asked(request, "span"), today)
    owed = Due.objects.visible_to(request.user).order_by().dates("period", "year")
    years = sorted({today.year, *(day.year for day in owed)}, reverse=True)
    return MatrixFilter(request.GET, counties=counties, years=years, span=span), span, counties


def matrix(request: HttpRequest) -> HttpResponse:
    """Every county's returns of the span by their words."""
    request.nav_name = "reports:workbench"
    form, span, counties = _asked(request)
    wanted = (form.value_of("form"),) if form.value_of("form") else EVERY_FORM
    states = due_states(request.user, span.months, group=wanted)
    owed = {state.due.form for state in states}
    records = records_of([state.due for state in states])
    drawn = build_matrix(counties, span.months, [one for one in wanted if one in owed], states, records, clock.now())
    more = f"&form={form.value_of('form')}" if form.value_of("form") else ""
    context = {"form": form, "span": span, "matrix": drawn, "more": more, "measures": MEASURES.values()}
    return render(request, "reports/matrix.html", context)


@dataclass(frozen=True)
class Counted:
    """A return in a rate: what it counts as, and its mark."""

    due: Due
    record: Record
    word: str
    mark: str

    @property
    def address(self) -> str:
        return return_address(self.due) if self.due.period <= clock.today() else ""


def _as_timely(one: Record) -> tuple[int, str, str]:
    if one.first_at is None:
        return 0, "缺报", "bad st-stop"
    return (1, "迟报", "warn") if one.late else (2, "按时", "ok st-done")


def _as_complete(one: Record) -> tuple[int, str, str]:
    if one.received_at:
        return 2, "已接收", "ok st-done"
    return (1, "已报，等市级接收", "warn") if one.first_at else (0, "缺报", "bad st-stop")


def _as_accurate(one: Record) -> tuple[int, str, str]:
    return (0, f"改过 {one.corrected} 格", "warn") if one.corrected else (1, "没有改过", "ok st-done")


COUNTED_AS = {"timeliness": _as_timely, "completeness": _as_complete, "accuracy": _as_accurate}


def _counted(measure: str, states: list[DueState], records: list[Record], now: datetime.datetime) -> list[Counted]:
    """The returns that the rate counts, what lowers it first."""
    rows = []
    for state, one in zip(states, records, strict=True):
        if one.first_at is not None if measure == "accuracy" else one.is_due(now):
            place, word, mark = COUNTED_AS[measure](one)
            rows.append((place, Counted(state.due, one, word, mark)))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def rate(request: HttpRequest, measure: str) -> HttpResponse:
    """The returns that one of the rates counts."""
    request.nav_name = "reports:workbench"
    if measure not in MEASURES:
        raise Http404
    form, span, counties = _asked(request)
    county = next((one for one in counties if one.code == form.value_of("county")), None)
    wanted = (form.value_of("form"),) if form.value_of("form") else EVERY_FORM
    states = due_states(request.user, span.months, group=wanted, **({"county": county} if county else {}))
    records, now = records_of([state.due for state in states]), clock.now()
    rows = _counted(measure, states, records, now)
    page = page_of(request, len(rows))
    asked_for = {"span": span.key, "county": county.code if county else "", "form": form.value_of("form")}
    context = {
        "form": form, "span": span, "county": county, "chosen_form": form.value_of("form"), "measure": MEASURES[measure],
        "rate": MEASURES[measure].of(records, now), "measures": [(key, one, one.of(records, now)) for key, one in MEASURES.items()],
        "rows": rows[page.first : page.last], "page": page, "query": urlencode({key: value for key, value in asked_for.items() if value}),
    }  # fmt: skip
    return render(request, "reports/rate.html", context)
