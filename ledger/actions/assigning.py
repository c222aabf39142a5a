"""In whose hands a case is: assigned one by one, and handed over whole when somebody leaves."""

import hashlib

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from ledger.actions.history import tell, tell_many, why
from ledger.actions.locking import hold_case
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Case, Division, Role, Staff, Upload
from ledger.models.upload import OPEN
from ledger.standing import hold_people

HANDS = frozenset({Role.CLERK, Role.LEAD})


def hands_of(by: Staff) -> Staff | None:
    """Who has a case in hand that ``by`` registers: a clerk or lead of the county themselves; for anybody else's, nobody yet."""
    return by if by.role in HANDS else None


def hands(county: Division) -> QuerySet[Staff]:
    """Who may have cases of this county in hand: its clerks and leads whose accounts are in use."""
    return Staff.objects.filter(area=county, role__in=HANDS, is_active=True).order_by("full_name", "pk")


def _whose(staff: Staff | None) -> str:
    return staff.full_name if staff else "未分派"


def check_assign(*, by: Staff, case: Case, to: Staff) -> None:
    """What keeps a case from being put in these hands. Raises Refused."""
    if by.role not in HANDS:
        raise Refused("只有县卫健部门的经办和负责人能分派经办人。")
    if not to.is_active or to.role not in HANDS or to.area_id != case.county_id:
        raise Refused(f"{to.full_name}不是本县在用的经办人，请另选一位。", "assignee")
    if case.state == "closed":
        raise Refused("已销号，不用分派。")
    if case.assigned_to_id == to.pk:
        raise Refused(f"经办人已经是{to.full_name}。", "assignee")


@transaction.atomic
def assign_case(*, by: Staff, case: Case, to: Staff) -> Case:
    """分派经办: an open case is put into somebody's hands. Raises Refused as ``check_assign`` says.

    The day of the last change stays: it says since when a case waits where it stands.
    """
    case = hold_case(case, by)
    check_assign(by=by, case=case, to=to)
    text = f"{case.disease}经办人：{_whose(case.assigned_to)} → {to.full_name}"
    case.assigned_to = to
    case.version += 1
    case.save(update_fields=["assigned_to", "version"])
    tell(case.person, "case_assigned", text, by=by, case=case)
    return case


# ---- handing over ----


def open_work(staff: Staff, *, by: Staff) -> QuerySet[Case]:
    """The open cases in somebody's hands, as far as ``by`` sees them; longest on the ledger first."""
    own = Case.objects.visible_to(by).filter(assigned_to=staff).exclude(state="closed")
    return own.select_related("person__township", "person__village", "disease", "county").order_by("registered_on", "pk")


def mark_of(cases: list[Case]) -> str:
    """Changes whenever one of these cases is changed, or another joins or leaves them."""
    told = ",".join(f"{pk}:{version}" for pk, version in sorted((case.pk, case.version) for case in cases))
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def holders(by: Staff) -> list[Staff]:
    """The county's clerks and leads, and whoever else still has open cases of it in hand; each with ``open_cases``."""
    own = Case.objects.visible_to(by).filter(assigned_to__isnull=False).exclude(state="closed").order_by()
    counted = dict(own.values_list("assigned_to").annotate(Count("pk")))
    found = list(
        Staff.objects.filter(Q(area=by.area_id, role__in=HANDS) | Q(pk__in=counted)).select_related("area").order_by("full_name", "pk")
    )
    for staff in found:
        staff.open_cases = counted.get(staff.pk, 0)
        staff.gone = not (staff.is_active and staff.role in HANDS and staff.area_id == by.area_id)
    return sorted((staff for staff in found if staff.open_cases or not staff.gone), key=lambda staff: not staff.gone)


def left_behind(by: Staff) -> list[Staff]:
    """Whose account was switched off, or who went to another post, with open cases of this county still in hand."""
    return [staff for staff in holders(by) if staff.gone and staff.open_cases]


def lists_waiting(staff: Staff) -> int:
    """Lists of people that somebody brought and has not imported: personal, so they are not handed over."""
    return Upload.objects.visible_to(staff).filter(state=OPEN).count()


@transaction.atomic
def hand_over(*, by: Staff, leaving: Staff, to: Staff, reason: str, seen: str) -> int:
    """交接工作: every open case in one clerk's hands goes into another's. Answers how many.

    ``seen`` is the mark of the cases as they were shown. Raises Refused when they have changed since, when nothing is to be
    handed over, and for a successor who is none.
    """
    if by.role != Role.LEAD:
        raise Refused("只有负责人能交接工作。")
    if to.pk == leaving.pk:
        raise Refused("接手人和交出人是同一位，请另选一位。", "to")
    if not hands(by.area).filter(pk=to.pk).exists():
        raise Refused(f"{to.full_name}不是本县在用的经办人，请另选一位。", "to")
    if not reason.strip():
        raise Refused("请写明交接的原因。", "reason")
    hold_people(set(open_work(leaving, by=by).order_by().values_list("person", flat=True)))
    cases = list(open_work(leaving, by=by).order_by("pk").select_for_update(of=("self",)))
    if not cases:
        raise Refused(f"{leaving.full_name}没有未办结的病例，不用交接。")
    if mark_of(cases) != seen:
        raise Refused("您打开之后，名单里的病例有人改过。请看过现在的名单再交接。")
    held = Case.objects.visible_to(by).filter(pk__in=[case.pk for case in cases])
    held.update(assigned_to=to, version=F("version") + 1)
    told = [(case, f"{case.disease}交接：{leaving.full_name} → {to.full_name}") for case in cases]
    tell_many("case_handed_over", told, by=by, reason=reason)
    detail = {"username": leaving.username, "successor": to.username, "cases": len(cases), **why(reason)}
    record("work_handed_over", by=by, subject=leaving, county=by.area, detail=detail)
    return len(cases)
