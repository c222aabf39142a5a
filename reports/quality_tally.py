"""What a hospital's stays come to: sums that add up, and the averages and shares read from them. Pure."""

from collections import Counter
from dataclasses import dataclass, field, fields
from fractions import Fraction


@dataclass
class Tally:
    """The sums of some stays. Amounts are whole fen, times are days; two tallies add up to that of all their stays."""

    stays: int = 0
    bed_days: int = 0  # In and out on one day is one day.
    followed: int = 0
    left: int = 0
    reasons: Counter = field(default_factory=Counter)
    waited: int = 0  # First stays of a case, whose waiting is known,
    wait_days: int = 0  # and how long they waited together.
    settled: int = 0
    cost: int = 0
    limited: int = 0  # Settled stays that have a limit: what they cost and what they might,
    limited_cost: int = 0
    limit: int = 0
    above_limit: int = 0  # and how many cost more.
    planned: int = 0  # Settled stays whose plan had an estimate.
    planned_cost: int = 0
    plan: int = 0
    drugs_in: int = 0
    drugs_out: int = 0
    readmitted: int = 0

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def average_cost(self) -> int | None:
        """Fen, halves upwards; None where nothing was settled."""
        return (2 * self.cost + self.settled) // (2 * self.settled) if self.settled else None

    @property
    def cost_to_limit(self) -> Fraction | None:
        return Fraction(self.limited_cost, self.limit) if self.limit else None

    @property
    def cost_to_plan(self) -> Fraction | None:
        return Fraction(self.planned_cost, self.plan) if self.plan else None

    @property
    def average_days(self) -> Fraction | None:
        return Fraction(self.bed_days, self.stays) if self.stays else None

    @property
    def average_wait(self) -> Fraction | None:
        return Fraction(self.wait_days, self.waited) if self.waited else None

    @property
    def path_share(self) -> Fraction | None:
        """Of the stays on a pathway, how many followed it to the end."""
        return Fraction(self.followed, self.followed + self.left) if self.followed + self.left else None

    @property
    def catalogue_share(self) -> Fraction | None:
        """Drug cost within the catalogue of all drug cost; None, 不适用, where no drugs were paid for."""
        return Fraction(self.drugs_in, self.drugs_in + self.drugs_out) if self.drugs_in + self.drugs_out else None

    @property
    def readmission_share(self) -> Fraction | None:
        return Fraction(self.readmitted, self.stays) if self.stays else None

    def reaches(self, goal: Fraction) -> bool | None:
        """Whether the catalogue's share is at least the goal, exactly: 94.9999 % is not 95 %. None where there were no drugs."""
        return None if self.catalogue_share is None else self.catalogue_share >= goal


def cut(share: Fraction | None, digits: int = 2) -> str:
    """A share as a percentage, cut and never rounded up, so that what is shown never reaches more than is true: 94.9999 % → 94.99%."""
    if share is None:
        return "—"
    whole = int(share * 100 * 10**digits)
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}%" if digits else f"{whole}%"


def decimal(value: Fraction | None, digits: int = 1) -> str:
    """An average with its decimals, halves upwards."""
    if value is None:
        return "—"
    scaled = int(value * 10**digits + Fraction(1, 2))
    return f"{scaled // 10**digits}.{scaled % 10**digits:0{digits}d}"
