"""Whoever answers for 柳城县 and its hospital in the stories of 专职联系人."""

from hospitals.contacting import Unit, name_contact, units_of
from hospitals.models import Contact
from ledger import clock

PARTICULARS = {"position": "医政股股长", "phone": "07727612345", "mobile": "13907720561", "email": "lyz@example.cn"}


def unit_of(cast, *, county=None, hospital=None) -> Unit:
    """The unit as it stands today."""
    for unit in units_of(cast.prefecture, clock.today()):
        if county and unit.county == county or hospital and unit.hospital == hospital:
            return unit
    raise LookupError


def named(cast, by, name: str = "蓝雪梅", *, staff=None, county=None, hospital=None, **told) -> Contact:
    """The first contact of the unit."""
    unit = unit_of(cast, county=county, hospital=hospital)
    return name_contact(by=by, unit=unit, name=name, staff=staff, **{**PARTICULARS, **told})
