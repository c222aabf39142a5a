"""全市汇总: the counties' F1 summed for a month, a quarter so far or a year so far; each figure opens into its counties."""

import datetime
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division
from reports.charts import percent
from reports.city_periods import MONTH, SPANS, YEAR, CountyTable, MonthTable, month_tables, months_of, table_of
from reports.city_workbooks import period_name, period_workbook
from reports.forms.coverage import covered_diseases
from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL, f1_title, notes, policy_notes
from reports.job_kinds import KINDS, PERIOD
from reports.models import Due, Form
from reports.returns import first_of
from reports.views.downloads import as_file
from reports.views.f1_table import ALL, PRINTED, print_table, row_printed
from reports.views.job_offer import offer, takes_long
from reports.views.lists import STANDING
from reports.views.reach import health_unit


class TotalsFilter(forms.Form):
    """Which month, and whether it alone, its quarter or its year so far; what makes no sense is passed over."""

    month = forms.ChoiceField(required=False)
    span = forms.ChoiceField(required=False, choices=list(SPANS.items()))

    def __init__(self, data, *, months: list[datetime.date]):
        super().__init__(data)
        self.fields["month"].choices = [(f"{month:%Y-%m}", f"{month.year} 年 {month.month} 月") for month in months]
        for name, label in (("month", "月份"), ("span", "范围")):
            self.fields[name].widget.attrs |= {"class": "form-select", "aria-label": label}
        self.is_valid()
        chosen = self.cleaned_data.get("month")
        self.month = first_of(chosen) if chosen else months[0]
        self.span = self.cleaned_data.get("span") or MONTH
        self.data = {"month": f"{self.month:%Y-%m}", "span": self.span}


def _months(prefecture: Division) -> list[datetime.date]:
    """The months for which F1 is owed and which have begun, newest first."""
    owed = Due.objects.everywhere("months name nobody").filter(county__parent=prefecture, form=Form.F1, period__lte=clock.today())
    return list(owed.order_by("-period").values_list("period", flat=True).distinct())


@dataclass(frozen=True)
class Progress:
    """A month of the span in one line, and how many more are treated than the month before."""

    month: datetime.date
    total: dict[str, int]
    share: str
    submitted: str
    gained: int | None


def _progress(tables: list[MonthTable]) -> list[Progress]:
    lines, before = [], None
    for table in tables:
        total = table.total
        gained = None if before is None else total["treated"] - before
        told = f"{table.submitted}/{len(table.counties)}"
        lines.append(Progress(table.month, total, percent(total["treated"], total["total"], 1), told, gained))
        before = total["treated"]
    return lines


def totals(request: HttpRequest) -> HttpResponse:
    """The city's F1 with the months of its span beside it."""
    prefecture = request.user.area
    months = _months(prefecture)
    if not months:
        return render(request, "reports/city_totals.html", {"refusal": "还没有应报的月份，不能汇总。请先核对应报规则。"})
    form = TotalsFilter(request.GET, months=months)
    context: dict = {"form": form, "month": form.month, "span": form.span, "period": period_name(form.span, form.month)}
    try:
        tables = month_tables(prefecture, months_of(form.span, form.month))
    except Refused as refused:
        return render(request, "reports/city_totals.html", context | {"refusal": refused.message}, status=422)
    context |= _printed(prefecture, tables[-1]) | {"progress": _progress(tables), "missing": tables[-1].missing, "told": tables[-1].told}
    return render(request, "reports/city_totals.html", context)


def _printed(prefecture: Division, table: MonthTable) -> dict:
    """F1 of the span's last month, every figure with the address of its counties."""

    def opens(group: str, figure: str) -> str:
        return reverse("reports:city-figure", args=[table.month, group, figure])

    rows, total = table.rows, table.total
    unit = health_unit(prefecture, table.cut_off_on)
    return {
        "table": print_table(rows, total, table.neither, table.told + notes(rows, total, table.neither), {}, opens),
        "title": f1_title(prefecture.name),
        "unit": unit.name if unit else prefecture.name,
        "cut_off": table.cut_off_on.isoformat(),
        "carried": table.carried,
        "policy_notes": policy_notes(len(covered_diseases(prefecture, table.cut_off_on))),
    }


@dataclass(frozen=True)
class Share:
    """A county's part of one figure; its number opens into its people."""

    one: CountyTable
    number: int
    address: str


def figure(request: HttpRequest, period: datetime.date, group: str, figure: str) -> HttpResponse:
    """Which counties a figure of the city's sum comes from."""
    request.nav_name = "reports:city-totals"
    try:
        table = table_of(request.user.area, period)
    except Refused:
        raise Http404 from None
    name = TOTAL if group == ALL else row_printed(group, table.rows)
    if name is None or (figure not in FIGURES and (figure != NEITHER or group != ALL)):
        raise Http404
    shares = [_share(one, period, name, figure) for one in table.counties]
    context = {
        "period": period, "row": name, "label": "未列入两类的人" if figure == NEITHER else LABELS[figure], "shares": shares,
        "sum": sum(share.number for share in shares), "cut_off": table.cut_off_on,
    }  # fmt: skip
    return render(request, "reports/city_figure.html", context)


def _share(one: CountyTable, period: datetime.date, name: str, figure: str) -> Share:
    rows = [row["name"] for row in one.figures["rows"]]
    if figure == NEITHER:
        number, group = one.figures[NEITHER], ALL
    elif name == TOTAL:
        number, group = one.total[figure], ALL
    else:
        row = one.row(name)
        number, group = (row[figure], f"{PRINTED}{rows.index(name)}") if row else (0, "")
    address = reverse("reports:people", args=[period, one.county.code, group, figure]) + f"?of={STANDING}" if group else ""
    return Share(one, number, address)


def period_file(request: HttpRequest, period: datetime.date, span: str) -> HttpResponse:
    """The consolidated workbook of a quarter or a year up to a month."""
    prefecture = request.user.area
    if span not in SPANS or span == MONTH:
        raise Http404
    if takes_long(prefecture):
        terms = {"period": f"{period:%Y-%m}", "span": span}
        return offer(request, kind=PERIOD, terms=terms, ask=reverse("reports:job-ask-span", args=[period, span]))
    try:
        content = period_workbook(request.user, span, period)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("reports:city-totals")
    told = {"what": "全市季度汇总表" if span != YEAR else "全市年度累计汇总表", "period": f"{period:%Y-%m}"}
    record("exported", by=request.user, subject=prefecture, detail=told)
    return as_file(content, KINDS[PERIOD].file_name(prefecture, {"period": f"{period:%Y-%m}", "span": span}))
