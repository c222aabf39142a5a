"""A result as the screen shows it: who pays what as a chart, the result in figures, each layer's arithmetic in a line."""

from dataclasses import dataclass

from settlement.amounts import grouped
from settlement.engine.bill import Bill, Result
from settlement.engine.money import half_up
from settlement.engine.policy import Policy
from settlement.formula import formula
from settlement.grounds import assumed_in, clauses
from settlement.steps import Step, steps
from settlement.waterfall import Waterfall, waterfall

COUNTED = "零一两三四五六七八九十"


@dataclass(frozen=True)
class LayerShown:
    """One layer's row. ``clauses`` are (document, clause); ``assumed`` where a number that was used is."""

    name: str
    title: str
    applies: bool
    base: str
    formula: str
    assumed: bool
    cap: str
    cap_free: bool
    amount: str
    fen: int
    clauses: tuple[tuple[str, str], ...]

    @property
    def clause(self) -> str:
        """The clauses alone, 二（四）2; — where every number is assumed."""
        return "；".join(dict.fromkeys(clause for _, clause in self.clauses)) or "—"

    @property
    def said(self) -> str:
        """With their documents, for the tooltip."""
        return "；".join(" ".join(pair) for pair in self.clauses)


@dataclass(frozen=True)
class Shown:
    """Everything that templates/settlement/_chain.html draws, as written-out words."""

    total: str
    self_pay: str
    self_pay_in_policy: str
    self_pay_outside: str
    paid: str
    ratio: str
    counted: str
    layers: tuple[LayerShown, ...]
    chart: Waterfall
    balanced: bool

    @property
    def assumed(self) -> bool:
        return any(layer.assumed for layer in self.layers)


def shown(policy: Policy, result: Result, *, total: int, in_policy: int, bill: Bill | None = None) -> Shown:
    """A result ready for the page; amounts in fen. Given the bill too, it says whose category set a rate and what made a layer not apply."""
    walked = steps(policy, result, in_policy=in_policy, bill=bill)
    paid = sum(line.amount for line in result.lines)
    inside = sum(result.left[:2])
    applying = sum(line.terms.applies for line in result.lines)
    bars = [(step.title, step.line.amount, step.line.terms.applies) for step in walked]
    return Shown(
        total=grouped(total),
        self_pay=grouped(result.self_pay),
        self_pay_in_policy=grouped(inside),
        self_pay_outside=grouped(result.self_pay - inside),
        paid=grouped(paid),
        ratio=_ratio(paid, total),
        counted=f"{COUNTED[applying] if 0 < applying < len(COUNTED) else applying}层支付" if applying else "各方支付",
        layers=tuple(_layer(step) for step in walked),
        chart=waterfall(total, bars, result.self_pay),
        balanced=paid + result.self_pay == total,
    )


def _ratio(paid: int, total: int) -> str:
    """实际报销比 with two decimals."""
    if not total:
        return "—"
    hundredths = half_up(paid * 10_000, total)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _layer(step: Step) -> LayerShown:
    line = step.line
    applies = line.terms.applies
    return LayerShown(
        name=line.terms.layer.name,
        title=step.title,
        applies=applies,
        base=grouped(line.base) if applies else "—",
        formula=formula(step),
        assumed=assumed_in(step),
        cap=_cap(step),
        cap_free=applies and line.cap_before is None,
        amount=grouped(line.amount),
        fen=line.amount,
        clauses=tuple(clauses(step)),
    )


def _cap(step: Step) -> str:
    line = step.line
    if not line.terms.applies:
        return "—"
    if line.cap_before is None:
        return "不设限"
    return f"{grouped(line.cap_before)} → {grouped(line.cap_after)}"
