"""Every number of a policy with the place it stands at: what is read as a table, edited, compared and signed off."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from settlement.amounts import of_rule, percent
from settlement.engine.policy import Condition, Layer, Number, Policy, Row
from settlement.grounds import money
from settlement.reasons import conditions

Path = tuple[str | int, ...]
CONDITIONS = "条件"


@dataclass(frozen=True)
class Figure:
    """One number, or one list that the document does not print.

    ``key`` names it as the file's faults do (layers.basic.rows[2].rate); ``path`` leads to it in the file's tables.
    ``unit`` is yuan or rate, empty for a list; ``value`` fen or millionths, None for a list.
    """

    key: str
    path: Path
    group: str
    what: str
    unit: str
    value: int | None
    source: str
    document: str
    assumed: bool

    @property
    def words(self) -> str:
        if self.value is None:
            return "见条件"
        return money(self.value) if self.unit == "yuan" else percent(self.value)


def figures_of(policy: Policy) -> list[Figure]:
    """All of them in the file's order: conditions first, then layer by layer."""
    found = [figure for condition in policy.conditions.values() for figure in _of_condition(policy, condition)]
    for index, layer in enumerate(policy.layers):
        found += _of_layer(policy, layer, index)
    return found


def assumed_figures(policy: Policy) -> list[Figure]:
    """What nobody has signed for: a policy that still has some may be tried, not settled with."""
    return [figure for figure in figures_of(policy) if figure.assumed]


def has_assumed(policy: Policy) -> bool:
    """Whether anything is left to sign; the same as asking for assumed_figures, without writing their words."""
    lists = any(condition.assumed or condition.assumed_categories for condition in policy.conditions.values())
    return lists or any(number.assumed for layer in policy.layers for number in _numbers(layer))


def _numbers(layer: Layer) -> Iterator[Number]:
    tilt = (layer.tilt.points, layer.tilt.deductible_factor, layer.tilt.no_cap) if layer.tilt else ()
    rows = ((row.deductible, row.rate, row.cap, row.amount) for row in layer.rows)
    found = (*chain.from_iterable((*rows, *layer.brackets)), layer.threshold, *tilt, layer.floor.rate if layer.floor else None)
    return (number for number in found if number is not None)


def _of_condition(policy: Policy, condition: Condition) -> Iterator[Figure]:
    title, key = condition.title or condition.name, f"conditions.{condition.name}"
    path = ("conditions", condition.name)
    document = condition.document or policy.document
    yield Figure(key, path, CONDITIONS, title, "", None, condition.source, document, condition.assumed)
    if condition.assumed_categories:
        names = "、".join(policy.categories[code] for code in sorted(condition.assumed_categories))
        yield Figure(f"{key}.assumed_categories", path, CONDITIONS, f"{title}：{names}", "", None, "", policy.document, True)


def row_words(policy: Policy, row: Row) -> str:
    """Which bills a row of a layer's sheet fits, in words: 三级，一档；特困供养、孤儿."""
    categories = "、".join(name for code, name in policy.categories.items() if code in row.categories)
    parts = (policy.level_names.get(row.level, row.level), policy.plan_names.get(row.plan, row.plan), categories)
    return "，".join(part for part in (*parts, conditions(policy, row.when)) if part)


def _of_layer(policy: Policy, layer: Layer, index: int) -> Iterator[Figure]:
    def figure(number: Number | None, unit: str, what: str, key: str, *path: str | int) -> Iterator[Figure]:
        if number is not None:
            document = number.document or policy.document
            place = ("layers", index, *path)
            yield Figure(
                f"layers.{layer.name}.{key}", place, layer.title, what, unit, number.value, number.source, document, number.assumed
            )

    for place, row in enumerate(layer.rows):
        fits = row_words(policy, row)
        for name, unit, words in (
            ("deductible", "yuan", "起付线"),
            ("rate", "rate", "比例"),
            ("cap", "yuan", "年度限额"),
            ("amount", "yuan", "定额"),
        ):
            what = f"{words}（{fits}）" if fits else words
            yield from figure(getattr(row, name), unit, what, f"rows[{place + 1}].{name}", "rows", place, name)
    start = 0
    for place, bracket in enumerate(layer.brackets):
        span = f"{of_rule(start)} 元以上" + (f"至 {of_rule(bracket.upto.value)} 元" if bracket.upto else "")
        yield from figure(
            bracket.upto, "yuan", f"第 {place + 1} 段上限（从起付线起算）", f"brackets[{place + 1}].upto", "brackets", place, "upto"
        )
        yield from figure(
            bracket.rate, "rate", f"第 {place + 1} 段比例（{span}）", f"brackets[{place + 1}].rate", "brackets", place, "rate"
        )
        start = bracket.upto.value if bracket.upto else start
    yield from figure(layer.threshold, "rate", "占总费用的比例", "threshold", "threshold")
    if layer.tilt:
        whom = conditions(policy, layer.tilt.when)
        yield from figure(layer.tilt.points, "rate", f"倾斜提高（{whom}）", "tilt.points", "tilt", "points")
        yield from figure(
            layer.tilt.deductible_factor, "rate", f"倾斜起付线按（{whom}）", "tilt.deductible_factor", "tilt", "deductible_factor"
        )
        yield from figure(layer.tilt.no_cap, "rate", f"倾斜不设限额（{whom}）", "tilt.no_cap", "tilt", "no_cap")
    if layer.floor:
        yield from figure(layer.floor.rate, "rate", f"托底（{conditions(policy, layer.floor.when)}）", "floor.rate", "floor", "rate")
