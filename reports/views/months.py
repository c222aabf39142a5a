"""The list of months: a county's own, newest first; for the city one month's counties, with what may be done to all of them."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import clock
from ledger.models import Role
from reports.models import MONTHLY
from reports.submission_moves import ACCEPTED, SUBMITTED
from reports.views.due_states import DueState, due_states, months_around
from reports.views.kinds import MONTH


def months(request: HttpRequest) -> HttpResponse:
    """A county's periods; for the city, one period's counties and how many of each period have submitted."""
    staff, today = request.user, clock.today()
    ahead = months_around(today, 0, 1)[-1]
    states = [state for state in due_states(staff) if state.due.period <= ahead]
    if staff.role == Role.CITY:
        return _city_months(request, states)
    periods: dict[datetime.date, dict[str, DueState]] = {}
    for state in reversed(states):
        periods.setdefault(state.due.period, {})[state.due.form] = state
    rows = [_row(forms) for forms in periods.values()]
    context = {"rows": rows, "county": staff.area, "forms": MONTHLY, "tab": "months"}
    return render(request, "reports/months_county.html", context)


def _row(states: dict[str, DueState]) -> tuple[DueState, list[DueState | None]]:
    """Any state of a county's month, for its dates, and the states in the forms' order."""
    return next(iter(states.values())), [states.get(form) for form in MONTHLY]


def _city_months(request: HttpRequest, states: list[DueState]) -> HttpResponse:
    periods = sorted({state.due.period for state in states if state.is_open}, reverse=True)
    asked = request.GET.get("period", "")
    chosen = next((period for period in periods if f"{period:%Y-%m}" == asked), periods[0] if periods else None)
    shown = [state for state in states if state.due.period == chosen]
    rows: dict[str, dict[str, DueState]] = {}
    for state in shown:
        rows.setdefault(state.due.county.code, {})[state.due.form] = state
    context = {
        "periods": periods, "chosen": chosen, "rows": [_row(forms) for forms in rows.values()], "forms": MONTHLY, "tab": "months",
        "kind": MONTH, **waiting_at_the_city(shown),
    }  # fmt: skip
    return render(request, "reports/months_city.html", context)


def waiting_at_the_city(states: list[DueState]) -> dict[str, int]:
    """How many of these returns wait to be received, and how many are accepted and not locked."""
    kept = [state.submission.state for state in states if state.submission]
    return {"to_receive": kept.count(SUBMITTED), "to_lock": kept.count(ACCEPTED)}
