"""Computes a stored settlement again from what was kept with it: for the printed sheets, and to prove that nothing has drifted."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from settlement.engine.bill import Result
from settlement.engine.chain import Chain
from settlement.engine.errors import CannotSettle, ConservationBroken
from settlement.engine.policy import Policy
from settlement.entitlement import year_of
from settlement.models import Settlement
from settlement.models.settlement import number_of
from settlement.money import to_fen
from settlement.preparing import bill_from
from settlement.rules import chain_of

Sums = dict[str, list[int]]


class KeptLine(NamedTuple):
    """What one stored line says; amounts in fen."""

    layer: str
    title: str
    payer: str
    applies: bool
    base: int
    amount: int


class Kept(NamedTuple):
    """A settlement as it is stored, without the cost of a model; ``made`` and ``undone`` number the requests in the order carried out."""

    pk: int
    person_year_id: int
    person_id: int
    version_id: int
    disease: str
    admitted_on: datetime.date
    discharged_on: datetime.date
    settled_at: datetime.datetime
    inputs: dict
    year_before: dict
    total_yuan: Decimal
    in_policy_yuan: Decimal
    limit_yuan: Decimal | None
    self_pay_yuan: Decimal
    self_pay_in_policy_yuan: Decimal
    sample: bool
    stands: bool
    year: int
    year_person_id: int
    year_state: dict
    lines: tuple[KeptLine, ...]
    made: int | None
    undone: int | None

    @property
    def number(self) -> str:
        return number_of(self.settled_at, self.pk)


def recount(settlement: Settlement, chain: Chain | None = None) -> tuple[Policy, Result]:
    """The policy as it stood when the bill was settled, and the result it gives on the year of then."""
    chain = chain or chain_of(settlement.version, until=settlement.settled_at)
    return chain.policy, chain.settle(bill_from(settlement.inputs), year_of(settlement.year_before))


def row_faults(row: Kept, chain: Chain, sample: bool) -> Iterator[str]:
    """Everything in which the stored settlement is not what its inputs, its year before and its policy give."""
    try:
        bill = bill_from(row.inputs)
        result = chain.settle(bill, year_of(row.year_before))
    except (CannotSettle, ConservationBroken, KeyError, TypeError, ValueError) as error:
        yield f"按留存的计算依据不能重算：{error}"
        return
    yield from _line_faults(row.lines, result)
    yield from _self_pay_faults(row, result)
    for words, stored, used in (
        ("总费用", to_fen(row.total_yuan), bill.total),
        ("政策范围内费用", to_fen(row.in_policy_yuan), bill.in_policy),
        ("限额", None if row.limit_yuan is None else to_fen(row.limit_yuan), bill.limit),
        ("入院日期", row.admitted_on, bill.admitted_on),
        ("出院日期", row.discharged_on, bill.discharged_on),
        ("病种", row.disease, bill.facts.disease),
        ("示范参数标记", row.sample, sample),
    ):
        if stored != used:
            yield f"{words}存为 {stored}，计算依据是 {used}"


def _line_faults(lines: Sequence[KeptLine], result: Result) -> Iterator[str]:
    right = tuple(
        KeptLine(line.terms.layer.name, line.terms.layer.title, line.terms.layer.payer, line.terms.applies, line.base, line.amount)
        for line in result.lines
    )
    if lines == right:
        return
    if [line.layer for line in lines] != [line.layer for line in right]:
        yield f"层次存为 {'、'.join(line.layer for line in lines) or '无'}，应为 {'、'.join(line.layer for line in right)}"
    by_layer = {line.layer: line for line in lines}
    for line in right:
        stored = by_layer.get(line.layer, line)
        for words, field in (("名称", "title"), ("支付方", "payer"), ("适用", "applies"), ("基数（分）", "base"), ("支付（分）", "amount")):
            if getattr(stored, field) != getattr(line, field):
                yield f"{line.layer} 的{words}存为 {getattr(stored, field)}，应为 {getattr(line, field)}"


def _self_pay_faults(row: Settlement | Kept, result: Result) -> Iterator[str]:
    within, beyond, _ = result.left
    for words, stored, right in (
        ("个人自付", row.self_pay_yuan, result.self_pay),
        ("政策范围内自付", row.self_pay_in_policy_yuan, within + beyond),
    ):
        if to_fen(stored) != right:
            yield f"{words}存为 {to_fen(stored)} 分，应为 {right} 分"


def added(sums: Sums, lines: Sequence[KeptLine], sign: int) -> Sums:
    """The year's sums with the lines added (1) or taken away again (−1)."""
    sums = dict(sums)
    for line in lines:
        base, paid = sums.get(line.layer, (0, 0))
        sums[line.layer] = [base + sign * line.base, paid + sign * line.amount]
    return sums


def nonzero(sums: Mapping[str, Sequence[int]]) -> Sums:
    """A layer that saw nothing and paid nothing is as good as not there."""
    return {layer: list(numbers) for layer, numbers in sums.items() if any(numbers)}
