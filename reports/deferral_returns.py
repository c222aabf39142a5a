"""What F6 says for a county or the city: frozen when submitted, else its draft, else built for this look alone; any months may be asked for."""

import datetime
from dataclasses import dataclass

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.due_making import last_day
from reports.forms.f6 import DeferralReturn, consolidate_f6, f6_payload
from reports.models import DEFERRAL, Due
from reports.returns import Return, kept_of, payload_of
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


def deferral_returns(counties: list[Division], months: Months, *, standing: bool = False) -> dict[int, Return]:
    """The same for several counties, by their ids. ``standing``: what the city counts with, where a revision stands."""
    today = clock.today()
    if months.last > today:
        raise Refused(f"{months.last.year} 年 {months.last.month} 月还没有开始，不能统计。请改选已经开始的月份。")
    dues = Due.objects.everywhere("returns of counties that whoever asks may see").filter(county__in=counties, form__in=DEFERRAL)
    county_of = dict(dues.filter(covers_from=months.first, period=months.last).values_list("pk", "county"))
    kept = {county_of[due]: submission for due, submission in kept_of(county_of, standing=standing).items()}
    on = min(last_day(months.last), today)
    return {
        county.pk: Return(payload_of(kept[county.pk]), kept[county.pk])
        if county.pk in kept
        else Return(f6_payload(county, months.first, months.last, on, supplemented=False), None)
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
    found = deferral_returns(counties, months, standing=True)
    return consolidate_f6([DeferralReturn(found[county.pk].payload, found[county.pk].is_submitted) for county in counties])


def deferral_city_workbook(prefecture: Division, months: Months) -> bytes:
    """The city's F6 as Excel."""
    return f6_city_workbook(deferral_consolidated(prefecture, months))
