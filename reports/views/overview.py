"""The city's workbench: who has submitted what, who is late, and how far each county has come."""

import datetime
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.charts import Ranking, percent, ranking
from reports.forms.f1 import f1_figures
from reports.models import MONTHLY
from reports.views.due_states import DueState, days_left, due_states, months_around
from reports.views.reach import counties_of

GOAL = 0.9  # 到 2019 年底，救治率达到 90%。
MONTHS_BEFORE, MONTHS_AFTER = 2, 1


@dataclass(frozen=True)
class Cell:
    """A county's form of a month; no state where nothing is due."""

    state: DueState | None
    edge: bool


@dataclass(frozen=True)
class Row:
    county: Division
    cells: list[Cell]
    rate: str


@dataclass(frozen=True)
class Matrix:
    """Counties × months × forms, the forms' counts in the foot."""

    months: list[datetime.date]
    rows: list[Row]
    foot: list[tuple[str, bool]]
    rate: str
    counted: list[datetime.date]

    @property
    def gaps(self) -> bool:
        """Whether some county owes nothing for some of these months."""
        return any(cell.state is None for row in self.rows for cell in row.cells)


@dataclass
class Tally:
    """The month's counties by what they have submitted."""

    both: list[str] = field(default_factory=list)
    one: list[str] = field(default_factory=list)
    draft: list[str] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def overview(request: HttpRequest) -> HttpResponse:
    """上报总览."""
    today = clock.today()
    period = today.replace(day=1)
    counties = counties_of(request.user)
    states = due_states(request.user, months_around(today, MONTHS_BEFORE, MONTHS_AFTER))
    now = [state for state in states if state.due.period == period]
    context = {
        "today": today,
        "period": period,
        "matrix": build_matrix(counties, months_around(today, MONTHS_BEFORE, MONTHS_AFTER), states),
        "deadline": now[0].due.deadline_at if now else None,
        "left": days_left(now[0].due.deadline_at) if now else None,
        "tally": tally(counties, now),
        "owing": len({state.due.county_id for state in now}),
        "goal": f"{GOAL:.0%}",
        "forms": MONTHLY,
        **_progress(counties, today),
    }
    return render(request, "reports/overview.html", context)


def build_matrix(counties: list[Division], months: list[datetime.date], states: list[DueState]) -> Matrix:
    """The months' cells county by county. A rate counts only returns whose deadline has passed. Pure."""
    known = {(state.due.county_id, state.due.period, state.due.form): state for state in states}
    columns = [(month, form) for month in months for form in MONTHLY]
    rows = []
    for county in counties:
        cells = [Cell(known.get((county.pk, month, form)), form == MONTHLY[0]) for month, form in columns]
        rows.append(Row(county, cells, _rate([cell.state for cell in cells if cell.state])))
    foot = []
    for number, (month, form) in enumerate(columns):
        column = [row.cells[number].state for row in rows if row.cells[number].state]
        told = f"{sum(map(_good, column))}/{len(column)}" if column and month <= clock.today() else ""
        foot.append((told, form == MONTHLY[0]))
    counted = sorted({state.due.period for state in states if state.deadline_passed})
    return Matrix(months, rows, foot, _rate(states), counted)


def _good(state: DueState) -> bool:
    return state.in_time


def _rate(states: list[DueState]) -> str:
    past = [state for state in states if state.deadline_passed]
    return percent(sum(map(_good, past)), len(past))


def tally(counties: list[Division], states: list[DueState]) -> Tally:
    """Which counties have submitted both forms, one, or none of the month. Pure."""
    found = Tally()
    for county in counties:
        own = [state for state in states if state.due.county_id == county.pk]
        sent = sum(state.submitted for state in own)
        if not own:
            continue
        if sent == len(own):
            found.both.append(county.label)
        elif any(state.tone == "bad" for state in own):
            found.missing.append(county.label)
        elif sent:
            found.one.append(county.label)
        elif any(state.submission for state in own):
            found.draft.append(county.label)
        else:
            found.nothing.append(county.label)
    return found


def _progress(counties: list[Division], on: datetime.date) -> dict:
    """The ranking by treated share as of a day; a sentence where nothing can be counted."""
    try:
        counted = f1_figures([county.pk for county in counties], on, []) if counties else {}
    except Refused as refused:
        return {"refusal": refused.message}
    rows = [(county.label, counted[county.pk].total["treated"], counted[county.pk].total["total"]) for county in counties]
    drawn: Ranking = ranking(rows, GOAL, "全市")
    return {"ranking": drawn, "whole": drawn.whole}
