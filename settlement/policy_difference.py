"""What differs between two versions of a policy, number by number, and in the lists and layers around the numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from settlement.engine.policy import Condition, Layer, Policy
from settlement.figures import CONDITIONS, Figure, figures_of, row_words
from settlement.policy_check import PAYERS
from settlement.policy_printed import said
from settlement.policy_words import draws_words, kind_words, names_of, tests
from settlement.reasons import conditions


@dataclass(frozen=True)
class Side:
    """A number, or a list, as one version has it: the words, and where they stand."""

    words: str
    document: str = ""
    clause: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Change:
    """One difference; ``old`` None where it is new, ``new`` None where it is gone."""

    group: str
    what: str
    old: Side | None
    new: Side | None

    @property
    def kind(self) -> str:
        if self.old is None:
            return "新增"
        if self.new is None:
            return "删去"
        return "改动" if self.old.words != self.new.words else "改出处"


def changes(old: Policy, new: Policy, diseases: Mapping[str, str]) -> list[Change]:
    """Layer by layer in the new version's order. Rows are matched by whom they fit, wherever they stand in the sheet."""
    before, after = _sides(old, diseases), _sides(new, diseases)
    found = [Change(*_named(place, before, after), before.get(place, _NONE)[2], side) for place, (_, _, side) in after.items()]
    gone = [Change(group, what, side, None) for place, (group, what, side) in before.items() if place not in after]
    order = {group: index for index, group in enumerate(dict.fromkeys(change.group for change in [*found, *gone]))}
    return sorted((change for change in [*found, *gone] if change.old != change.new), key=lambda change: order[change.group])


_NONE = ("", "", None)
Sides = dict[tuple, tuple[str, str, Side]]


def _named(place: tuple, before: Sides, after: Sides) -> tuple[str, str]:
    return after[place][:2]


def _sides(policy: Policy, diseases: Mapping[str, str]) -> Sides:
    """Everything a version states, by a place that stays the same in the next one."""
    sides: Sides = {
        ("policy", "title"): ("政策", "名称", Side(policy.title)),
        ("policy", "document"): ("政策", "文号", Side(policy.document)),
    }
    sides["policy", "first"] = ("政策", "执行首日", Side(policy.in_force_from.isoformat()))
    for condition in policy.conditions.values():
        sides["condition", condition.name] = (CONDITIONS, condition.title or condition.name, _list(policy, condition, diseases))
    for index, layer in enumerate(policy.layers, start=1):
        for what, words in _frame(policy, layer, index):
            sides["layer", layer.name, what] = (layer.title, what, Side(words))
    repeated = _repeated(policy)
    for figure in figures_of(policy):
        if figure.value is not None:
            side = Side(said(figure, policy), figure.document if figure.source else "", figure.source, figure.assumed)
            sides[_place(policy, figure, repeated)] = (figure.group, figure.what, side)
    return sides


def _list(policy: Policy, condition: Condition, diseases: Mapping[str, str]) -> Side:
    words = "；".join(f"{what}：{'、'.join(items)}" if what else "、".join(items) for what, items in tests(policy, condition, diseases))
    if condition.assumed_categories:
        words += f"（其中{names_of(policy, condition.assumed_categories)}待签认）"
    document = (condition.document or policy.document) if condition.source else ""
    return Side(words, document, condition.source, condition.assumed)


def _frame(policy: Policy, layer: Layer, index: int) -> Iterator[tuple[str, str]]:
    """What a layer is, apart from its numbers."""
    yield "顺序", f"第 {index} 层"
    yield "算法", kind_words(layer)
    yield "由谁支付", PAYERS[layer.payer]
    yield "适用条件", conditions(policy, layer.when) or "所有参保患者"
    yield "取自", draws_words(layer.draws)


def _repeated(policy: Policy) -> set[tuple]:
    """Rows of one layer that fit the same bills: only their place tells them apart."""
    seen: set[tuple] = set()
    twice: set[tuple] = set()
    for layer in policy.layers:
        for row in layer.rows:
            place = layer.name, row_words(policy, row)
            (twice if place in seen else seen).add(place)
    return twice


def _place(policy: Policy, figure: Figure, repeated: set[tuple]) -> tuple:
    if len(figure.path) == 5 and figure.path[2] == "rows":
        layer = policy.layers[figure.path[1]]
        fits = layer.name, row_words(policy, layer.rows[figure.path[3]])
        if fits not in repeated:
            return "row", *fits, figure.path[4]
    return "key", figure.key
