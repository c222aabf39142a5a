"""The city's workbook of a month: each county's share, and all of them on one set of sheets."""

import datetime
from collections.abc import Sequence

from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.forms.consolidation import CountyReturn
from reports.returns import county_returns, health_unit
from reports.workbook.city import city_workbook as draw_city

# Beyond this many counties a city waits for its workbook longer than a page may take: it becomes a job.
MANY_COUNTIES = 20


def county_part(county: Division, period: datetime.date) -> CountyReturn:
    """A county's F1 as the city sums it; without the roster, which no city sheet prints. Raises NoCoverage, Refused."""
    found = county_returns(county, period, standing=True)["F1"]
    return CountyReturn({key: value for key, value in found.payload.items() if key != "roster"}, found.is_submitted)


def draw_month(prefecture: Division, parts: Sequence[CountyReturn]) -> bytes:
    """The workbook of all counties' shares. Raises Refused where the prefecture has no county."""
    if not parts:
        raise Refused(f"{prefecture.name}还没有录入县（区），不能汇总。请先录入行政区划。")
    last = datetime.date.fromisoformat(max(part.payload["cut_off_on"] for part in parts))
    return draw_city(parts, unit=health_unit(prefecture, last))


def city_workbook(prefecture: Division, period: datetime.date) -> bytes:
    """The consolidated workbook of a prefecture: its counties' returns, those not submitted from their drafts."""
    return draw_month(prefecture, [county_part(county, period) for county in Division.objects.counties_of(prefecture)])
