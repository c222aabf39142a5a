"""Which view draws the county's page of a return: an act that was refused shows the page again, as it was typed."""

import datetime

from django.http import HttpRequest, HttpResponse

from ledger.models import Division
from reports.views.deferral import draw_deferral
from reports.views.f4 import draw_contacts
from reports.views.kinds import MONTH, PEOPLE, STAYS, ReturnKind
from reports.views.month import draw_month
from reports.views.return_page import Bound

DRAWN = {MONTH.slug: draw_month, STAYS.slug: draw_deferral, PEOPLE.slug: draw_contacts}


def draw(request: HttpRequest, kind: ReturnKind, county: Division, period: datetime.date, bound: Bound) -> HttpResponse:
    """The page with what was sent and refused."""
    return DRAWN[kind.slug](request, county, period, bound)
