"""A month's F1 figures for programs: read-only JSON, the same doors as the page."""

import datetime

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.actions.refusals import Refused
from reports.forms.payload import figures
from reports.returns import county_returns
from reports.views.due_states import due_states
from reports.views.reach import county_in_reach


@api_view(["GET"])
def month(request: Request, period: datetime.date, code: str) -> Response:
    """F1 of one county's month: its figures, its cut-off, and how both forms stand. No person is named."""
    county = county_in_reach(request.user, code)
    try:
        payload = county_returns(county, period)["F1"].payload
    except Refused as refused:
        return Response({"detail": refused.message}, status=422)
    told = figures(payload)
    return Response(
        {
            "county": payload["county"],
            "period": payload["period"],
            "cut_off_on": payload["cut_off_on"],
            "states": {state.due.form: state.word for state in due_states(request.user, [period], county=county)},
            "rows": told["rows"],
            "total": told["total"],
            "neither": told["neither"],
            "roster": told["roster"],
        }
    )
