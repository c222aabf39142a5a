"""What a layer's amount rests on: every number and condition it used, which of them are assumed, and the clauses."""

from collections.abc import Iterator

from settlement.amounts import percent
from settlement.engine.bill import Line
from settlement.engine.money import yuan
from settlement.engine.policy import Layer, Number, Row
from settlement.steps import Step


def points(millionths: int) -> str:
    return percent(millionths).removesuffix("%") + " 个百分点"


def money(number: int) -> str:
    return f"{yuan(number)} 元"


def layer_names(layer: Layer) -> tuple[str, ...]:
    return (*layer.when, *(name for row in layer.rows for name in row.when))


def figures(line: Line) -> Iterator[tuple[str, str, Number]]:
    """Every number that this layer used, as (what, value in words, number)."""
    terms = line.terms
    for row in terms.rows:
        yield from row_figures(row)
    for bracket in terms.layer.brackets:
        if bracket.upto:
            yield "分段上限", money(bracket.upto.value), bracket.upto
        yield "分段比例", percent(bracket.rate.value), bracket.rate
    if terms.layer.threshold:
        yield "占总费用", percent(terms.layer.threshold.value), terms.layer.threshold
    if terms.tilt:
        if terms.tilt.points:
            yield "倾斜", points(terms.tilt.points.value), terms.tilt.points
        if terms.tilt.deductible_factor:
            yield "倾斜起付线", percent(terms.tilt.deductible_factor.value), terms.tilt.deductible_factor
        if terms.tilt.no_cap:
            yield "倾斜不设限额", "是", terms.tilt.no_cap
    if terms.floor is not None and terms.layer.floor:
        yield "托底比例", percent(terms.floor), terms.layer.floor.rate


def row_figures(row: Row) -> Iterator[tuple[str, str, Number]]:
    if row.deductible:
        yield "起付线", money(row.deductible.value), row.deductible
    if row.rate:
        yield "比例", percent(row.rate.value), row.rate
    if row.cap:
        yield "年度限额", money(row.cap.value), row.cap
    if row.amount:
        yield "定额", money(row.amount.value), row.amount


def used_conditions(step: Step) -> tuple[str, ...]:
    """The conditions that decided: the layer's, its rows', the tilt's and the floor's that hold, each with those it is built on."""
    terms = step.line.terms
    layer = terms.layer
    if not terms.applies:
        asked = layer_names(layer)
    else:
        asked = (*layer.when, *(name for row in terms.rows for name in row.when))
        asked += terms.tilt.when if terms.tilt else ()
        asked += layer.floor.when if layer.floor and terms.floor is not None else ()
    return built_on(step, asked)


def built_on(step: Step, names: tuple[str, ...]) -> tuple[str, ...]:
    """These conditions and those they are built on."""
    found: dict[str, None] = {}
    todo = list(names)
    while todo:
        name = todo.pop(0)
        found[name] = None
        condition = step.policy.conditions[name]
        todo += [inner for inner in (*condition.all_of, *condition.any_of) if inner not in found]
    return tuple(found)


def condition_assumed(step: Step, name: str) -> bool:
    """Whether a condition, as it was used for this person, rests on something that the document does not print."""
    condition = step.policy.conditions[name]
    if step.facts is None:
        return condition.assumed or bool(condition.assumed_categories)
    meeting = condition.categories & step.facts.categories
    return condition.assumed or bool(meeting and meeting <= condition.assumed_categories)


def used_figures(step: Step) -> list[tuple[str, str, Number]]:
    """Every number that this layer used for this bill; none where it does not apply."""
    return list(figures(step.line)) if step.line.terms.applies else []


def assumed_in(step: Step) -> bool:
    """Whether anything this layer used, numbers or lists, is assumed."""
    numbers = any(number.assumed for _, _, number in used_figures(step))
    return numbers or any(condition_assumed(step, name) for name in used_conditions(step))


def clauses(step: Step) -> list[tuple[str, str]]:
    """(document, clause) of the layer and its numbers, each once; of its conditions where neither states one. Nothing for what is assumed."""
    policy, layer = step.policy, step.line.terms.layer
    found = [(policy.document, layer.source)] if layer.source else []
    found += [(number.document or policy.document, number.source) for _, _, number in used_figures(step) if not number.assumed]
    if not found and not step.line.terms.applies:
        asked = [policy.conditions[name] for name in used_conditions(step)]
        found += [(condition.document or policy.document, condition.source) for condition in asked if not condition.assumed]
    return list(dict.fromkeys(found))
