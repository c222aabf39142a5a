"""F5 筛查统计: the baseline of registered-poor persons, county by county and group by group, on any day."""

import datetime

from ledger.models import Division, ReportGroup
from reports.forms.coverage import printed_groups
from reports.forms.f1 import f1_figures
from reports.forms.wording import TOTAL


def baseline_groups(prefecture: Division, on: datetime.date) -> list[ReportGroup]:
    """The columns of F5, in its own order. Raises NoCoverage."""
    return sorted(printed_groups(prefecture, on), key=lambda group: (group.f5_order, group.pk))


def heading(group: ReportGroup) -> str:
    """The column heading F5 prints: 食道癌 where F1 says 食管癌."""
    return group.f5_heading or group.name


def baseline(prefecture: Division, on: datetime.date) -> dict[str, dict[str, int]]:
    """Division code → 合计 and every group's name → registered-poor persons; the prefecture first, then its counties.

    合计 counts persons: somebody in two groups once. Raises NoCoverage.
    """
    groups = baseline_groups(prefecture, on)
    counties = list(Division.objects.counties_of(prefecture))
    counted = f1_figures([county.pk for county in counties], on, [group.pk for group in groups])
    rows = {}
    for county in counties:
        table = counted[county.pk]
        rows[county.code] = {TOTAL: table.total["total"], **{group.name: table.rows[group.pk]["total"] for group in groups}}
    columns = [TOTAL, *(group.name for group in groups)]
    return {prefecture.code: {name: sum(row[name] for row in rows.values()) for name in columns}, **rows}
