"""What a new version changes for a patient: the same sample stays settled by the old rules and by the new, payer by payer."""

import datetime
from dataclasses import dataclass

from settlement.amounts import grouped
from settlement.engine.bill import Bill, Result
from settlement.engine.chain import Chain
from settlement.engine.errors import CannotSettle
from settlement.engine.facts import Facts
from settlement.engine.policy import Policy
from settlement.policy_check import PAYERS

YUAN = 100
TOTALS = (10_000 * YUAN, 60_000 * YUAN, 300_000 * YUAN)
IN_POLICY_PERCENT = 90
# The plain case: a first stay of the year, within the pooling area, in a designated hospital, the card held, still poor.
FLAGS = frozenset({"in_pooling_area", "designated", "has_card"})
SELF = "self"


@dataclass(frozen=True)
class Outcome:
    """Whole fen by payer, and the patient's own under SELF; or why there is none."""

    amounts: dict[str, int]
    refused: str = ""


@dataclass(frozen=True)
class Pair:
    """One amount before and after; None where a version gives none."""

    old: int | None
    new: int | None

    @property
    def differs(self) -> bool:
        return self.old is not None and self.new is not None and self.old != self.new

    @property
    def old_words(self) -> str:
        return "—" if self.old is None else grouped(self.old)

    @property
    def new_words(self) -> str:
        return "—" if self.new is None else grouped(self.new)

    @property
    def difference(self) -> str:
        change = (self.new or 0) - (self.old or 0)
        return f"{'+' if change > 0 else '−'}{grouped(abs(change))}" if self.differs else ""


@dataclass(frozen=True)
class SampleRow:
    """One category's stay: what each payer bears under both versions."""

    category: str
    pairs: list[Pair]
    self_pay: Pair
    refused: str


@dataclass(frozen=True)
class Effect:
    """The columns, and for each size of bill one row a category."""

    payers: list[str]
    samples: list[tuple[int, list[SampleRow]]]

    @property
    def changed(self) -> int:
        rows = [row for _, rows in self.samples for row in rows]
        return sum(any(pair.differs for pair in (*row.pairs, row.self_pay)) for row in rows)

    @property
    def number(self) -> int:
        return sum(len(rows) for _, rows in self.samples)


@dataclass(frozen=True)
class Case:
    """What the samples have in common."""

    disease: str
    level: str
    plan: str
    day: datetime.date


def effect(old: Chain | None, new: Chain, case: Case) -> Effect:
    """Every sample by every category and none; ``old`` None where nothing held before."""
    chains = [chain for chain in (old, new) if chain is not None]
    known = {layer.payer for chain in chains for layer in chain.policy.layers}
    payers = [payer for payer in PAYERS if payer in known]
    categories = {"": "不属于贫困人口类别"} | {code: name for chain in chains for code, name in chain.policy.categories.items()}
    samples = []
    for total in TOTALS:
        rows = []
        for code, name in categories.items():
            before = outcome(old, bill_of(total, code, case)) if old else Outcome({}, "")
            rows.append(_row(name, payers, before, outcome(new, bill_of(total, code, case))))
        samples.append((total, rows))
    return Effect([PAYERS[payer] for payer in payers], samples)


def bill_of(total: int, category: str, case: Case) -> Bill:
    """A sample stay as the engine reads it: nothing limited, nothing paid by others."""
    facts = Facts(frozenset({category} - {""}), case.disease, case.level, case.plan, FLAGS)
    return Bill(facts, case.day, case.day, total, total * IN_POLICY_PERCENT // 100)


def outcome(chain: Chain, bill: Bill) -> Outcome:
    try:
        result: Result = chain.settle(bill, {})
    except CannotSettle as error:
        return Outcome({}, error.sentence)
    amounts = {SELF: result.self_pay}
    for line in result.lines:
        payer = line.terms.layer.payer
        amounts[payer] = amounts.get(payer, 0) + line.amount
    return Outcome(amounts)


def _row(category: str, payers: list[str], before: Outcome, after: Outcome) -> SampleRow:
    def pair(payer: str) -> Pair:
        sides = [side.amounts.get(payer, 0) if side.amounts else None for side in (before, after)]
        return Pair(*sides)

    refused = "；".join(filter(None, (before.refused and f"原版：{before.refused}", after.refused and f"新版：{after.refused}")))
    return SampleRow(category, [pair(payer) for payer in payers], pair(SELF), refused)


def levels_of(*policies: Policy) -> dict[str, str]:
    """The levels that any of these policies pays by, in their own order and words."""
    return {code: name for policy in policies for code, name in _ordered(policy.level_names, policy.levels).items()}


def plans_of(*policies: Policy) -> dict[str, str]:
    return {code: name for policy in policies for code, name in _ordered(policy.plan_names, policy.plans).items()}


def _ordered(names: dict[str, str], used: frozenset[str]) -> dict[str, str]:
    return {code: name for code, name in names.items() if code in used} | {code: code for code in sorted(used - names.keys())}


def listed_diseases(policy: Policy) -> set[str]:
    """What the policy's conditions name: the diseases for which it does more than for others."""
    return {code for condition in policy.conditions.values() for code in condition.diseases}
