"""核对寄回的 Excel: a county's workbook that came back by mail, compared cell by cell with its return; nothing of it is kept."""

import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.forms import LedgerForm, ListFileField, posted
from ledger.importing.reader.cells import Table
from ledger.importing.reading import Limits, read_file
from ledger.models import Division, UnitName
from ledger.models.division import UnitKind
from reports.comparing import CONTACT_SHEET, DEFERRAL_SHEET, MONTH_SHEETS, Comparison, compare, unit_and_day
from reports.contact_returns import contact_return
from reports.deferral_returns import deferral_return, deferral_workbook
from reports.deferral_returns import months_of as deferral_months_of
from reports.models import Due
from reports.returns import Return, county_returns, county_workbook, first_of
from reports.views.reach import counties_of
from reports.workbook.f4_sheet import f4_workbook

SHOWN = 200
LIMITS = Limits(rows=60_000, cells=1_200_000)


class CompareForm(LedgerForm):
    """The file, and whose it is where it does not say so itself."""

    file = ListFileField(label="Excel 文件", read=lambda name, content: read_file(name, content, LIMITS), megabytes=10)
    county = forms.ChoiceField(label="县（区）", required=False)
    month = forms.ChoiceField(label="月份", required=False)

    def __init__(self, *args, counties: list[Division], months: list[datetime.date], **kwargs):
        super().__init__(*args, **kwargs)
        self.counties = counties
        self.fields["county"].choices = [("", "按文件里写的"), *((county.code, county.name) for county in counties)]
        self.fields["month"].choices = [("", "按文件里写的"), *((f"{one:%Y-%m}", f"{one.year} 年 {one.month} 月") for one in months)]
        for name in ("county", "month"):
            self.fields[name].widget.attrs |= {"class": "form-select"}

    def clean(self) -> dict:
        """Which county and month, as chosen or as the file says."""
        told = super().clean()
        if "file" not in told:
            return told
        unit, month = unit_and_day(told["file"])
        told["county"] = self._county(told.get("county", ""), unit)
        told["month"] = _month(told.get("month") or month)
        if told["county"] is None:
            self.add_error("county", "看不出是哪个县（区）的表，请选择县（区）。")
        if not told["month"]:
            self.add_error("month", "看不出是哪个月的表，请选择月份。")
        return told

    def _county(self, code: str, unit: str) -> Division | None:
        if code:
            return next((county for county in self.counties if county.code == code), None)
        named = UnitName.objects.filter(division__in=self.counties, kind=UnitKind.HEALTH, name=unit).values_list("division", flat=True)
        ids = set(named)
        return next((county for county in self.counties if county.pk in ids), None) if len(ids) == 1 else None


def _month(text: str) -> datetime.date | None:
    """The month's first day; None where nothing is said, or a month that there is not (a file says 2017-13)."""
    try:
        return first_of(text)
    except ValueError:
        return None


def compare_file(request: HttpRequest) -> HttpResponse:
    """The file is chosen, looked through and told; nothing is written but that somebody looked."""
    request.nav_name = "reports:city-totals"
    counties = counties_of(request.user)
    owed = Due.objects.visible_to(request.user).filter(period__lte=clock.today()).order_by("-period")
    owed = owed.values_list("period", flat=True).distinct()
    form = CompareForm(posted(request), request.FILES or None, counties=counties, months=list(owed))
    context: dict = {"form": form, "shown": SHOWN}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            context |= _compared(request, told["file"], told["county"], told["month"])
        except Refused as refused:
            form.refuse(refused)
    return render(request, "reports/compare.html", context, status=422 if form.errors else 200)


def _compared(request: HttpRequest, file: Table, county: Division, month: datetime.date) -> dict:
    """Raises Refused for a workbook of another kind, or a month that cannot be counted."""
    names = {sheet.name.strip() for sheet in file.sheets}
    if names & set(MONTH_SHEETS):
        kept, ours = county_returns(county, month)["F1"], county_workbook(county, month)
    elif DEFERRAL_SHEET in names:
        months = deferral_months_of(county, month)
        kept, ours = deferral_return(county, months), deferral_workbook(county, months)
    elif CONTACT_SHEET in names:
        kept = contact_return(county, month)
        ours = f4_workbook(kept.payload)
    else:
        wanted = "、".join(f"“{name}”" for name in (*MONTH_SHEETS, DEFERRAL_SHEET, CONTACT_SHEET))
        raise Refused(f"文件里没有{wanted}这些工作表，不是从系统下载的月报。请核对文件，工作表的名称不要改。", "file")
    found = compare(read_file("ledger.xlsx", ours, LIMITS), file)
    told = {"what": "核对寄回的 Excel", "period": f"{month:%Y-%m}", "differences": found.number}
    record("compared_file", by=request.user, subject=county, county=county, detail=told)
    return {"found": found, "county": county, "month": month, "with": _words(kept), "more": _more(found)}


def _words(kept: Return) -> str:
    """What the file is compared with."""
    one = kept.submission
    if one is None:
        return "现在的台账（还没有草稿）"
    return f"第 {one.revision} 版上报数据" if one.is_frozen else f"第 {one.draft_number} 次草稿"


def _more(found: Comparison) -> int:
    """How many differences the page leaves out."""
    return sum(max(len(sheet.changed) - SHOWN, 0) + max(len(sheet.lines) - SHOWN, 0) for sheet in found.sheets)
