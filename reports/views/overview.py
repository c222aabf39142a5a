"""The city's workbench: who has submitted what, who is late, and how far each county has come."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.charts import Ranking, ranking
from reports.forms.f1 import f1_figures
from reports.goal_keeping import goals_of
from reports.models import MONTHLY
from reports.progress_goals import next_goal
from reports.return_records import records_of
from reports.views.due_states import days_left, due_states, months_around
from reports.views.matrix_table import build_matrix, tally
from reports.views.reach import counties_of
from reports.views.spans import between, year_of

MONTHS_BEFORE, MONTHS_AFTER = 2, 1


def overview(request: HttpRequest) -> HttpResponse:
    """上报总览."""
    today = clock.today()
    period = today.replace(day=1)
    counties = counties_of(request.user)
    months = months_around(today, MONTHS_BEFORE, MONTHS_AFTER)
    states = due_states(request.user, months)
    current = [state for state in states if state.due.period == period]
    told, owing = tally(counties, current), {state.due.county_id for state in current}
    closes_at = min((state.due.deadline_at for state in current), default=None)
    context = {
        "today": today,
        "period": period,
        "matrix": build_matrix(counties, months, MONTHLY, states, records_of([state.due for state in states]), clock.now()),
        "span": between(months[0], months[-1]),
        "whole_year": year_of(today.year),
        "deadline": closes_at,
        "left": days_left(closes_at) if closes_at else None,
        "tally": told,
        "owing": len(owing),
        "unsent": len(owing) - len(told.both),
        **_progress(counties, request.user.area, today),
    }
    return render(request, "reports/overview.html", context)


def _progress(counties: list[Division], prefecture: Division, on: datetime.date) -> dict:
    """The ranking by treated share as of a day, with the next goal's line; a sentence where nothing can be counted."""
    goal = next_goal(goals_of(prefecture), on)
    try:
        counted = f1_figures([county.pk for county in counties], on, []) if counties else {}
    except Refused as refused:
        return {"refusal": refused.message, "goal": goal}
    rows = [(county.label, counted[county.pk].total["treated"], counted[county.pk].total["total"]) for county in counties]
    drawn: Ranking = ranking(rows, float(goal.share) if goal else None, "全市")
    return {"ranking": drawn, "whole": drawn.whole, "goal": goal}
