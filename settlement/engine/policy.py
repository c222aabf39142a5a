"""A policy as data: order, layers, conditions and numbers, each number with the clause it comes from."""

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

PARTS = ("within", "beyond", "outside")
IN_POLICY = (0, 1)
ALL_PARTS = (0, 1, 2)
FLAGS = ("in_pooling_area", "referred", "designated", "has_card", "out_of_poverty")
ENTERED = ("commercial_yuan", "charity_yuan")
KINDS = ("reimburse", "cumulative", "share", "excess", "fixed", "given")


class Number(NamedTuple):
    """Fen, or millionths for a rate; with the clause that states it, or assumed. ``document`` where it is not the policy's own."""

    value: int
    source: str = ""
    assumed: bool = False
    document: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when every test that is set holds; ``any_of`` and ``all_of`` name other conditions."""

    name: str
    title: str = ""
    categories: frozenset[str] = frozenset()
    diseases: frozenset[str] = frozenset()
    not_diseases: frozenset[str] = frozenset()
    flags: tuple[str, ...] = ()
    not_flags: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    source: str = ""
    document: str = ""
    assumed: bool = False
    assumed_categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a layer's sheet; what is empty fits every bill."""

    level: str = ""
    plan: str = ""
    categories: frozenset[str] = frozenset()
    when: tuple[str, ...] = ()
    draws: tuple[int, ...] | None = None
    deductible: Number | None = None
    rate: Number | None = None
    cap: Number | None = None
    amount: Number | None = None


class Bracket(NamedTuple):
    """A rate up to an edge counted from the deductible; no edge on the last one."""

    upto: Number | None
    rate: Number


@dataclass(frozen=True, slots=True)
class Tilt:
    """Better terms for those who meet the conditions."""

    when: tuple[str, ...]
    points: Number | None = None
    deductible_factor: Number | None = None
    no_cap: Number | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """This layer and those named pay at least this share of the in-policy amount."""

    when: tuple[str, ...]
    rate: Number
    together_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One payer's place in the chain."""

    name: str
    title: str
    kind: str
    rows: tuple[Row, ...]
    when: tuple[str, ...] = ()
    draws: tuple[int, ...] = IN_POLICY
    brackets: tuple[Bracket, ...] = ()
    tilt: Tilt | None = None
    floor: Floor | None = None
    threshold: Number | None = None
    entered: str = ""
    source: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One region's rules from their first day on."""

    code: str
    title: str
    document: str
    area: str
    in_force_from: datetime.date
    categories: dict[str, str]
    conditions: dict[str, Condition]
    layers: tuple[Layer, ...]
    level_names: dict[str, str] = field(default_factory=dict)
    plan_names: dict[str, str] = field(default_factory=dict)
    levels: frozenset[str] = field(init=False)
    plans: frozenset[str] = field(init=False)
    flags: tuple[str, ...] = field(init=False)
    entered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        rows = [row for layer in self.layers for row in layer.rows]
        used = {flag for condition in self.conditions.values() for flag in (*condition.flags, *condition.not_flags)}
        object.__setattr__(self, "levels", frozenset(row.level for row in rows if row.level))
        object.__setattr__(self, "plans", frozenset(row.plan for row in rows if row.plan))
        object.__setattr__(self, "flags", tuple(flag for flag in FLAGS if flag in used))
        object.__setattr__(self, "entered", tuple(layer.entered for layer in self.layers if layer.entered))
