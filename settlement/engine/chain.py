"""The chain itself: each layer in the policy's order takes its share, and what is left is the patient's."""

from collections.abc import Callable, Container

from settlement.engine.bill import Bill, LayerYear, Line, Result, Year
from settlement.engine.errors import CannotSettle, ConservationBroken, NotInForce, WrongAmount
from settlement.engine.facts import Facts
from settlement.engine.money import MILLION, draw, half_up, yuan
from settlement.engine.policy import Policy
from settlement.engine.terms import Terms, facts_faults, layer_terms, truths

NOTHING = LayerYear()
SQUARE = MILLION * MILLION
KEPT = 50_000  # Sets of facts whose terms stay in memory.


def bracketed(terms: Terms, cumulated: int) -> int:
    """B(x) in whole fen: the marginal brackets on what exceeds the annual deductible, rounded once."""
    reach = cumulated * MILLION - terms.deductible
    exact, start = 0, 0
    for upto, rate in terms.spans:
        if reach <= start:
            break
        end = reach if upto is None else min(reach, upto * MILLION)
        exact += (end - start) * rate
        start = end
    return half_up(exact, SQUARE)


def _after_deductible(terms: Terms, bill: Bill, base: int, before: LayerYear, left: int) -> int:
    return half_up(max(base * MILLION - terms.deductible, 0) * terms.rate, SQUARE)


def _cumulative(terms: Terms, bill: Bill, base: int, before: LayerYear, left: int) -> int:
    return bracketed(terms, before.base + base) - bracketed(terms, before.base)


def _excess(terms: Terms, bill: Bill, base: int, before: LayerYear, left: int) -> int:
    return half_up(max(left * MILLION - terms.layer.threshold.value * bill.total, 0) * terms.rate, SQUARE)


def _fixed(terms: Terms, bill: Bill, base: int, before: LayerYear, left: int) -> int:
    return terms.amount


def _given(terms: Terms, bill: Bill, base: int, before: LayerYear, left: int) -> int:
    amount = bill.given.get(terms.layer.entered, 0)
    if amount > base:
        raise WrongAmount(terms.layer.entered, f"已付 {yuan(amount)} 元，多于剩余的 {yuan(base)} 元")
    return amount


KIND: dict[str, Callable[[Terms, Bill, int, LayerYear, int], int]] = {
    "reimburse": _after_deductible,
    "share": _after_deductible,
    "cumulative": _cumulative,
    "excess": _excess,
    "fixed": _fixed,
    "given": _given,
}


def bill_faults(policy: Policy, bill: Bill) -> list[CannotSettle]:
    """Every contradiction within the bill's own dates and amounts."""
    faults: list[CannotSettle] = []
    if bill.discharged_on < bill.admitted_on:
        faults.append(WrongAmount("discharged_on", "出院日期早于入院日期"))
    if bill.discharged_on < policy.in_force_from:
        faults.append(NotInForce("discharged_on", f"政策 {policy.code} 自 {policy.in_force_from} 起执行，该日没有可用的政策"))
    for name, amount in (
        ("total_yuan", bill.total),
        ("in_policy_yuan", bill.in_policy),
        ("limit_yuan", bill.limit or 0),
        *bill.given.items(),
    ):
        if amount < 0:
            faults.append(WrongAmount(name, "金额不能是负数"))
    if bill.in_policy > bill.total:
        faults.append(WrongAmount("in_policy_yuan", "政策范围内费用大于总费用"))
    return faults


class Chain:
    """A policy ready to settle bills; remembers the terms of facts met before."""

    def __init__(self, policy: Policy, diseases: Container[str]):
        self.policy = policy
        self.diseases = diseases
        self._by_facts: dict[Facts, tuple[Terms, ...]] = {}
        self._by_truths: dict[tuple, tuple[Terms, ...]] = {}

    def terms(self, facts: Facts) -> tuple[Terms, ...]:
        known = self._by_facts.get(facts)
        if known is None:
            if faults := facts_faults(self.policy, facts, self.diseases):
                raise faults[0]
            if len(self._by_facts) >= KEPT:
                self._by_facts.clear()
            known = self._by_facts[facts] = self._terms_by_truths(facts)
        return known

    def _terms_by_truths(self, facts: Facts) -> tuple[Terms, ...]:
        held = truths(self.policy, facts)
        key = (held, facts.categories, facts.hospital_level, facts.insurance_plan)
        if key not in self._by_truths:
            self._by_truths[key] = tuple(layer_terms(self.policy, layer, facts, held) for layer in self.policy.layers)
        return self._by_truths[key]

    def settle(self, bill: Bill, year: Year) -> Result:
        """Share the bill out; raises CannotSettle, and then nothing of it counts."""
        if faults := bill_faults(self.policy, bill):
            raise faults[0]
        return self.share_out(bill, year)

    def share_out(self, bill: Bill, year: Year) -> Result:
        """The same for a bill whose own faults have been looked for already."""
        within = bill.in_policy if bill.limit is None else min(bill.in_policy, bill.limit)
        parts = [within, bill.in_policy - within, bill.total - bill.in_policy]
        lines: list[Line] = []
        now = dict(year)
        for terms in self.terms(bill.facts):
            name = terms.layer.name
            before = now.get(name, NOTHING)
            line = run_layer(terms, bill, parts, before, lines)
            draw(parts, terms.draws, line.amount)
            now[name] = LayerYear(before.base + line.base, before.paid + line.amount)
            lines.append(line)
        result = Result(tuple(lines), sum(parts), now, tuple(parts))
        conserve(bill, result, parts)
        return result


def run_layer(terms: Terms, bill: Bill, parts: list[int], before: LayerYear, earlier: list[Line]) -> Line:
    """One layer: base, deductible and rates, floor, cap, never above the base."""
    base = sum([parts[index] for index in terms.draws])
    if not terms.applies:
        return Line(terms, base, 0, before, bill.total, 0)
    amount = KIND[terms.layer.kind](terms, bill, base, before, sum(parts))
    topped_up = 0
    if terms.floor is not None:
        together = terms.layer.floor.together_with
        paid = sum(line.amount for line in earlier if line.terms.layer.name in together)
        topped_up = max(half_up(bill.in_policy * terms.floor, MILLION) - paid - amount, 0)
        amount += topped_up
    if terms.cap is not None:
        amount = min(amount, max(terms.cap.value - before.paid, 0))
    return Line(terms, base, min(amount, base), before, bill.total, topped_up)


def conserve(bill: Bill, result: Result, parts: list[int]) -> None:
    """Stop when the shares do not make up the bill, or one is below zero."""
    amounts = [line.amount for line in result.lines]
    if sum(amounts) + result.self_pay != bill.total or min(amounts, default=0) < 0 or min(parts) < 0:
        raise ConservationBroken(f"{amounts} + {result.self_pay} is not {bill.total}")
