"""How far each role sees: one rule for every table, told by the paths from its rows to county, township and hospital."""

from functools import reduce
from operator import or_

from django.db.models import Q

from ledger.models.staff import Role, Staff

COUNTY_ROLES = {Role.CLERK, Role.LEAD, Role.CIVIL, Role.POVERTY, Role.DISABLED, Role.INSURANCE, Role.FINANCE}
NOTHING = Q(pk=None)


def reach(staff: Staff, *, county: str, township: str = "", hospital: str | tuple[str, ...] = "") -> Q:
    """The rows of somebody's area; none for a role that has no business with them, or where the table has no such path.

    Several paths to a hospital: whichever of them names it.
    """
    if staff.role in COUNTY_ROLES:
        return Q(**{county: staff.area_id})
    if staff.role == Role.CITY:
        # By their numbers, not by a join: PostgreSQL then knows how many rows lie in them, and walks an index instead of sorting a million.
        return Q(**{f"{county}__in": staff.counties})
    if staff.role == Role.TOWNSHIP and township:
        return Q(**{township: staff.area_id})
    if staff.role == Role.LIAISON and hospital:
        paths = (hospital,) if isinstance(hospital, str) else hospital
        return reduce(or_, [Q(**{path: staff.hospital_code}) for path in paths])
    return NOTHING
