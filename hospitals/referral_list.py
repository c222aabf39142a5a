"""The list 转诊: what is under way and what is over, within somebody's reach, and what of it is theirs to do."""

import datetime

from django.db.models import Q, QuerySet

from hospitals.models import Referral
from hospitals.referral_moves import ACCEPTED, APPROVED_IN, ARRIVED, ON_THE_WAY, REFUSED, REQUESTED
from ledger import clock
from ledger.key_paging import keyed_page
from ledger.models import Role, Staff

PAGE = 50
LONG = datetime.timedelta(hours=48)  # Open longer than this, both counties are shown it.
TOLD_REFUSAL = datetime.timedelta(days=7)
OPEN, OVER, MINE = "open", "over", "mine"
TABS = {MINE: "等我办理", OPEN: "在办", OVER: "已结束"}


def is_long(referral: Referral) -> bool:
    """Whether a referral has been open for 48 hours."""
    return referral.ended_at is None and referral.requested_at <= clock.now() - LONG


def open_long(staff: Staff) -> QuerySet[Referral]:
    """Referrals open for 48 hours, to the bureaus of the patient and of both hospitals."""
    return Referral.objects.visible_to(staff).open().filter(requested_at__lte=clock.now() - LONG)


def to_receive(staff: Staff) -> QuerySet[Referral]:
    """Asked of this hospital and not answered."""
    return Referral.objects.visible_to(staff).filter(to_hospital__code=staff.hospital_code, state=REQUESTED)


def to_go_on(staff: Staff) -> QuerySet[Referral]:
    """Those whose next step is this hospital's: to send whom the other took, to note whom it received, to end what was handed over.

    Of a hospital outside the network this one enters every step. Somebody accepted is the receiving hospital's to note only once
    they set out.
    """
    outside = Q(to_hospital=None, from_hospital__code=staff.hospital_code, state__in=(REQUESTED, ON_THE_WAY, ARRIVED))
    sending = Q(from_hospital__code=staff.hospital_code, state=ACCEPTED)
    receiving = Q(to_hospital__code=staff.hospital_code, state__in=(ON_THE_WAY, ARRIVED))
    return Referral.objects.visible_to(staff).filter(outside | sending | receiving)


def lately_refused(staff: Staff) -> QuerySet[Referral]:
    """Referrals of this hospital that the other did not take, in the last week, where nothing was asked for the patient since."""
    asked = Referral.objects.visible_to(staff).filter(
        from_hospital__code=staff.hospital_code, state=REFUSED, case__hospital_code=staff.hospital_code
    )
    again = Referral.objects.everywhere("a later one of the same patient").open().values("person")
    return asked.filter(ended_at__gt=clock.now() - TOLD_REFUSAL).exclude(person__in=again).exclude(case__state="closed")


def to_approve(staff: Staff) -> QuerySet[Referral]:
    """Those that leave the pooling area and on which the insurance office has said nothing."""
    return Referral.objects.visible_to(staff).filter(leaves_area=True, approval_number="", approval_refused="", state__in=APPROVED_IN)


def mine(staff: Staff) -> QuerySet[Referral]:
    """What waits for this member of staff."""
    if staff.role == Role.LIAISON:
        return to_receive(staff) | to_go_on(staff)
    return to_approve(staff) if staff.role == Role.INSURANCE else open_long(staff)


def of_tab(staff: Staff, tab: str) -> QuerySet[Referral]:
    if tab == MINE:
        return mine(staff)
    rows = Referral.objects.visible_to(staff)
    return rows.open() if tab == OPEN else rows.filter(ended_at__isnull=False)


def number_mine(staff: Staff) -> int:
    """What stands beside the list in the navigation."""
    return mine(staff).count()


def page_of(rows: QuerySet[Referral], tab: str, after: str) -> tuple[list[Referral], str]:
    """Open ones by how long they wait, those that are over the latest first; on after the one with this key, and the next key."""
    shown = rows.select_related("person__county", "case__disease", "case__county", "from_hospital", "to_hospital")
    return keyed_page(shown, by="requested_at", after=after, size=PAGE, newest_first=tab == OVER)
