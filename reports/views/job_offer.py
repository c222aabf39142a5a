"""The page in place of a download that would take longer than a page may: what will be made, and the button to have it made."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.models import Division
from reports.consolidating import MANY_COUNTIES
from reports.job_kinds import KINDS


def takes_long(prefecture: Division) -> bool:
    return Division.objects.counties_of(prefecture).count() > MANY_COUNTIES


def offer(request: HttpRequest, *, kind: str, terms: dict, ask: str) -> HttpResponse:
    """``ask`` is the address that has it made."""
    counties = Division.objects.counties_of(request.user.area).count()
    request.nav_name = "reports:jobs"
    return render(request, "reports/job_offer.html", {"title": KINDS[kind].title(terms), "ask": ask, "counties": counties})
