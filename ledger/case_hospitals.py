"""The hospitals that somebody's cases name, found by stepping through an index from one hospital to the next."""

from django.db import connection

from ledger.models import Case, Role, Staff
from ledger.models.division import Level

# One step of the index a hospital, however many cases each of them has. {within} bounds the cases to an area.
NEXT = "SELECT hospital_code FROM ledger_case WHERE {within} AND folded_into_id IS NULL AND hospital_code > {after} ORDER BY hospital_code LIMIT 1"
STEPS = f"""
WITH RECURSIVE named(code) AS (
    ({NEXT.replace("{after}", "''")})
    UNION ALL
    SELECT ({NEXT.replace("{after}", "named.code")}) FROM named WHERE named.code IS NOT NULL
)
SELECT code, (SELECT hospital_name FROM ledger_case WHERE {{within}} AND folded_into_id IS NULL AND hospital_code = code LIMIT 1) AS name
FROM named WHERE code IS NOT NULL ORDER BY code
"""
# Of several counties at once no index knows the hospitals: each county's are stepped through.
BY_COUNTIES = f"""
SELECT DISTINCT ON (code) code, name FROM unnest(%(area)s::bigint[]) AS county(pk),
LATERAL ({STEPS.replace("{within}", "county_id = county.pk")}) AS there ORDER BY code, name
"""


def hospitals_named(staff: Staff) -> list[tuple[str, str]]:
    """(code, name) of every hospital named by a case that this member of staff may see.

    A township's cases are few, and no index steps through them by hospital.
    """
    if staff.role == Role.LIAISON:
        seen = Case.objects.visible_to(staff).order_by().values_list("hospital_code", "hospital_name")
        own, referred = seen.filter(hospital_code=staff.hospital_code)[:1], seen.filter(referral_code=staff.hospital_code).distinct()
        return sorted(own.union(referred))
    if staff.role == Role.CITY:
        return _asked(BY_COUNTIES, staff.counties)
    if staff.area.level == Level.COUNTY:
        return _asked(STEPS.replace("{within}", "county_id = %(area)s"), staff.area_id)
    named = Case.objects.visible_to(staff).exclude(hospital_code="").order_by()
    return sorted(named.values_list("hospital_code", "hospital_name").distinct())


def _asked(sql: str, area: int | list[int]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"area": area})
        return cursor.fetchall()
