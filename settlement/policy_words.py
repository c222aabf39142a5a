"""A policy in a clerk's words: layer by layer who pays, when, on what and how much, every number with its clause. No codes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from settlement.amounts import of_rule
from settlement.engine.policy import ALL_PARTS, IN_POLICY, PARTS, Condition, Layer, Policy
from settlement.explanation import PART_NAMES
from settlement.figures import Figure, figures_of
from settlement.policy_check import PAYERS
from settlement.policy_printed import said
from settlement.preparing import ENTERED_WORDS
from settlement.reasons import FLAG_WORDS

KINDS = {
    "reimburse": "每次住院：（费用 − 起付线）× 比例",
    "cumulative": "年内累计：超过起付线的部分分段按比例，减去以前已付的",
    "share": "剩余费用 × 比例",
    "share_above": "（剩余费用 − 起付线）× 比例",
    "excess": "剩余费用超过总费用一定比例的部分 × 比例",
    "fixed": "定额补助",
    "given": "由支付方另行决定，随账单录入",
}
DRAWS = {IN_POLICY: "政策范围内费用（限额内、限额外）", ALL_PARTS: "全部剩余费用（含政策范围外）"}


@dataclass(frozen=True)
class Cell:
    """One number as it is read: its words, and either the clause, the mark 示范参数, or who signed for it."""

    key: str
    words: str
    document: str = ""
    clause: str = ""
    assumed: bool = False
    signed: object = None


@dataclass
class RowSheet:
    """One line of a layer's table: whom it fits, and its numbers under the columns."""

    level: str
    plan: str
    categories: str
    when: list[tuple[str, str]]
    draws: str
    cells: list[Cell | None] = field(default_factory=list)


@dataclass
class BracketSheet:
    span: str
    upto: Cell | None
    rate: Cell


@dataclass
class LayerSheet:
    """One payer's place in the chain."""

    layer: Layer
    payer: str
    kind: str
    when: list[tuple[str, str]]
    by_row: bool
    draws: str
    entered: str
    columns: list[str]
    heads: list[str]
    rows: list[RowSheet]
    brackets: list[BracketSheet]
    threshold: Cell | None
    tilt: list[tuple[str, Cell]]
    tilt_when: list[tuple[str, str]]
    floor: Cell | None
    floor_when: list[tuple[str, str]]
    floor_with: str


@dataclass
class ConditionSheet:
    """Who or what meets a condition: its lists in words."""

    name: str
    title: str
    tests: list[tuple[str, list[str]]]
    cell: Cell
    assumed_names: str
    assumed_part: Cell | None


def kind_words(layer: Layer) -> str:
    """How a layer is worked out, in one line."""
    above = layer.kind == "share" and any(row.deductible for row in layer.rows)
    return KINDS["share_above" if above else layer.kind]


def draws_words(draws: tuple[int, ...]) -> str:
    return DRAWS.get(draws) or "、".join(PART_NAMES[PARTS[index]] for index in draws)


def names_of(policy: Policy, codes: Iterable[str]) -> str:
    """Categories in the policy's own order and words."""
    held = set(codes)
    return "、".join(name for code, name in policy.categories.items() if code in held)


