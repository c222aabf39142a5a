"""专职联系人 in the demo: named before 12 August as the document asks, three units still to answer, one post handed over in September."""

import datetime

from config.demo.calendar import ZONE, days, office_day
from config.demo.hospitals import COUNTY_HOSPITALS, HOSPITALS
from config.demo.places import Places
from hospitals.models import Contact, ContactHandOver, Hospital
from ledger.models import AuditEvent, Case, Division, Role, Staff

FIRST_DAY = datetime.date(2017, 8, 2)
HANDED_ON, HANDED_OVER = datetime.date(2017, 9, 18), "LC01"
BEFORE = "潘志远"  # Who answered for 柳城县人民医院 until then.
NOBODY = {"450226", "SJ01", "GX02"}  # They have named nobody yet.
POSITIONS = ("医政股股长", "医政股副股长", "医务科主任", "医务科副主任")


def make_contacts(places: Places, hospitals: dict[str, Hospital]) -> list[AuditEvent]:
    """Everybody's contact and one list of handing over; answers the trail rows, not yet written."""
    clerks, liaisons = _accounts()
    rows = [(county.code, county, None, clerks[county.pk], county) for county in places.counties.values()]
    near = {code: places.counties[county] for county, code in COUNTY_HOSPITALS.items()}
    rows += [(code, None, hospitals[code], liaisons[code], near.get(code)) for code in HOSPITALS]
    contacts, trail = [], []
    for number, (_, county, hospital, staff, answers) in enumerate(row for row in rows if row[0] not in NOBODY):
        day = office_day(FIRST_DAY + days(number % 9))
        contact = Contact(
            prefecture=places.city, county=county, hospital=hospital, name=staff.full_name, position=POSITIONS[(2 if hospital else 0) + number % 2],
            phone=staff.work_phone.replace("-", ""), mobile=f"139077261{number:02d}", email=f"{staff.username}@example.cn", staff=staff,
            named_on=day, named_by=staff,
        )  # fmt: skip
        contacts.append(contact)
        trail.append((contact, "contact_named", staff, day, answers))
    Contact.objects.bulk_create(contacts)
    told = [_row(*one) for one in trail]
    after = next(contact for contact in contacts if contact.hospital and contact.hospital.code == HANDED_OVER)
    return [*told, _hand_over(after, near[HANDED_OVER])]


def _accounts() -> tuple[dict[int, Staff], dict[str, Staff]]:
    """The first clerk of every county, the liaison of every hospital."""
    clerks = {staff.area_id: staff for staff in Staff.objects.filter(role=Role.CLERK).order_by("-username")}
    return clerks, {staff.hospital_code: staff for staff in Staff.objects.filter(role=Role.LIAISON)}


def _row(contact: Contact, action: str, by: Staff, day: datetime.date, answers: Division | None, **detail) -> AuditEvent:
    unit = contact.hospital.name if contact.hospital else contact.county.name
    return AuditEvent(
        at=datetime.datetime(day.year, day.month, day.day, 9, 40, tzinfo=ZONE), staff=by, username=by.username, role=by.role, action=action,
        subject_type="contact", subject_id=contact.pk, county_code=answers.code if answers else "", detail={"unit": unit, **detail},
    )  # fmt: skip


def _hand_over(after: Contact, answers: Division) -> AuditEvent:
    """The hospital's first contact left; whoever answers today took over the patients who were on their way to it or in it."""
    before = Contact.objects.create(
        prefecture=after.prefecture, hospital=after.hospital, name=BEFORE, position=POSITIONS[2], phone=after.phone, mobile="13907726199",
        named_on=after.named_on, named_by=after.named_by, ended_on=HANDED_ON,
    )  # fmt: skip
    after.named_on = HANDED_ON
    after.save(update_fields=["named_on"])
    open_then = Case.objects.everywhere("the demo's past").filter(
        hospital_code=HANDED_OVER, state__in=("planned", "in_treatment"), registered_on__lt=HANDED_ON
    )
    kinds = {"planned": "已定方案，待入院", "in_treatment": "治疗中"}
    tasks = [
        {"kind": kinds[case.state], "person": case.person_id, "what": str(case.disease), "since": case.registered_on.isoformat()}
        for case in open_then.select_related("disease").order_by("-state", "registered_on", "pk")
    ]
    by = after.named_by
    done = ContactHandOver.objects.create(before=before, after=after, on=HANDED_ON, by=by, reason="轮岗到门诊部", tasks=tasks)
    return _row(after, "contact_handed_over", by, HANDED_ON, answers, list=done.pk, tasks=len(tasks), cases=0)
