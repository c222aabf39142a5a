"""What a patient still owes on leaving, the 还款协议 by instalments, and the money that comes back."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from hospitals.deferring import hold_stay
from hospitals.models import Deferral, Instalment, Repaid, Repayment, Stay
from hospitals.self_pay import settled_self_pay
from hospitals.visits import months_after
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.refusals import Refused
from ledger.models import Case, Staff
from ledger.money import grouped, to_fen, to_yuan

MOST = 24  # Instalments of one agreement: what one page holds.
FARTHEST = 60  # Months after the signing.


@dataclass(frozen=True)
class Part:
    """One instalment: its day, and fen."""

    due_on: datetime.date
    amount: int


def repaid_so_far(repayment: Repayment) -> int:
    """In fen; what was withdrawn does not count."""
    rows = Repaid.objects.everywhere("of a repayment in sight").filter(repayment=repayment, withdrawn_on=None)
    return to_fen(rows.aggregate(sum=Sum("amount_yuan"))["sum"] or Decimal(0))


def still_owed(repayment: Repayment) -> int:
    """In fen, never below zero: nothing is taken beyond what is owed."""
    return to_fen(repayment.owed_yuan) - repaid_so_far(repayment)


def even_parts(amount: int, number: int, first_on: datetime.date) -> list[Part]:
    """So many monthly parts of the same whole fen; the first bears what does not divide. Nothing is lost: the parts sum to the amount."""
    each, rest = divmod(amount, number)
    return [Part(months_after(first_on, index), each + (rest if index == 0 else 0)) for index in range(number)]


def _known(stay: Stay) -> Repayment | None:
    return Repayment.objects.everywhere("of a held stay").select_for_update(of=("self",)).filter(stay=stay).first()


@transaction.atomic
def record_owed(*, by: Staff, stay: Stay, self_pay: int | None, paid: int, reason: str = "") -> Repayment:
    """What is left to pay on leaving: the patient's own part by the standing settlement, or as typed where none stands, less what was paid.

    Recorded again it corrects, with a reason; an agreement over another amount falls away and is signed anew.
    Raises Refused: not discharged, not under 先诊疗后付费, amounts that contradict each other, less than was repaid already.
    """
    stay, case = hold_stay(stay, by)
    if not stay.discharged_on:
        raise Refused("还没有登记出院。请先登记出院，再登记欠费。")
    if not Deferral.objects.everywhere("of a held stay").filter(stay=stay).exists():
        raise Refused("这次住院没有办理先诊疗后付费。请先办理，再登记欠费。")
    settled = settled_self_pay(stay)
    if settled is None and self_pay is None:
        raise Refused("这次住院还没有结算，请填写个人自付金额。", "self_pay")
    if settled is not None and self_pay not in (None, settled):
        raise Refused(f"结算的个人自付是 {grouped(settled)} 元，和填写的 {grouped(self_pay)} 元不同。请刷新后再登记。", "self_pay")
    own_part = self_pay if settled is None else settled
    if min(own_part, paid) < 0:
        raise Refused("金额不能是负数，请核对。", "self_pay" if own_part < 0 else "paid")
    if paid > own_part:
        raise Refused(f"已付 {grouped(paid)} 元多于个人自付 {grouped(own_part)} 元，请改正。", "paid")
    known = _known(stay)
    if known and not reason.strip():
        raise Refused("这次住院已经登记过欠费。要改动的，请写明原因。", "reason")
    owed = own_part - paid
    if known and owed < (back := repaid_so_far(known)):
        raise Refused(f"已还 {grouped(back)} 元，欠费不能少于已还。请先核对还款。", "paid")
    return _keep_owed(by, stay, case, known, own_part, paid, settled is not None, reason.strip())


def _keep_owed(
    by: Staff, stay: Stay, case: Case, known: Repayment | None, own_part: int, paid: int, settled: bool, reason: str
) -> Repayment:
    owed = to_yuan(own_part - paid)
    before = f"{grouped(to_fen(known.owed_yuan))} → " if known else ""
    row = known or Repayment(stay=stay)
    fallen = bool(known and known.signed_on and known.owed_yuan != owed)
    if fallen:
        row.instalments.all().delete()
        row.signed_on, row.signed_by, row.agreed_yuan = None, "", None
    row.self_pay_yuan, row.paid_yuan, row.owed_yuan, row.settled = to_yuan(own_part), to_yuan(paid), owed, settled
    row.recorded_at, row.recorded_by = clock.now(), by
    row.save()
    text = f"{case.disease}出院，个人自付 {grouped(own_part)} 元，已付 {grouped(paid)} 元，尚欠 {before}{grouped(own_part - paid)} 元"
    text += "；原还款协议作废，须重新签订" if fallen else ""
    tell(case.person, "owed_changed" if known else "owed_recorded", text, by=by, case=case, on=stay.discharged_on, reason=reason)
    return row


def _hold(repayment: Repayment, by: Staff) -> tuple[Repayment, Stay, Case]:
    found = Repayment.objects.visible_to(by).select_related("stay").get(pk=repayment.pk)
    stay, case = hold_stay(found.stay, by)
    return Repayment.objects.visible_to(by).select_for_update(of=("self",)).get(pk=repayment.pk), stay, case


def _check_parts(parts: Sequence[Part], left: int, signed_on: datetime.date) -> None:
    """In the order of their days, from the signing on, and to the fen what is owed. Raises Refused, at the part that is wrong."""
    if not parts:
        raise Refused("请至少填写一期。", "due_1")
    if len(parts) > MOST:
        raise Refused(f"最多分 {MOST} 期，现在是 {len(parts)} 期。")
    before, last = None, months_after(signed_on, FARTHEST)
    for number, part in enumerate(parts, start=1):
        if part.amount <= 0:
            raise Refused(f"第 {number} 期的金额要大于 0 元。", f"amount_{number}")
        if before is None and part.due_on < signed_on:
            raise Refused(f"第 1 期 {part.due_on} 早于签订日期 {signed_on}，请改正。", "due_1")
        if before is not None and part.due_on <= before:
            raise Refused(f"第 {number} 期 {part.due_on} 不晚于第 {number - 1} 期 {before}。请按日期先后填写。", f"due_{number}")
        if part.due_on > last:
            raise Refused(f"第 {number} 期 {part.due_on} 太远，最晚到 {last}。", f"due_{number}")
        before = part.due_on
    total = sum(part.amount for part in parts)
    if total != left:
        word = "少" if total < left else "多"
        raise Refused(
            f"各期合计 {grouped(total)} 元，比尚欠的 {grouped(left)} 元{word} {grouped(abs(total - left))} 元。请改到一分不差。", "amount_1"
        )


@transaction.atomic
def agree(*, by: Staff, repayment: Repayment, signed_on: datetime.date, signed_by: str, parts: Sequence[Part]) -> Repayment:
    """The 还款协议: in which parts, and when, what is still owed comes back. A new one takes the place of the one before.

    Raises Refused: nothing owed, parts that do not sum to it to the fen, days out of order or before the signing.
    """
    row, stay, case = _hold(repayment, by)
    left = still_owed(row)
    if left <= 0:
        raise Refused("没有欠费，不用签还款协议。")
    if not signed_by.strip():
        raise Refused("请填写签订人（患者本人或家属）。", "signed_by")
    if signed_on < stay.discharged_on:
        raise Refused(f"签订日期 {signed_on} 早于出院日期 {stay.discharged_on}，请改正。", "signed_on")
    if signed_on > clock.today():
        raise Refused(f"签订日期 {signed_on} 晚于今天，请改正。", "signed_on")
    _check_parts(parts, left, signed_on)
    again = row.signed_on is not None
    row.instalments.all().delete()
    upto, rows = repaid_so_far(row), []
    for number, part in enumerate(parts, start=1):
        upto += part.amount
        rows.append(Instalment(repayment=row, number=number, due_on=part.due_on, amount_yuan=to_yuan(part.amount), upto_yuan=to_yuan(upto)))
    Instalment.objects.bulk_create(rows)
    row.signed_on, row.signed_by, row.agreed_yuan = signed_on, signed_by.strip(), to_yuan(left)
    row.save(update_fields=["signed_on", "signed_by", "agreed_yuan"])
    text = f"{'重签' if again else '签'}还款协议，{grouped(left)} 元分 {len(rows)} 期，{parts[0].due_on} 至 {parts[-1].due_on}"
    tell(case.person, "repayment_agreed", text, by=by, case=case, on=signed_on)
    return row


@transaction.atomic
def record_repaid(*, by: Staff, repayment: Repayment, paid_on: datetime.date, amount: int, receipt: str = "") -> Repaid:
    """Money that came back (fen). Raises Refused: nothing or more than is owed, a day before the discharge or in the future, a receipt told twice."""
    row, stay, case = _hold(repayment, by)
    left = still_owed(row)
    if amount <= 0:
        raise Refused("还款要大于 0 元，请改正。", "amount")
    if left <= 0:
        raise Refused("欠费已经还清，不用再登记还款。")
    if amount > left:
        raise Refused(f"还款 {grouped(amount)} 元多于尚欠的 {grouped(left)} 元，请改正。", "amount")
    if paid_on < stay.discharged_on:
        raise Refused(f"还款日期 {paid_on} 早于出院日期 {stay.discharged_on}，请改正。出院时付的，记在欠费登记的“已付”里。", "paid_on")
    if paid_on > clock.today():
        raise Refused(f"还款日期 {paid_on} 晚于今天，请改正。", "paid_on")
    receipt = receipt.strip()
    twice = Repaid.objects.everywhere("of a held repayment").filter(repayment=row, receipt=receipt, withdrawn_on=None)
    if receipt and twice.exists():
        raise Refused(f"收据号 {receipt} 已经登记过，请核对。", "receipt")
    made = Repaid.objects.create(
        repayment=row, paid_on=paid_on, amount_yuan=to_yuan(amount), receipt=receipt, recorded_at=clock.now(), recorded_by=by
    )
    rest = f"尚欠 {grouped(left - amount)} 元" if left > amount else "已还清"
    tell(case.person, "repaid", f"还款 {grouped(amount)} 元，{rest}，{stay.hospital.name}", by=by, case=case, on=paid_on)
    return made


@transaction.atomic
def withdraw_repaid(*, by: Staff, repaid: Repaid, reason: str) -> Repaid:
    """A repayment entered by mistake is taken back: it is owed again. Raises Refused: no reason, withdrawn before."""
    found = Repaid.objects.visible_to(by).select_related("repayment").get(pk=repaid.pk)
    _, stay, case = _hold(found.repayment, by)
    row = Repaid.objects.visible_to(by).select_for_update(of=("self",)).get(pk=repaid.pk)
    if row.withdrawn_on:
        raise Refused(f"这笔还款已在 {row.withdrawn_on} 撤销。请刷新后再看。")
    reason = reason.strip()
    if not reason:
        raise Refused("请写明撤销的原因。", "reason")
    row.withdrawn_on, row.withdrawn_reason = clock.today(), reason
    row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    text = f"撤销 {row.paid_on} 的还款 {grouped(to_fen(row.amount_yuan))} 元，{stay.hospital.name}"
    tell(case.person, "repaid_withdrawn", text, by=by, case=case, reason=reason)
    return row