def tests(policy: Policy, condition: Condition, diseases: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """What a condition asks, each test with its list in words."""
    titles = lambda names: [policy.conditions[name].title or name for name in names]  # noqa: E731 - one short reading of it
    if condition.all_of:
        yield "同时符合", titles(condition.all_of)
    if condition.any_of:
        yield "符合其中之一", titles(condition.any_of)
    if condition.categories:
        yield "类别", names_of(policy, condition.categories).split("、")
    if condition.diseases:
        yield "病种", _diseases(condition.diseases, diseases)
    if condition.not_diseases:
        yield "病种不在以下名单", _diseases(condition.not_diseases, diseases)
    circumstances = [FLAG_WORDS[flag][1] for flag in condition.flags] + [FLAG_WORDS[flag][0] for flag in condition.not_flags]
    if circumstances:
        yield "情形", circumstances


def _diseases(codes: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """By the ledger's order; a code that the ledger does not know, as it stands."""
    known = set(codes)
    return [name for code, name in names.items() if code in known] + sorted(known - names.keys())


class Reading:
    """One version read whole. ``written``: before anybody signed; ``diseases``: code → name in the ledger's order;
    ``signed``: key → the sign-off.
    """

    def __init__(self, policy: Policy, written: Policy, diseases: Mapping[str, str], signed: Mapping[str, object]):
        self.policy, self.written, self.diseases, self.signed = policy, written, diseases, signed
        self.figures = {figure.key: figure for figure in figures_of(policy)}

    def cell(self, key: str) -> Cell | None:
        figure = self.figures.get(key)
        return None if figure is None else self.cell_of(figure)

    def cell_of(self, figure: Figure) -> Cell:
        document = figure.document if figure.source else ""
        return Cell(figure.key, said(figure, self.policy), document, figure.source, figure.assumed, self.signed.get(figure.key))

    def when(self, names: Iterable[str]) -> list[tuple[str, str]]:
        return [(name, self.policy.conditions[name].title or name) for name in names]

    @property
    def conditions(self) -> list[ConditionSheet]:
        return [self._condition(condition) for condition in self.policy.conditions.values()]

    def _condition(self, condition: Condition) -> ConditionSheet:
        key = f"conditions.{condition.name}"
        names = names_of(self.policy, self.written.conditions[condition.name].assumed_categories)
        row = self.signed.get(f"{key}.assumed_categories")
        part = self.cell(f"{key}.assumed_categories")
        if row is not None:
            part = Cell(f"{key}.assumed_categories", names, row.document, row.clause, signed=row)
        found = list(tests(self.policy, condition, self.diseases))
        return ConditionSheet(condition.name, condition.title or condition.name, found, self.cell(key), names, part)

    @property
    def layers(self) -> list[LayerSheet]:
        return [self._layer(layer) for layer in self.policy.layers]

    def _layer(self, layer: Layer) -> LayerSheet:
        key = f"layers.{layer.name}"
        columns = [
            words for name, words in (("level", "医院级别"), ("plan", "参保档次"), ("categories", "类别"), ("when", "条件"), ("draws", "取自"))
            if any(getattr(row, name) for row in layer.rows)
        ]  # fmt: skip
        numbers = [
            (name, words) for name, words in (("deductible", "起付线"), ("rate", "比例"), ("cap", "年度限额"), ("amount", "定额"))
            if any(getattr(row, name) for row in layer.rows)
        ]  # fmt: skip
        floor, tilt = layer.floor, layer.tilt
        names = {one.name: one.title for one in self.policy.layers}
        return LayerSheet(
            layer=layer, payer=PAYERS[layer.payer], kind=kind_words(layer), when=self.when(layer.when),
            by_row=all(row.when for row in layer.rows), draws=draws_words(layer.draws),
            entered=ENTERED_WORDS.get(layer.entered, ""), columns=columns, heads=[words for _, words in numbers],
            rows=[self._row(layer, index, [name for name, _ in numbers]) for index in range(len(layer.rows))] if columns or numbers else [],
            brackets=list(self._brackets(layer, key)), threshold=self.cell(f"{key}.threshold"), tilt=list(self._tilt(layer, key)),
            tilt_when=self.when(tilt.when) if tilt else [], floor=self.cell(f"{key}.floor.rate"),
            floor_when=self.when(floor.when) if floor else [], floor_with="、".join(names[name] for name in floor.together_with) if floor else "",
        )  # fmt: skip

    def _row(self, layer: Layer, index: int, names: list[str]) -> RowSheet:
        row, policy = layer.rows[index], self.policy
        cells = [self.cell(f"layers.{layer.name}.rows[{index + 1}].{name}") for name in names]
        level, plan = policy.level_names.get(row.level, row.level), policy.plan_names.get(row.plan, row.plan)
        draws = draws_words(row.draws) if row.draws else ""
        return RowSheet(level, plan, names_of(policy, row.categories), self.when(row.when), draws, cells)

    def _brackets(self, layer: Layer, key: str) -> Iterator[BracketSheet]:
        start = 0
        for place, bracket in enumerate(layer.brackets, start=1):
            span = f"{of_rule(start)} 元以上的部分" if bracket.upto is None else f"{of_rule(start)} 至 {of_rule(bracket.upto.value)} 元"
            yield BracketSheet(span, self.cell(f"{key}.brackets[{place}].upto"), self.cell(f"{key}.brackets[{place}].rate"))
            start = bracket.upto.value if bracket.upto else start

    def _tilt(self, layer: Layer, key: str) -> Iterator[tuple[str, Cell]]:
        for name, words in (
            ("points", "各段比例提高" if layer.brackets else "比例提高"),
            ("deductible_factor", "起付线按原来的"),
            ("no_cap", "年度限额"),
        ):
            cell = self.cell(f"{key}.tilt.{name}")
            if cell is not None:
                yield words, cell
