"""A contact hands over: the successor, the cases in hand and the list of every open task, in one transaction, to be signed."""

from dataclasses import asdict

from django.db import transaction

from hospitals.contacting import BUREAU, Unit, check_keeper, write_contact
from hospitals.models import Contact, ContactHandOver
from hospitals.open_tasks import Task, open_tasks
from ledger import clock
from ledger.actions import assigning
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Case, Role, Staff

IN_HAND = "经办的病例"


def _desk(unit: Unit) -> Staff:
    """Somebody who would see all that waits for the unit: its lead, or its liaison. Nobody's account, and never saved."""
    if unit.county:
        return Staff(role=Role.LEAD, area=unit.county)
    return Staff(role=Role.LIAISON, area=unit.answers or unit.prefecture, hospital_code=unit.hospital.code)


def cases_in_hand(unit: Unit, contact: Contact, *, by: Staff) -> list[Case]:
    """The open cases that the leaving contact has in hand by account: a bureau's only, a hospital's belong to the hospital."""
    if contact.staff is None or unit.county is None or by.role not in BUREAU:
        return []
    return list(assigning.open_work(contact.staff, by=by))


def tasks_of(unit: Unit, cases: list[Case]) -> list[Task]:
    """Every open task that goes with the post: the cases in hand, then all that waits for the unit, kind by kind."""
    own = [Task(IN_HAND, case.person_id, str(case.disease), case.registered_on or case.found_on) for case in cases]
    return own + open_tasks(_desk(unit))


def mark_of(contact: Contact, cases: list[Case]) -> str:
    """Changes whenever another contact answers, or a case in hand changes, joins or leaves. The rest of the list belongs to the unit."""
    return f"{contact.pk}-{assigning.mark_of(cases)}"


def _hold(unit: Unit) -> Contact:
    """The unit's present contact, held: of two who hand over at once the second finds it ended."""
    held = Contact.objects.select_for_update(of=("self",)).select_related("staff").filter(pk=unit.contact.pk if unit.contact else None)
    contact = held.first()
    if contact is None:
        raise Refused(f"{unit.name}还没有填报联系人，不用交接，请直接填报。")
    if contact.ended_on:
        raise Refused(f"{contact.name}已经办过交接。请打开现在的联系人看看。")
    return contact


@transaction.atomic
def hand_over_contact(*, by: Staff, unit: Unit, reason: str, seen: str, staff: Staff | None = None, **facts: str) -> ContactHandOver:
    """办理交接: the present contact ends today, the successor answers from today, the open cases in hand change hands.

    ``facts`` are the successor's name, position, phone, mobile, email; ``seen`` the mark of the list as it was shown. Raises
    Refused: not the unit's own, not the lead of a bureau, changed since, cases in hand and no account that could take them.
    """
    check_keeper(by=by, unit=unit, staff=staff)
    if unit.county and by.role != Role.LEAD:
        raise Refused("本局联系人的交接由负责人办理。")
    contact = _hold(unit)
    cases = cases_in_hand(unit, contact, by=by)
    if mark_of(contact, cases) != seen:
        raise Refused("您打开之后，要移交的病例有变动。请看过现在的清单再交接。")
    if cases and staff is None:
        raise Refused(f"{contact.name}手上还有 {len(cases)} 例未办结的病例，请选择接收人的账号。", "staff")
    tasks = tasks_of(unit, cases)
    contact.ended_on = clock.today()
    contact.save(update_fields=["ended_on"])
    successor = write_contact(by=by, unit=unit, staff=staff, **facts)
    if cases and staff.pk != contact.staff_id:
        assigning.hand_over(by=by, leaving=contact.staff, to=staff, reason=reason, seen=assigning.mark_of(cases))
    done = ContactHandOver.objects.create(
        before=contact, after=successor, on=clock.today(), by=by, reason=reason,
        tasks=[{**asdict(task), "since": task.since.isoformat()} for task in tasks],
    )  # fmt: skip
    record(
        "contact_handed_over", by=by, subject=successor, county=unit.answers,
        detail={"unit": unit.name, "list": done.pk, "tasks": len(tasks), "cases": len(cases)},
    )  # fmt: skip
    return done
