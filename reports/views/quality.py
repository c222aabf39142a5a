"""质量控制: the month's table by hospital and disease, the last six months as small charts, and both as a workbook."""

import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hospitals.models import Hospital
from ledger import clock
from ledger.actions.trail import record
from ledger.models import Disease, Staff
from ledger.money import grouped, to_yuan
from reports.charts import Columns, monthly_columns
from reports.models import QualityGoal
from reports.quality import Line, by_month, choices, stays_of, table, tallies
from reports.quality_goals import Goal
from reports.quality_tally import Tally, cut, decimal
from reports.views.downloads import as_file
from reports.workbook.quality_sheet import quality_workbook

MONTHS, BACK = 6, 24  # How many months the charts show; how far back the page goes.


def month_before(month: datetime.date) -> datetime.date:
    return (month - datetime.timedelta(days=1)).replace(day=1)


def last_day(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)


def months_to(month: datetime.date, number: int) -> list[datetime.date]:
    """That many months, the given one last."""
    months = [month]
    while len(months) < number:
        months.insert(0, month_before(months[0]))
    return months


class QualityFilter(forms.Form):
    """Which month, which hospital, which disease; what makes no sense is passed over."""

    month = forms.ChoiceField(required=False)
    hospital = forms.ModelChoiceField(Hospital.objects.none(), required=False, empty_label="全部医院", to_field_name="code")
    disease = forms.ModelChoiceField(Disease.objects.none(), required=False, empty_label="全部病种", to_field_name="code")

    def __init__(self, data, *, staff: Staff):
        super().__init__(data)
        this = clock.today().replace(day=1)
        self.months = months_to(this, BACK)[::-1]
        self.fields["month"].choices = [(f"{month:%Y-%m}", f"{month.year} 年 {month.month} 月") for month in self.months]
        hospitals, diseases = choices(staff, self.months[-1], clock.today())
        self.hospitals, self.diseases = hospitals, diseases
        for name, found, label in (("hospital", hospitals, "医院"), ("disease", diseases, "病种")):
            self.fields[name].queryset = (
                type(found[0]).objects.filter(pk__in=[one.pk for one in found]) if found else self.fields[name].queryset
            )
            self.fields[name].widget.attrs |= {"class": "form-select", "aria-label": label}
        self.fields["month"].widget.attrs |= {"class": "form-select", "aria-label": "月份"}
        self.is_valid()
        chosen = self.cleaned_data.get("month")
        self.month = datetime.date.fromisoformat(f"{chosen}-01") if chosen else month_before(this)
        self.initial["month"] = f"{self.month:%Y-%m}"
        self.data = {name: self.data.get(name, "") for name in self.fields} | {"month": f"{self.month:%Y-%m}"}

    def narrow(self, stays):
        """The stays of the hospital and the disease that were chosen."""
        if hospital := self.cleaned_data.get("hospital"):
            stays = stays.filter(hospital=hospital)
        if disease := self.cleaned_data.get("disease"):
            stays = stays.filter(case__disease=disease)
        return stays


def _measured(request: HttpRequest) -> dict:
    """Everything that page and workbook show."""
    form = QualityFilter(request.GET, staff=request.user)
    goal = Goal.of(QualityGoal.holding(request.user.area.prefecture, form.month))
    months = months_to(form.month, MONTHS)
    found = tallies(form.narrow(stays_of(request.user)), months[0], last_day(form.month), goal.within)
    return {
        "form": form,
        "goal": goal,
        "month": form.month,
        "months": months,
        "lines": table(found, form.month),
        "sums": by_month(found, months),
    }


def quality(request: HttpRequest) -> HttpResponse:
    """The table with its charts."""
    measured = _measured(request)
    goal, sums, months = measured["goal"], measured["sums"], measured["months"]
    whole_by = last_day(measured["month"]) + datetime.timedelta(days=goal.within)
    context = measured | {
        "rows": [_row(line, goal) for line in measured["lines"]],
        "reasons": measured["lines"][-1].tally.reasons.most_common() if measured["lines"] else [],
        "charts": _charts(sums, months, goal), "query": request.GET.urlencode(),
        "whole_by": whole_by if whole_by >= clock.today() else None, "used": bool(request.GET.get("hospital") or request.GET.get("disease")),
    }  # fmt: skip
    return render(request, "reports/quality.html", context)


def _row(line: Line, goal: Goal) -> dict:
    """A line as it is written."""
    tally = line.tally
    reached = tally.reaches(goal.share) if goal.share else None
    return {
        "line": line, "tally": tally, "cost": grouped(tally.average_cost) if tally.average_cost is not None else "—",
        "wait": decimal(tally.average_wait), "days": decimal(tally.average_days), "limit": cut(tally.cost_to_limit, 1),
        "plan": cut(tally.cost_to_plan, 1), "path": cut(tally.path_share, 0), "drugs": cut(tally.catalogue_share) if tally.catalogue_share is not None else "不适用",
        "below": reached is False, "back": cut(tally.readmission_share, 1),
    }  # fmt: skip


def _charts(sums: list[Tally], months: list[datetime.date], goal: Goal) -> list[tuple[str, Columns]]:
    names = [f"{month.month} 月" for month in months]
    costs = [tally.average_cost for tally in sums]
    shares = [tally.catalogue_share for tally in sums]
    return [
        ("出院人次", monthly_columns([(name, tally.stays, str(tally.stays)) for name, tally in zip(names, sums, strict=True)])),
        ("平均费用（元）", monthly_columns(
            [(name, cost, f"{to_yuan(cost):,.0f}" if cost is not None else "—") for name, cost in zip(names, costs, strict=True)]
        )),
        ("目录内药品费占比", monthly_columns(
            [(name, float(share) if share is not None else None, cut(share, 1)) for name, share in zip(names, shares, strict=True)],
            float(goal.share) if goal.share else None,
        )),
    ]  # fmt: skip


def quality_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    measured = _measured(request)
    month = measured["month"]
    place = request.user.unit or request.user.area.name
    record("exported", by=request.user, county=request.user.area.county, detail={"what": "质量控制表", "period": f"{month:%Y-%m}"})
    content = quality_workbook(
        measured["lines"], list(zip(measured["months"], measured["sums"], strict=True)), measured["goal"], unit=place, month=month
    )
    return as_file(content, f"{place}{month.year}年{month.month}月质量控制表.xlsx")
