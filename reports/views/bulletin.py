"""通报 as a page for the printer: a month's returns and progress, with number and day as the office writes them; nothing is kept."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.forms import DayField, LedgerForm, PlainField
from ledger.models import Division, UnitName
from ledger.models.division import UnitKind
from reports.bulletin import bulletin
from reports.city_periods import MonthTable, month_tables
from reports.due_making import months_on
from reports.goal_keeping import goals_of
from reports.models import Form
from reports.progress_goals import next_goal
from reports.return_records import records_of
from reports.views.due_states import due_states
from reports.views.reach import health_unit


class BulletinForm(LedgerForm):
    """What the office writes on it: none of it has to be."""

    number = PlainField(label="文号", max_length=40, required=False)
    signed_on = DayField(label="落款日期", required=False)
    mend_by = DayField(label="补报截止日期", required=False)


def bulletin_page(request: HttpRequest, period: datetime.date) -> HttpResponse:
    """The sheet of a month."""
    request.nav_name = "reports:city-totals"
    prefecture, today = request.user.area, clock.today()
    form = BulletinForm(request.GET if request.GET else None, initial={"signed_on": today})
    written = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context: dict = {"form": form, "period": period, "number": written.get("number", "")}
    before = months_on(period, -1)
    try:
        tables = {table.month: table for table in month_tables(prefecture, [before, period])}
        if period not in tables:
            raise Refused(f"{period.year} 年 {period.month} 月没有可以通报的月报。请改选已经开始、有应报的月份。")
    except Refused as refused:
        return render(request, "reports/bulletin.html", context | {"refusal": refused.message}, status=422)
    states = due_states(request.user, [period], group=tuple(Form.values))
    told = bulletin(
        states=states, records=records_of([state.due for state in states]), table=tables[period], before=tables.get(before),
        goal=next_goal(goals_of(prefecture), today), now=clock.now(), today=today, mend_by=written.get("mend_by"),
    )  # fmt: skip
    unit = health_unit(prefecture, today)
    context |= {
        "told": told, "unit": unit.name if unit else prefecture.name, "city": prefecture.name, "to": _addressed(tables[period], today),
        "signed_on": written.get("signed_on") or today, "now": timezone.localtime(clock.now()),
    }  # fmt: skip
    return render(request, "reports/bulletin.html", context, status=422 if form.errors else 200)


def _addressed(table: MonthTable, today: datetime.date) -> str:
    """How the counties' authorities are called together: 各县（区）卫生和计划生育局, where all are called alike."""
    counties: list[Division] = [one.county for one in table.counties]
    rows = UnitName.objects.filter(division__in=counties, kind=UnitKind.HEALTH, since__lte=today).order_by("division", "-since")
    names: dict[int, str] = {}
    for row in rows:
        names.setdefault(row.division_id, row.name)
    called = {names[county.pk].removeprefix(county.name) for county in counties if county.pk in names}
    return f"各县（区）{called.pop()}" if len(called) == 1 else "各县（区）卫生健康主管部门"
