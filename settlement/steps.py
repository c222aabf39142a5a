"""What happened in each layer, number by number, so that every way of saying it tells the same."""

from dataclasses import dataclass

from settlement.engine.bill import Bill, Line, Result
from settlement.engine.chain import KIND
from settlement.engine.facts import Facts
from settlement.engine.money import MILLION, draw
from settlement.engine.policy import Number, Policy, Row


@dataclass(frozen=True)
class Step:
    """One layer of one bill. Amounts in fen; ``spare`` is all that was left of the bill when the layer was reached.

    ``parts`` (within, beyond, outside before the layer), ``facts`` and ``in_policy`` are None where only the result is known.
    """

    policy: Policy
    line: Line
    earlier: tuple[Line, ...]
    spare: int
    computed: int
    parts: tuple[int, int, int] | None = None
    bill: Bill | None = None
    in_policy: int | None = None

    @property
    def facts(self) -> Facts | None:
        return self.bill.facts if self.bill else None

    @property
    def title(self) -> str:
        return self.line.terms.layer.title

    @property
    def with_floor(self) -> int:
        """What the rates and the floor come to, before the cap."""
        return self.computed + self.line.topped_up

    @property
    def capped(self) -> bool:
        """Whether the annual cap cut the amount."""
        return self.line.cap_before is not None and self.with_floor > self.line.cap_before

    @property
    def above_base(self) -> bool:
        """Whether there was not enough left to pay what the cap allowed."""
        allowed = self.with_floor if self.line.cap_before is None else min(self.with_floor, self.line.cap_before)
        return allowed > self.line.base

    @property
    def reach(self) -> int:
        """What the deductible leaves, in millionths of a fen; of the year's sum where the layer cumulates."""
        cumulated = self.line.before.base if self.line.terms.spans else 0
        return (cumulated + self.line.base) * MILLION - self.line.terms.deductible

    @property
    def deductible(self) -> Number | None:
        """The deductible as the sheet states it, before a tilt."""
        found = [row.deductible for row in self.line.terms.rows]
        return None if None in found or not found else min(found)

    @property
    def rate_row(self) -> Row | None:
        """The row whose rate is used: the highest."""
        rated = [row for row in self.line.terms.rows if row.rate]
        return max(rated, key=lambda row: row.rate.value, default=None)

    @property
    def spans(self) -> list[tuple[int, int, Number, Number | None]]:
        """The brackets reached: (millionths of a fen within, rate with tilt, the rate's number, the edge's)."""
        found, start = [], 0
        for (upto, rate), bracket in zip(self.line.terms.spans, self.line.terms.layer.brackets, strict=True):
            if self.reach <= start:
                break
            end = self.reach if upto is None else min(self.reach, upto * MILLION)
            found.append((end - start, rate, bracket.rate, bracket.upto))
            start = end
        return found


def steps(policy: Policy, result: Result, *, in_policy: int | None = None, bill: Bill | None = None) -> list[Step]:
    """One step a layer. With the bill they also tell whose rule it was and from which parts the money came."""
    spare = sum(line.amount for line in result.lines) + result.self_pay
    parts = _parts(bill)
    in_policy = bill.in_policy if bill else in_policy
    found = []
    for place, line in enumerate(result.lines):
        before = tuple(parts) if parts else None
        computed = computed_amount(line, spare) if line.terms.applies else 0
        found.append(Step(policy, line, result.lines[:place], spare, computed, before, bill, in_policy))
        if parts:
            draw(parts, line.terms.draws, line.amount)
        spare -= line.amount
    return found


def _parts(bill: Bill | None) -> list[int] | None:
    if bill is None:
        return None
    within = bill.in_policy if bill.limit is None else min(bill.in_policy, bill.limit)
    return [within, bill.in_policy - within, bill.total - bill.in_policy]


def computed_amount(line: Line, spare: int) -> int:
    """The layer's amount by its rates alone, by the chain's own arithmetic: no floor, no cap, not yet held to its base."""
    terms = line.terms
    if terms.layer.kind == "given":
        return line.amount
    alone = Bill(None, None, None, line.total, 0)
    return KIND[terms.layer.kind](terms, alone, line.base, line.before, spare)
