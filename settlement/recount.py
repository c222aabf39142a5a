"""Computes a stored settlement again from what was kept with it: for the printed sheets, and to prove that nothing has drifted."""

from collections.abc import Iterator

from settlement.engine.bill import Result
from settlement.engine.chain import Chain
from settlement.engine.policy import Policy
from settlement.entitlement import year_of
from settlement.models import Settlement
from settlement.money import to_fen
from settlement.preparing import bill_from
from settlement.rules import chain_of


def recount(settlement: Settlement, chain: Chain | None = None) -> tuple[Policy, Result]:
    """The policy as it stood when the bill was settled, and the result it gives on the year of then."""
    chain = chain or chain_of(settlement.version, until=settlement.settled_at)
    return chain.policy, chain.settle(bill_from(settlement.inputs), year_of(settlement.year_before))


def faults_of(settlement: Settlement, result: Result) -> Iterator[str]:
    """What the stored rows say differently from the result, in sentences."""
    kept = {line.layer: (to_fen(line.base_yuan), to_fen(line.amount_yuan)) for line in settlement.lines.all()}
    right = {line.terms.layer.name: (line.base, line.amount) for line in result.lines}
    for layer in sorted(kept.keys() | right.keys()):
        if kept.get(layer) != right.get(layer):
            yield f"{settlement.number} 的 {layer}：存为 {kept.get(layer)}，应为 {right.get(layer)}（基数、支付，单位分）"
    if to_fen(settlement.self_pay_yuan) != result.self_pay:
        yield f"{settlement.number} 的个人自付：存为 {settlement.self_pay_yuan} 元，应为 {result.self_pay} 分"
