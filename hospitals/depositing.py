"""违规押金: a deposit taken from somebody who need not pay one, its refund and remedy by the hospital, and the county's word on both."""

import datetime

from django.db import transaction

from hospitals.deferring import TEXT, found_eligible, hold_stay
from hospitals.models import Deposit, Stay
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff
from ledger.money import grouped, to_fen, to_yuan

BUREAU = (Role.CLERK, Role.LEAD)


def _told(text: str, what: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(f"请填写{what}。", field)
    if len(text) > TEXT:
        raise Refused(f"{what}超过 {TEXT} 个字，请缩短。", field)
    return text


@transaction.atomic
def record_deposit(*, by: Staff, stay: Stay, taken_on: datetime.date, amount: int, reason: str, remedy: str = "") -> Deposit:
    """A deposit was taken though none was due: how much (fen), when, why. It is a row of the county's monthly return by that.

    Raises Refused: nothing or less, somebody not eligible on the day of admission, a day outside the stay.
    """
    stay, case = hold_stay(stay, by)
    if amount <= 0:
        raise Refused("押金要大于 0 元。没有收押金的，不用登记。", "amount")
    try:
        found = found_eligible(stay)
    except Refused as refused:
        raise Refused(f"{refused.message}收取押金不按违规登记。") from None
    if taken_on < stay.admitted_on:
        raise Refused(f"收取日期 {taken_on} 早于入院日期 {stay.admitted_on}，请改正。", "taken_on")
    last = min(stay.discharged_on or clock.today(), clock.today())
    if taken_on > last:
        raise Refused(f"收取日期 {taken_on} 晚于{'出院日期' if stay.discharged_on else '今天'} {last}，请改正。", "taken_on")
    reason = _told(reason, "没有享受的原因", "reason")
    if len(remedy.strip()) > TEXT:
        raise Refused(f"整改措施超过 {TEXT} 个字，请缩短。", "remedy")
    row = Deposit.objects.create(
        stay=stay, county=found.county, taken_on=taken_on, amount_yuan=to_yuan(amount), reason=reason, remedy=remedy.strip(),
        recorded_at=clock.now(), recorded_by=by,
    )  # fmt: skip
    text = f"{stay.hospital.name}违规收取住院押金 {grouped(amount)} 元"
    tell(case.person, "deposit_taken", text, by=by, case=case, on=taken_on, reason=reason)
    return row


def _hold(deposit: Deposit, by: Staff) -> tuple[Deposit, Case]:
    """The deposit as it stands now, with person, case and stay held. Raises Refused for one withdrawn."""
    found = Deposit.objects.visible_to(by).select_related("stay").get(pk=deposit.pk)
    _, case = hold_stay(found.stay, by)
    row = Deposit.objects.visible_to(by).select_for_update(of=("self",)).select_related("stay__hospital", "recorded_by").get(pk=deposit.pk)
    if row.withdrawn_on:
        raise Refused(f"这笔押金登记已在 {row.withdrawn_on} 撤销。请刷新后再看。")
    return row, case


def _refuse_verified(row: Deposit) -> None:
    if row.verified_on:
        raise Refused(f"这笔押金的退还和整改已在 {row.verified_on} 核实，不能再改。请刷新后再看。")


@transaction.atomic
def tell_refund(*, by: Staff, deposit: Deposit, refunded_on: datetime.date, refunded: int, remedy: str) -> Deposit:
    """What was given back so far (fen), and what is done so that it does not happen again. In full, it goes to the county.

    Raises Refused: verified already, nothing or more than was taken, a day before it was taken or in the future, no remedy.
    """
    row, case = _hold(deposit, by)
    _refuse_verified(row)
    if refunded_on < row.taken_on:
        raise Refused(f"退还日期 {refunded_on} 早于收取日期 {row.taken_on}，请改正。", "refunded_on")
    if refunded_on > clock.today():
        raise Refused(f"退还日期 {refunded_on} 晚于今天，请改正。", "refunded_on")
    taken = to_fen(row.amount_yuan)
    if refunded <= 0:
        raise Refused("退还金额要大于 0 元。还没有退的，退了再登记。", "refunded")
    if refunded > taken:
        raise Refused(f"退还金额 {grouped(refunded)} 元多于收取的 {grouped(taken)} 元，请改正。", "refunded")
    row.remedy = _told(remedy, "整改措施", "remedy")
    row.refunded_on, row.refunded_yuan, row.told_on, row.objection = refunded_on, to_yuan(refunded), clock.today(), ""
    row.save(update_fields=["remedy", "refunded_on", "refunded_yuan", "told_on", "objection"])
    rest = f"，还差 {grouped(taken - refunded)} 元" if refunded < taken else ""
    text = f"{row.stay.hospital.name}退还住院押金 {grouped(refunded)} 元{rest}。整改：{row.remedy}"
    tell(case.person, "deposit_refunded", text, by=by, case=case, on=refunded_on)
    return row


def _for_the_county(deposit: Deposit, by: Staff) -> tuple[Deposit, Case]:
    if by.role not in BUREAU:
        raise Refused("退还和整改由县卫健部门核实。")
    row, case = _hold(deposit, by)
    _refuse_verified(row)
    if row.refunded_yuan != row.amount_yuan or not row.remedy:
        raise Refused("押金还没有退清，或没有写整改措施，现在不能核实。请等医院办理。")
    if row.objection:
        raise Refused(f"已退回医院重办：{row.objection}。请等医院再报。")
    return row, case


@transaction.atomic
def verify_refund(*, by: Staff, deposit: Deposit) -> Deposit:
    """The county has looked: the money is back and the remedy is in place. Raises Refused: not refunded in full, verified before."""
    row, case = _for_the_county(deposit, by)
    row.verified_on, row.verified_by = clock.today(), by
    row.save(update_fields=["verified_on", "verified_by"])
    text = f"核实住院押金 {grouped(to_fen(row.amount_yuan))} 元已退还、已整改，{row.stay.hospital.name}"
    tell(case.person, "deposit_verified", text, by=by, case=case)
    return row


@transaction.atomic
def send_back(*, by: Staff, deposit: Deposit, objection: str) -> Deposit:
    """The county found it otherwise: the hospital does it again and says so. Raises Refused: no sentence, nothing to verify."""
    row, case = _for_the_county(deposit, by)
    row.objection = _told(objection, "退回的意见", "objection")
    row.save(update_fields=["objection"])
    text = f"押金退还和整改退回{row.stay.hospital.name}重办"
    tell(case.person, "deposit_sent_back", text, by=by, case=case, reason=row.objection)
    return row


@transaction.atomic
def withdraw_deposit(*, by: Staff, deposit: Deposit, reason: str) -> Deposit:
    """It was entered by mistake: no such deposit was taken. A hospital withdraws its own entries, until the county has verified them.

    Raises Refused: no reason, another's entry, verified already.
    """
    row, case = _hold(deposit, by)
    _refuse_verified(row)
    if by.role == Role.LIAISON and row.recorded_by.role != Role.LIAISON:
        raise Refused("这笔押金由县卫健部门登记，医院不能撤销。登记有误的，请告诉县卫健部门。")
    reason = reason.strip()
    if not reason:
        raise Refused("请写明撤销的原因。", "reason")
    row.withdrawn_on, row.withdrawn_reason = clock.today(), reason
    row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    text = f"撤销 {row.taken_on} 的违规押金登记 {grouped(to_fen(row.amount_yuan))} 元，{row.stay.hospital.name}"
    tell(case.person, "deposit_withdrawn", text, by=by, case=case, reason=reason)
    return row
