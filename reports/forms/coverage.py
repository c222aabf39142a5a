"""Which diseases and report groups a prefecture's forms print on a day; a day without a list is an error, never a form of zeros."""

import datetime
from collections.abc import Iterable

from django.db.models import F, Prefetch

from ledger.actions.refusals import Refused
from ledger.models import Coverage, Disease, Division, Programme, ReportGroup


class NoCoverage(Refused):
    """No coverage list of the programme had begun on that day: nothing can be counted."""

    def __init__(self, programme: Programme, on: datetime.date):
        super().__init__(f"{on} 还没有生效的“{programme}”病种目录，不能统计。请先录入这一年的病种目录，或改选较晚的日期。")


def covered_diseases(division: Division, on: datetime.date) -> list[Disease]:
    """The diseases the division's programme covers on a day, in the list's order. Raises NoCoverage."""
    programme = Programme.of(division)
    diseases = programme.covered_on(on)
    if not diseases:
        raise NoCoverage(programme, on)
    return diseases


def covered_by_day(division: Division, days: Iterable[datetime.date]) -> dict[datetime.date, list[Disease]]:
    """The same for many days at once: two queries, however many. Raises NoCoverage."""
    programme = Programme.of(division)
    newest = ("-starts_on", F("effective_on").desc(nulls_last=True), "-pk")
    lists = list(
        programme.lists.order_by(*newest).prefetch_related(
            Prefetch("rows", Coverage.objects.order_by("position").select_related("disease__group"))
        )
    )
    found = {}
    for day in days:
        current = next((one for one in lists if one.starts_on <= day), None)
        found[day] = [row.disease for row in current.rows.all()] if current else []
        if not found[day]:
            raise NoCoverage(programme, day)
    return found


def covered_ids(county_ids: Iterable[int], on: datetime.date) -> list[int]:
    """The ids of the diseases covered for these counties, which follow one programme. Raises NoCoverage."""
    counties = Division.objects.filter(pk__in=county_ids).select_related("parent__programme").order_by("code")
    by_programme = {Programme.of(county).pk: county for county in counties}
    if len(by_programme) > 1:
        raise ValueError("counties of two programmes do not stand in one table")
    return [disease.pk for county in by_programme.values() for disease in covered_diseases(county, on)]


def printed_groups(division: Division, on: datetime.date) -> list[ReportGroup]:
    """The report groups F1 prints for a division on a day, in F1's order. Raises NoCoverage."""
    groups = {disease.group_id: disease.group for disease in covered_diseases(division, on)}
    return sorted(groups.values(), key=lambda group: (group.f1_order, group.pk))
