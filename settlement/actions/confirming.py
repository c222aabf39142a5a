"""Confirming at the window: what is settled is what the screen showed, or nothing is."""

from django.db import transaction

from ledger.actions.refusals import Refused
from ledger.models import Staff
from settlement.actions.settling import Request, settle
from settlement.models import Settlement
from settlement.money import to_fen
from settlement.preparing import BillEntry

CHANGED = "您预览之后，这位患者年内的累计或适用的政策有了变化，个人自付不再是刚才显示的数。请看过新的结果再确认。"


class NoLongerSo(Refused):
    """The result is not the one that was shown."""


@transaction.atomic
def confirm_shown(*, by: Staff, entry: BillEntry, request: Request, self_pay: int | None) -> Settlement:
    """Settle when the patient's share is the one shown, in fen; raises NoLongerSo for another or none, and whatever ``settle`` raises."""
    settlement = settle(by=by, entry=entry, request=request)
    if to_fen(settlement.self_pay_yuan) != self_pay:
        raise NoLongerSo(CHANGED)
    return settlement
