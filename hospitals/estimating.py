"""What a plan would cost each payer: this floor keeps plans, the floor above computes their estimates by the settlement chain."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hospitals.models import TreatmentPlan

# The four payers that F3's fourth section names, as it names them.
NAMED = ("基本医保", "大病保险", "医疗救助", "政府兜底")


@dataclass(frozen=True)
class Figures:
    """An estimate as F3 prints it; amounts in whole fen. ``others``: (name, amount) of payers that F3 does not name.

    Without ``computed`` there are no amounts, and ``why_not`` says what was missing.
    """

    total: int
    computed: bool
    named: tuple[int, ...] = (0, 0, 0, 0)
    others: tuple[tuple[str, int], ...] = ()
    self_pay: int = 0
    limit: int | None = None
    sample: bool = False
    why_not: tuple[str, ...] = field(default=())

    @property
    def balanced(self) -> bool:
        """Whether the parts make up the total."""
        return sum(self.named) + sum(amount for _, amount in self.others) + self.self_pay == self.total


_estimate: list[Callable[[TreatmentPlan], None]] = []
_figures: list[Callable[[TreatmentPlan], Figures | None]] = []


def estimated_by(estimate: Callable[[TreatmentPlan], None], figures: Callable[[TreatmentPlan], Figures | None]) -> None:
    """Whoever computes estimates says how one is made and how it reads; the last to say so answers."""
    _estimate[:], _figures[:] = [estimate], [figures]


def estimate_plan(plan: TreatmentPlan) -> None:
    """The plan's estimate anew, in the caller's transaction, the case held by the caller. Raises Refused where its parts do not make up the total."""
    for act in _estimate:
        act(plan)


def figures_of(plan: TreatmentPlan) -> Figures | None:
    """The plan's estimate; None where none was tried, or nobody computes any."""
    return _figures[0](plan) if _figures else None
