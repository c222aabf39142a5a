"""Checks that a policy's pieces fit each other, once each piece has been read."""

from collections.abc import Iterator

from settlement.engine.policy import ENTERED, Layer, Policy

Fault = tuple[str, str]
# Who stands behind a layer: a public office that is sent statements, the hospital itself, or somebody who has paid already.
PAYERS = {
    "insurance": "医保经办机构",
    "civil": "民政部门",
    "finance": "财政部门",
    "hospital": "定点医院",
    "commercial": "商业保险",
    "charity": "慈善组织",
}
RATED = {"reimburse", "share", "excess"}


def check(policy: Policy) -> list[Fault]:
    """Every contradiction in the file as (key, sentence)."""
    faults = list(_conditions(policy))
    if not policy.layers:
        faults.append(("layers", "至少要有一个支付层次"))
    for name, used, named in (("levels", policy.levels, policy.level_names), ("plans", policy.plans, policy.plan_names)):
        if named and (unnamed := sorted(used - named.keys())):
            faults.append((name, f"没有写明名称：{'、'.join(unnamed)}"))
    earlier: list[str] = []
    for layer in policy.layers:
        if layer.name in earlier:
            faults.append((f"layers.{layer.name}", "层次名称重复"))
        faults += _layer(policy, layer)
        if layer.floor and set(layer.floor.together_with) - set(earlier):
            faults.append((f"layers.{layer.name}.floor.together_with", "只能是排在前面的层次"))
        earlier.append(layer.name)
    return faults


def _conditions(policy: Policy) -> Iterator[Fault]:
    before: set[str] = set()
    for name, condition in policy.conditions.items():
        key = f"conditions.{name}"
        for unknown in sorted({*condition.any_of, *condition.all_of} - before):
            yield key, f"条件“{unknown}”应写在它的前面"
        for unknown in sorted(condition.categories - policy.categories.keys()):
            yield key, f"categories 中没有“{unknown}”"
        if condition.assumed_categories - condition.categories:
            yield f"{key}.assumed_categories", "只能是本条件列出的类别"
        lists = ("categories", "diseases", "not_diseases", "flags", "not_flags", "any_of", "all_of")
        if not any(getattr(condition, name) for name in lists):
            yield key, "条件是空的"
        before.add(name)


def _layer(policy: Policy, layer: Layer) -> Iterator[Fault]:
    key = f"layers.{layer.name}"
    named = [("when", layer.when), *((f"rows[{index}].when", row.when) for index, row in enumerate(layer.rows, start=1))]
    named += [("tilt.when", layer.tilt.when)] if layer.tilt else []
    named += [("floor.when", layer.floor.when)] if layer.floor else []
    for place, names in named:
        for name in names:
            if name not in policy.conditions:
                yield f"{key}.{place}", f"没有名为“{name}”的条件"
    if layer.payer not in PAYERS:
        yield f"{key}.payer", f"应写明由谁支付，只能是 {'、'.join(PAYERS)}"
    if not layer.rows:
        yield f"{key}.rows", "至少要有一行"
    for index, row in enumerate(layer.rows, start=1):
        for unknown in sorted(row.categories - policy.categories.keys()):
            yield f"{key}.rows[{index}].categories", f"categories 中没有“{unknown}”"
        if layer.kind in RATED and row.rate is None:
            yield f"{key}.rows[{index}].rate", "缺少比例"
        if layer.kind == "fixed" and row.amount is None:
            yield f"{key}.rows[{index}].amount", "缺少金额"
        # A number that nothing uses would still be read, signed for and printed as if it were.
        if layer.kind != "fixed" and row.amount is not None:
            yield f"{key}.rows[{index}].amount", "只有定额层次有金额"
        if layer.kind == "fixed" and row.rate is not None:
            yield f"{key}.rows[{index}].rate", "定额层次没有比例"
    yield from _kind(layer, key)


def _kind(layer: Layer, key: str) -> Iterator[Fault]:
    if (layer.kind == "cumulative") != bool(layer.brackets):
        yield f"{key}.brackets", "累计层次要有分段，其他层次不能有"
    if layer.kind == "cumulative" and any(row.rate for row in layer.rows):
        yield f"{key}.rows", "累计层次的比例只写在分段里"
    edges = [bracket.upto for bracket in layer.brackets]
    if edges and (edges[-1] is not None or None in edges[:-1]):
        yield f"{key}.brackets", "只有最后一段不设上限，且最后一段必须不设上限"
    limits = [edge.value for edge in edges if edge]
    if limits != sorted(set(limits)):
        yield f"{key}.brackets", "分段上限应逐段增大"
    if (layer.kind == "excess") != bool(layer.threshold):
        yield f"{key}.threshold", "超额层次要有占总费用的比例 threshold，其他层次不能有"
    if (layer.kind == "given") != bool(layer.entered):
        yield f"{key}.entered", "由他方决定的层次要写明账单上的栏目 entered，其他层次不能有"
    if layer.entered and layer.entered not in ENTERED:
        yield f"{key}.entered", f"账单上由他方决定的金额只有 {'、'.join(ENTERED)}"
    if layer.kind == "given" and (layer.floor or layer.tilt or any(row.cap or row.rate for row in layer.rows)):
        yield key, "由他方决定的金额不再计算，不能有比例、限额、倾斜或托底"
    if layer.kind in ("excess", "fixed", "given") and any(row.deductible for row in layer.rows):
        yield f"{key}.rows", "这一层次没有起付线"
