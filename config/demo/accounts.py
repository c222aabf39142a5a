"""The demo's accounts, named role-area-number, all with the one password made at the first start."""

import datetime
from dataclasses import dataclass
from random import Random

from django.contrib.auth.hashers import make_password

from config.demo.calendar import SEED, ZONE
from config.demo.hospitals import HOSPITALS
from config.demo.invention import Invention
from config.demo.places import CITY, COUNTIES, Places, townships_of
from ledger.models import AuditEvent, Role, Staff

COUNTY_ROLES = (Role.CLERK, Role.LEAD, Role.CIVIL, Role.POVERTY, Role.DISABLED, Role.INSURANCE, Role.FINANCE)
CITY_ROLES = (Role.CITY, Role.EXPERT, Role.AUDITOR, Role.OPERATOR)
OPENED_AT = datetime.datetime(2016, 12, 28, 9, 0, tzinfo=ZONE)
# The people drawn on the design's pages.
KNOWN = {"clerk-450222-1": "韦晓岚", "lead-450222-1": "覃建国", "city-450200-1": "李文洁", "liaison-2": "陆静仪"}
EXPERT_UNITS = ("LZ01", "LZ02")


@dataclass(frozen=True)
class DemoAccount:
    """One line of the table that the demo prints."""

    username: str
    full_name: str
    role: str
    area_code: str
    place: str
    hospital_code: str = ""
    work_phone: str = ""

    @property
    def role_label(self) -> str:
        return Role(self.role).label


def accounts() -> list[DemoAccount]:
    """Every demo account, the same at every call; needs no database."""
    invention = Invention(Random(SEED))
    seats = [
        (f"{role}-{code}-{number}", role, code, name, "")
        for code, (name, _, _) in COUNTIES.items()
        for role in COUNTY_ROLES
        for number in (1, 2)
    ]
    for code in COUNTIES:
        for number, (town, town_name) in enumerate(townships_of(code)[:2], start=1):
            seats.append((f"township-{code}-{number}", Role.TOWNSHIP, town, f"{COUNTIES[code][0]}{town_name}", ""))
    seats += [(f"city-{CITY}-{number}", Role.CITY, CITY, "柳州市", "") for number in (1, 2)]
    for number, (code, (name, _, county)) in enumerate(HOSPITALS.items(), start=1):
        seats.append((f"liaison-{number}", Role.LIAISON, county if county and not code.startswith("LZ") else CITY, name, code))
    seats += [
        (f"{role}-{number}", role, CITY, HOSPITALS[EXPERT_UNITS[number - 1]][0] if role == Role.EXPERT else "柳州市", "")
        for role in (Role.EXPERT, Role.AUDITOR, Role.OPERATOR)
        for number in (1, 2)
    ]
    return [
        DemoAccount(username, KNOWN.get(username) or invention.staff_name(), role, area, place, hospital, f"0772-76{number:05d}")
        for number, (username, role, area, place, hospital) in enumerate(seats, start=1001)
    ]


def make_accounts(password: str, places: Places) -> list[Staff]:
    """All accounts, ready to use: the demo's password is nobody's own, so none has to be changed."""
    hashed = make_password(password)  # Once: Argon2 is slow on purpose.
    made = Staff.objects.bulk_create(
        Staff(
            username=account.username,
            password=hashed,
            full_name=account.full_name,
            role=account.role,
            area=places.by_code[account.area_code],
            hospital_code=account.hospital_code,
            unit=account.place if account.role in (Role.LIAISON, Role.EXPERT) else "",
            work_phone=account.work_phone,
            must_change_password=False,
        )
        for account in accounts()
    )
    operator = next(staff for staff in made if staff.role == Role.OPERATOR)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=OPENED_AT, staff=operator, username=operator.username, role=operator.role, action="account_opened",
            subject_type="staff", subject_id=staff.pk,
            detail={"username": staff.username, "role": staff.role, "area": staff.area.code},
        )
        for staff in made
    )  # fmt: skip
    return made
