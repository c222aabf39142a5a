"""The city's own checks, kept as data: two figures compared, no code."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from reports.checks.check import Check, bad, ok, warn
from reports.checks.figures import Figure
from reports.checks.ground import Ground
from reports.models import CheckRule

RELATIONS: dict[str, Callable] = {
    "=": operator.eq,
    "≠": operator.ne,
    "≤": operator.le,
    "≥": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Outcome:
    """What a comparison gave: both sides with the factor applied, or nothing where a return is not there."""

    left: Decimal | None = None
    right: Decimal | None = None
    holds: bool | None = None


def _number(name: str) -> Decimal | None:
    return Decimal(name) if name.removeprefix("-").replace(".", "", 1).isdecimal() else None


def compare(rule: CheckRule, now: dict[str, dict], before: dict[str, dict]) -> Outcome:
    """Whether left and factor × right stand as the rule wants them. ``now`` and ``before``: figures by form. Pure."""
    left, right = Figure.named(rule.left).value(now, before), _number(rule.right)
    if right is None:
        right = Figure.named(rule.right).value(now, before)
    if left is None or right is None:
        return Outcome()
    left, right = Decimal(left), Decimal(right) * rule.factor
    return Outcome(left, right, RELATIONS[rule.relation](left, right))


def plain(number: Decimal) -> str:
    """19.5 and 20, never 20.0000."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def right_words(rule: CheckRule) -> str:
    """上期 F1 白内障累计救治数的 1.5 倍. Pure."""
    number = _number(rule.right)
    words = plain(number) if number is not None else Figure.named(rule.right).words
    return words if rule.factor == 1 else f"{words} × {plain(rule.factor)}" if number is not None else f"{words}的 {plain(rule.factor)} 倍"


def rule_words(rule: CheckRule) -> str:
    """F1 白内障累计救治数 ≤ 上期 F1 白内障累计救治数的 1.5 倍. Pure."""
    return f"{Figure.named(rule.left).words} {rule.relation} {right_words(rule)}"


def rules_of(prefecture_id: int, period) -> QuerySet[CheckRule]:
    """The rules that hold for a period."""
    return CheckRule.objects.filter(Q(until=None) | Q(until__gte=period), prefecture=prefecture_id, since__lte=period)


def own(ground: Ground) -> list[Check]:
    """Each rule whose left figure is of the forms looked at. One query."""
    found = []
    for rule in rules_of(ground.county.parent_id, ground.period):
        if Figure.named(rule.left).form in ground.payloads:
            found.append(_told(rule, compare(rule, ground.figures, ground.figures_before)))
    return found


def _told(rule: CheckRule, outcome: Outcome) -> Check:
    code = f"rule-{rule.pk}"
    if outcome.holds is None:
        return ok(code, f"{rule.title}：有一边的报表还没有，这期不比")
    sides = f"{plain(outcome.left)} {rule.relation} {plain(outcome.right)}"
    if outcome.holds:
        return ok(code, f"{rule.title}（{sides}）")
    saw = f"{rule.title}：{Figure.named(rule.left).words}是 {plain(outcome.left)}，应当 {rule.relation} {right_words(rule)}"
    saw += "。" if rule.factor == 1 and _number(rule.right) is not None else f"（{plain(outcome.right)}）。"
    return (bad if rule.severity == "bad" else warn)(code, saw, rule.advice)
