"""Why a layer pays nothing for a bill: the condition that is not met, in a patient's words."""

from settlement.engine.facts import Facts
from settlement.engine.policy import Condition, Layer, Policy
from settlement.engine.terms import truths

# What is not so when a flag is not set, and what is so when it is.
FLAG_WORDS = {
    "in_pooling_area": ("不在统筹区域内就医", "在统筹区域内就医"),
    "referred": ("没有转诊批准", "经转诊批准"),
    "designated": ("不是定点医院", "是定点医院"),
    "has_card": ("没有明白卡", "持有明白卡"),
    "out_of_poverty": ("没有脱贫", "已经脱贫"),
}


def why_not(policy: Policy, layer: Layer, facts: Facts | None) -> str:
    """不适用 because of this; without the facts, what the layer asks for."""
    if facts is None:
        return f"不符合本层条件（{layer_conditions(policy, layer)}）"
    held = truths(policy, facts)
    failing = [name for name in layer.when if name not in held]
    if failing:
        return "，".join(dict.fromkeys(unmet(policy, name, facts, held) for name in failing))
    rows = [[name for name in row.when if name not in held] for row in layer.rows]
    told = dict.fromkeys(
        f"不属于“{policy.conditions[name].title or name}”（{unmet(policy, name, facts, held)}）" for row in rows for name in row
    )
    return "，也".join(told)


def unmet(policy: Policy, name: str, facts: Facts, held: frozenset[str]) -> str:
    """What of a condition is not so: its first test that fails."""
    condition: Condition = policy.conditions[name]
    title = condition.title or name
    if condition.categories and condition.categories.isdisjoint(facts.categories):
        return f"不属于{title}"
    for inner in condition.all_of:
        if inner not in held:
            return unmet(policy, inner, facts, held)
    if condition.any_of and held.isdisjoint(condition.any_of):
        return "，".join(dict.fromkeys(unmet(policy, inner, facts, held) for inner in condition.any_of))
    if condition.diseases and facts.disease not in condition.diseases:
        return f"病种不是{title}" if len(condition.diseases) == 1 else f"病种不在“{title}”之内"
    if facts.disease in condition.not_diseases:
        return "病种在除外的名单内"
    for flag in condition.flags:
        if flag not in facts.flags:
            return FLAG_WORDS[flag][0]
    for flag in condition.not_flags:
        if flag in facts.flags:
            return FLAG_WORDS[flag][1]
    return "没有满足这一条件"


def layer_conditions(policy: Policy, layer: Layer) -> str:
    """What a bill must meet for the layer to pay anything."""
    rows = "，或".join(dict.fromkeys(conditions(policy, row.when) for row in layer.rows if row.when))
    return "；".join(part for part in (conditions(policy, layer.when), rows) if part)


def conditions(policy: Policy, names: tuple[str, ...]) -> str:
    return "、".join(policy.conditions[name].title or name for name in names)
