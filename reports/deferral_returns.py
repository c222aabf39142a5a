"""What F6 says for a county or the city: frozen when submitted, else its draft, else built for this look alone; any months may be asked for."""

import datetime
from dataclasses import dataclass

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.due_making import last_day
from reports.forms.f6 import DeferralReturn, consolidate_f6, f6_payload
from reports.models import DEFERRAL, Due, Submission
from reports.returns import Return, payload_of
from reports.workbook.f6_sheet import f6_city_workbook, f6_workbook


@dataclass(frozen=True)
class Months:
    """The months of a return, each by its first day."""

    first: datetime.date
    last: datetime.date


def months_of(county: Division, period: datetime.date) -> Months:
    """Which months the return of a period covers: as it is owed; a month that nobody owes is itself alone."""
    owed = Due.objects.everywhere("months name nobody").filter(county=county, period=period, form__in=DEFERRAL).first()
    return Months(owed.covers_from if owed else period, period)


def deferral_return(county: Division, months: Months) -> Return:
    """A county's F6 over these months: the kept return that covers exactly them, else counted now.

    Raises Refused before the last of the months has begun.
    """
    return deferral_returns([county], months)[county.pk]


def deferral_returns(counties: list[Division], months: Months) -> dict[int, Return]:
    """The same for several counties, by their ids."""
    today = clock.today()
    if months.last > today:
        raise Refused(f"{months.last.year} 年 {months.last.month} 月还没有开始，不能统计。请改选已经开始的月份。")
    kept = Submission.objects.everywhere("returns of counties that whoever asks may see").filter(
        due__county__in=counties, due__form__in=DEFERRAL, due__covers_from=months.first, due__period=months.last
    )
    latest = {one.due.county_id: one for one in kept.select_related("due", "submitted_by").order_by("revision")}
    on = min(last_day(months.last), today)
    return {
        county.pk: Return(payload_of(latest[county.pk]), latest[county.pk])
        if county.pk in latest
        else Return(f6_payload(county, months.first, months.last, on), None)
        for county in counties
    }


def deferral_workbook(county: Division, months: Months) -> bytes:
    """A county's F6 as Excel."""
    found = deferral_return(county, months)
    return f6_workbook(found.payload, submitted=found.is_submitted)


def deferral_consolidated(prefecture: Division, months: Months) -> dict:
    """The city's table of these months. Raises Refused where the prefecture has no county."""
    counties = list(Division.objects.counties_of(prefecture).select_related("parent"))
    if not counties:
        raise Refused(f"{prefecture.name}还没有录入县（区），不能汇总。请先录入行政区划。")
    found = deferral_returns(counties, months)
    return consolidate_f6([DeferralReturn(found[county.pk].payload, found[county.pk].is_submitted) for county in counties])


def deferral_city_workbook(prefecture: Division, months: Months) -> bytes:
    """The city's F6 as Excel."""
    return f6_city_workbook(deferral_consolidated(prefecture, months))
