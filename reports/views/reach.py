"""Whose county an address may name: the bureau's own, the city's all; any other answers as if it were not there."""

import datetime

from django.http import Http404

from ledger import clock
from ledger.models import Division, Role, Staff
from ledger.models.division import Level, UnitKind, UnitName


def counties_of(staff: Staff) -> list[Division]:
    """The counties whose returns this member of staff may open, in the codes' order."""
    if staff.role == Role.CITY:
        return list(Division.objects.counties_of(staff.area).select_related("parent"))
    return list(Division.objects.filter(pk=staff.area_id, level=Level.COUNTY).select_related("parent"))


def county_in_reach(staff: Staff, code: str) -> Division:
    """The county with this code, or 404."""
    reach = {"parent": staff.area_id} if staff.role == Role.CITY else {"pk": staff.area_id}
    found = Division.objects.filter(code=code, level=Level.COUNTY, **reach).select_related("parent__programme").first()
    if found is None:
        raise Http404
    return found


def health_unit(division: Division, day: datetime.date | None = None) -> UnitName | None:
    """The division's health authority by its name on a day: both its names, for a sentence and for a button."""
    rows = UnitName.objects.filter(division=division, kind=UnitKind.HEALTH, since__lte=day or clock.today())
    return rows.order_by("-since").first()


def short_unit(division: Division) -> str:
    """How the division's health authority is called in a sentence: 柳州市卫计委."""
    unit = health_unit(division)
    return (unit.short_name or unit.name) if unit else f"{division.label}卫生健康主管部门"
