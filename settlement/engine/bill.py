"""What a settlement starts from (bill, the year so far) and what it ends in (a line per layer)."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from settlement.engine.facts import Facts
from settlement.engine.terms import Terms


class Bill(NamedTuple):
    """One inpatient stay; amounts in fen, ``limit`` None where there is none."""

    facts: Facts
    admitted_on: datetime.date
    discharged_on: datetime.date
    total: int
    in_policy: int
    limit: int | None = None
    given: Mapping[str, int] = {}


class LayerYear(NamedTuple):
    """What one layer has seen and paid for a person within a calendar year of discharge."""

    base: int = 0
    paid: int = 0


Year = Mapping[str, LayerYear]


class Line(NamedTuple):
    """What one layer pays for one bill, and from what."""

    terms: Terms
    base: int
    amount: int
    before: LayerYear
    total: int
    topped_up: int

    @property
    def cap_before(self) -> int | None:
        return None if self.terms.cap is None else max(self.terms.cap.value - self.before.paid, 0)

    @property
    def cap_after(self) -> int | None:
        return None if self.terms.cap is None else max(self.terms.cap.value - self.before.paid - self.amount, 0)


class Result(NamedTuple):
    """The lines in chain order, what the patient pays, the year as it is now, and what is left of the bill's three parts."""

    lines: tuple[Line, ...]
    self_pay: int
    year: Year
    left: tuple[int, ...] = ()
