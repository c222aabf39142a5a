"""转往统筹区外: the insurance office of the patient's county approves it under a number, or says why not; the settlement goes by it."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from hospitals.models import Referral
from hospitals.referral_moves import APPROVED_IN, Side
from hospitals.referring import TEXT, hold_referral, place_of, sides_of, write_step
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.refusals import Refused
from ledger.models import Case, Staff


@dataclass(frozen=True)
class Approval:
    """The insurance office's word: its number, and the admissions for which it holds."""

    number: str
    on: datetime.date
    valid_from: datetime.date
    valid_until: datetime.date


@transaction.atomic
def approve_referral(*, by: Staff, referral: Referral, approval: Approval) -> Referral:
    """The insurance office lets the patient be treated outside the pooling area, under a number that the bill will name.

    A number or a day typed wrongly is put right by approving again. Raises Refused: another office's, nothing to approve, days
    in the wrong order, a number given before.
    """
    referral, case = _for_the_office(by, referral)
    number = approval.number.strip()
    if not number:
        raise Refused("请填写转诊批准号。", "number")
    if approval.on > clock.today():
        raise Refused(f"批准日期 {approval.on} 晚于今天，请改正。", "approved_on")
    if approval.valid_until < approval.valid_from:
        raise Refused(f"截止日 {approval.valid_until} 早于起始日 {approval.valid_from}，请改其中一个。", "valid_until")
    if approval.valid_from < case.found_on:
        raise Refused(f"起始日 {approval.valid_from} 早于这一例的发现日期 {case.found_on}，请改正。", "valid_from")
    same = Referral.objects.everywhere("a number is given once by an office").filter(approved_in=by.area, approval_number=number)
    if same.exclude(pk=referral.pk).exists():
        raise Refused(f"批准号 {number} 已经用于另一件转诊，请核对。", "number")
    referral.approval_number, referral.approved_on, referral.approved_by, referral.approved_in = number, approval.on, by, by.area
    referral.valid_from, referral.valid_until, referral.approval_refused = approval.valid_from, approval.valid_until, ""
    referral.save()
    told = f"批准号 {number}，{approval.valid_from} 至 {approval.valid_until}"
    write_step(referral, referral.state, by, f"医保批准：{told}")  # Among the steps; it moves nothing.
    text = f"{case.disease}转往{place_of(referral)}，医保批准，{told}"
    tell(case.person, "referral_approve", text, by=by, case=case, detail={"referral": referral.pk})
    return referral


@transaction.atomic
def disapprove_referral(*, by: Staff, referral: Referral, reason: str) -> Referral:
    """The insurance office does not let the patient leave the pooling area, and says why. Raises Refused."""
    referral, case = _for_the_office(by, referral)
    if not reason.strip():
        raise Refused("请写明不批准的原因，转出医院会看到。", "reason")
    referral.approval_number, referral.approved_on, referral.approved_by, referral.approved_in = "", None, by, None
    referral.valid_from, referral.valid_until, referral.approval_refused = None, None, reason.strip()
    referral.save()
    write_step(referral, referral.state, by, f"医保不批准：{reason.strip()}"[:TEXT])
    text = f"{case.disease}转往{place_of(referral)}，医保不批准"
    tell(case.person, "referral_disapprove", text, by=by, case=case, reason=reason.strip(), detail={"referral": referral.pk})
    return referral


def _for_the_office(by: Staff, referral: Referral) -> tuple[Referral, Case]:
    referral, case = hold_referral(referral, by)
    if Side.INSURANCE not in sides_of(by, referral):
        raise Refused("转往统筹区外由患者所在县的医保部门批准。")
    if not referral.leaves_area:
        raise Refused("这件转诊不出统筹区，不用医保部门批准。")
    if referral.state not in APPROVED_IN:
        raise Refused(f"这件转诊的状态是“{referral.get_state_display()}”，不用再批。请刷新后再看。")
    return referral, case
