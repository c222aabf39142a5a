"""Which terms of each layer a bill meets: conditions, rows, tilt; amounts come later."""

from collections.abc import Container
from typing import NamedTuple

from settlement.engine.errors import MissingRule, UnknownCode
from settlement.engine.facts import Facts
from settlement.engine.money import MILLION
from settlement.engine.policy import Bracket, Condition, Layer, Number, Policy, Row, Tilt


class Terms(NamedTuple):
    """A layer's numbers for one bill, tilt applied; ``deductible`` in millionths of a fen, rates in millionths."""

    layer: Layer
    applies: bool
    draws: tuple[int, ...]
    rows: tuple[Row, ...] = ()
    deductible: int = 0
    rate: int = MILLION
    spans: tuple[tuple[int | None, int], ...] = ()
    cap: Number | None = None
    amount: int = 0
    tilt: Tilt | None = None
    floor: int | None = None


def truths(policy: Policy, facts: Facts) -> frozenset[str]:
    """The names of the conditions that hold; a condition may build on those written before it."""
    held: set[str] = set()
    for condition in policy.conditions.values():
        if _holds(condition, facts, held):
            held.add(condition.name)
    return frozenset(held)


def _holds(condition: Condition, facts: Facts, held: set[str]) -> bool:
    return (
        (not condition.categories or not condition.categories.isdisjoint(facts.categories))
        and (not condition.diseases or facts.disease in condition.diseases)
        and facts.disease not in condition.not_diseases
        and facts.flags.issuperset(condition.flags)
        and facts.flags.isdisjoint(condition.not_flags)
        and held.issuperset(condition.all_of)
        and (not condition.any_of or not held.isdisjoint(condition.any_of))
    )


def facts_faults(policy: Policy, facts: Facts, diseases: Container[str]) -> list[UnknownCode | MissingRule]:
    """Every code in the facts that neither the lists nor the policy know."""
    faults: list[UnknownCode | MissingRule] = [
        UnknownCode("categories", f"没有“{code}”这一类别") for code in sorted(facts.categories - policy.categories.keys())
    ]
    if facts.disease not in diseases:
        faults.append(UnknownCode("disease", f"病种表中没有“{facts.disease}”"))
    if policy.levels and facts.hospital_level not in policy.levels:
        faults.append(MissingRule("hospital_level", f"政策 {policy.code} 没有医院级别“{facts.hospital_level}”的规定"))
    if policy.plans and facts.insurance_plan not in policy.plans:
        faults.append(MissingRule("insurance_plan", f"政策 {policy.code} 没有参保档次“{facts.insurance_plan}”的规定"))
    return faults


def layer_terms(policy: Policy, layer: Layer, facts: Facts, held: frozenset[str]) -> Terms:
    """The layer's terms; where it does not apply, only what it would have drawn on."""
    rows = _rows(policy, layer, facts, held) if held.issuperset(layer.when) else ()
    if not rows:
        return Terms(layer, applies=False, draws=layer.draws)
    tilt = layer.tilt if layer.tilt and held.issuperset(layer.tilt.when) else None
    points = tilt.points.value if tilt and tilt.points else 0
    best = max((row.rate.value for row in rows if row.rate), default=MILLION)
    return Terms(
        layer,
        applies=True,
        draws=next((row.draws for row in rows if row.draws), layer.draws),
        rows=rows,
        deductible=_deductible(rows, tilt),
        rate=min(best + points, MILLION),
        spans=tuple(_span(bracket, points) for bracket in layer.brackets),
        cap=_cap(rows, tilt),
        amount=max((row.amount.value for row in rows if row.amount), default=0),
        tilt=tilt,
        floor=layer.floor.rate.value if layer.floor and held.issuperset(layer.floor.when) else None,
    )


def _rows(policy: Policy, layer: Layer, facts: Facts, held: frozenset[str]) -> tuple[Row, ...]:
    """The rows that fit; a sheet that forgot the bill's level, plan or category is an error, a row's condition is not."""
    rows = [row for row in layer.rows if held.issuperset(row.when)]
    for field, fits in (
        ("hospital_level", lambda row: not row.level or row.level == facts.hospital_level),
        ("insurance_plan", lambda row: not row.plan or row.plan == facts.insurance_plan),
        ("categories", lambda row: not row.categories or not row.categories.isdisjoint(facts.categories)),
    ):
        fitting = [row for row in rows if fits(row)]
        if rows and not fitting:
            raise MissingRule(field, f"政策 {policy.code} 的 {layer.name} 没有适用于这张账单的规定")
        rows = fitting
    return tuple(rows)


def _deductible(rows: tuple[Row, ...], tilt: Tilt | None) -> int:
    fen = min(row.deductible.value if row.deductible else 0 for row in rows)
    return fen * (tilt.deductible_factor.value if tilt and tilt.deductible_factor else MILLION)


def _span(bracket: Bracket, points: int) -> tuple[int | None, int]:
    return bracket.upto.value if bracket.upto else None, min(bracket.rate.value + points, MILLION)


def _cap(rows: tuple[Row, ...], tilt: Tilt | None) -> Number | None:
    """The highest cap; none at all where one row, or the tilt, is free of it."""
    caps = [row.cap for row in rows if row.cap]
    if len(caps) < len(rows) or (tilt and tilt.no_cap):
        return None
    return max(caps)
