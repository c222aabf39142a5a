"""What 先诊疗后付费 has to say when two records of one person are merged: money that is still open does not fall out of sight.

Agreements, deposits and debts hang on their stay and go where it goes. A stay told twice is left with the record that is merged away.
"""

from collections.abc import Iterator

from hospitals.merging.stays import left_aside
from hospitals.models import Deposit, Repayment, Stay
from hospitals.owing import with_repaid
from ledger.merging.links import Voice
from ledger.merging.plan import Plan
from ledger.money import grouped, to_fen

WHY = "the stays of two records that are held"


def _open(stay: Stay) -> Iterator[str]:
    """What is not done yet on a stay: a debt, a deposit that nobody has verified."""
    for owed in with_repaid(Repayment.objects.everywhere(WHY).filter(stay=stay)).filter(still__gt=0):
        yield f"还有欠费 {grouped(to_fen(owed.still))} 元"
    for deposit in Deposit.objects.everywhere(WHY).standing().filter(stay=stay, verified_on=None):
        yield f"有没有办结的押金 {grouped(to_fen(deposit.amount_yuan))} 元"


def blocks(plan: Plan) -> list[str]:
    """A stay told twice of which the one left aside has money open: it is told at the other first, and put right here."""
    return [
        f"重叠的住院（{stay.hospital.name}，{stay.admitted_on} 入院）{what}，合并后看不到。"
        "请先登记到另一份资料的同一次住院，再把这里的更正为没有欠费或撤销押金登记；也可以互换保留的资料。"
        for fold in plan.folds
        for stay in left_aside(fold)
        for what in _open(stay)
    ]  # fmt: skip


VOICE = Voice(links={}, blocks=blocks)
