"""How a layer's amount comes about, said so that a patient can follow and recompute it; * marks what is assumed."""

from settlement.amounts import exact, exact_of_rule, grouped, of_rule, percent
from settlement.engine.chain import SQUARE, bracketed
from settlement.engine.money import MILLION
from settlement.engine.policy import ALL_PARTS, IN_POLICY, Number
from settlement.formula import category_words, factor_words
from settlement.grounds import assumed_in, built_on, condition_assumed
from settlement.reasons import conditions, why_not
from settlement.steps import Step

VERBS = {"reimburse": "报销"}


def layer_sentences(step: Step) -> str:
    """The layer in whole sentences, ending with what it pays."""
    terms = step.line.terms
    if not terms.applies:
        return f"{why_not(step.policy, terms.layer, step.facts)}{'*' if assumed_in(step) else ''}，不适用。"
    return _because(step) + KINDS[terms.layer.kind](step) + _floor(step) + _cap(step) + _at_most(step)


def _because(step: Step) -> str:
    """符合“大病重病集中救治”*。: the condition of the row that was used, and any the document does not print."""
    terms = step.line.terms
    names = [name for name in terms.layer.when if _rests_on_assumed(step, name)]
    names += [name for row in terms.rows for name in row.when]
    return f"符合{'、'.join(quoted(step, name) for name in dict.fromkeys(names))}。" if names else ""


def _rests_on_assumed(step: Step, name: str) -> bool:
    return any(condition_assumed(step, inner) for inner in built_on(step, (name,)))


def quoted(step: Step, name: str) -> str:
    """“农村贫困人口”, with * where what it rests on is assumed."""
    return f"“{conditions(step.policy, (name,))}”{'*' if _rests_on_assumed(step, name) else ''}"


def starred(words: str, *numbers: Number | None) -> str:
    return words + "*" if any(number and number.assumed for number in numbers) else words


def equals(numerator: int, denominator: int, rounded: int) -> str:
    """= 35,888.19 where the product is whole fen, ≈ where it was rounded to them."""
    return f"{'=' if numerator == rounded * denominator else '≈'} {grouped(rounded)}"


def part_words(step: Step) -> str:
    """What the layer draws on, as a patient would call it."""
    draws, limited = step.line.terms.draws, step.bill is None or step.bill.limit is not None
    if draws == ALL_PARTS:
        return "全部费用"
    if draws == IN_POLICY or (draws == (0,) and not limited):
        return "政策范围内"
    names = ("限额以内", "超过限额", "政策范围外") if limited else ("政策范围内", "", "政策范围外")
    return "和".join(names[index] for index in draws if names[index])


def base_words(step: Step) -> str:
    """政策范围内费用 55,812.60 元 at first, 政策范围内还剩 19,924.41 元 later."""
    paid_before = any(line.amount for line in step.earlier)
    name, base = part_words(step), grouped(step.line.base)
    if paid_before:
        return f"{name}还剩 {base} 元"
    return f"总费用 {base} 元" if name == "全部费用" else f"{name}{'' if name.endswith('费用') else '费用'} {base} 元"


def tilted_for(step: Step) -> str:
    """符合“农村贫困人口”、“统筹区域内”; nothing where the tilt asks nothing."""
    named = "、".join(quoted(step, name) for name in step.line.terms.tilt.when)
    return f"符合{named}" if named else ""


def _deductible(step: Step) -> str:
    """三级医院起付线 600 元*, and what a tilt makes of it."""
    terms = step.line.terms
    row = next(row for row in terms.rows if row.deductible is step.deductible or row.deductible == step.deductible)
    level = step.policy.level_names.get(row.level, "")
    whose = f"{level}医院" if level.endswith("级") else level
    said = starred(f"{whose}起付线 {of_rule(step.deductible.value)} 元", step.deductible)
    factor = terms.tilt.deductible_factor if terms.tilt else None
    if factor:
        said += f"，{tilted_for(step)}{starred(factor_words(factor.value), factor)}为 {exact_of_rule(terms.deductible)} 元"
    return said


def _rate(step: Step) -> str:
    """建档立卡按 60%* 报销；符合…再提高 5 个百分点，为 65%"""
    terms, row = step.line.terms, step.rate_row
    categories = category_words(step)
    several = len(terms.rows) > 1
    verb = VERBS.get(terms.layer.kind, "支付")
    said = f"{categories}按 {starred(percent(row.rate.value), row.rate)} {verb}{'（取最高的一档）' if several and categories else ''}"
    points = terms.tilt.points if terms.tilt else None
    if points:
        more = starred(f"{percent(points.value).removesuffix('%')} 个百分点", points)
        most = "，最高为" if row.rate.value + points.value > MILLION else "，为"
        said += f"；{tilted_for(step)}再提高 {more}{most} {percent(terms.rate)}"
    return said


def _after_deductible(step: Step) -> str:
    terms = step.line.terms
    said = base_words(step)
    if not step.line.base:
        return f"{said}，不用支付。"
    if terms.deductible:
        if step.reach <= 0:
            return f"{said}，没有超过{_deductible(step)}，不支付。"
        said += f"，先减去{_deductible(step)}，剩 {exact(step.reach)} 元"
    result = equals(step.reach * terms.rate, SQUARE, step.computed)
    return f"{said}。{_rate(step)}。{exact(step.reach)} × {percent(terms.rate)} {result} 元。"


def _cumulative(step: Step) -> str:
    terms, before = step.line.terms, step.line.before.base
    said = f"{base_words(step)}，今年以前没有累计。"
    if before:
        said = f"{base_words(step)}；今年以前住院累计 {grouped(before)} 元，合起来 {grouped(before + step.line.base)} 元。"
    if not step.line.base:
        return f"{base_words(step)}，不用支付。"
    if terms.deductible:
        reached = f"超出 {exact(step.reach)} 元" if step.reach > 0 else "没有超过，不支付"
        said += f"全年{_deductible(step)}，{reached}。"
    if step.reach <= 0:
        return said
    points = terms.tilt.points if terms.tilt else None
    spans = "，".join(f"{exact(fen)} 元按 {starred(percent(rate), number, edge)}" for fen, rate, number, edge in step.spans)
    tilt = ""
    if points:
        more = starred(f"{percent(points.value).removesuffix('%')} 个百分点", points)
        tilt = f"（{'各' if len(step.spans) > 1 else ''}含{tilted_for(step)}提高的 {more}）"
    now = bracketed(terms, before + step.line.base)
    product = sum(fen * rate for fen, rate, _, _ in step.spans)
    said += f"其中 {spans}{tilt}，共 {equals(product, SQUARE, now).removeprefix('= ')} 元"
    if not before:
        return said + "。"
    earlier = bracketed(terms, before)
    return f"{said}；以前累计的 {grouped(before)} 元按同样算法是 {grouped(earlier)} 元，本次为 {grouped(now)} − {grouped(earlier)} = {grouped(step.computed)} 元。"


def _excess(step: Step) -> str:
    terms, total = step.line.terms, step.line.total
    threshold = terms.layer.threshold
    line = threshold.value * total
    parts = ""
    if step.parts:
        within = step.parts[0] + step.parts[1]
        parts = f"（政策范围内 {grouped(within)} 元，范围外 {grouped(step.parts[2])} 元）"
    said = f"前面付过以后，自己还要付 {grouped(step.spare)} 元{parts}；总费用 {grouped(total)} 元的 {starred(percent(threshold.value), threshold)} 是 {exact(line)} 元，"
    over = step.spare * MILLION - line
    if over <= 0:
        return said + "没有超过，不支付。"
    result = equals(over * terms.rate, SQUARE, step.computed)
    return f"{said}超过的部分是 {exact(over)} 元，{_rate(step)}。{exact(over)} × {percent(terms.rate)} {result} 元。"


def _fixed(step: Step) -> str:
    amount = next(row.amount for row in step.line.terms.rows if row.amount and row.amount.value == step.line.terms.amount)
    return f"{base_words(step)}。定额支付 {starred(f'{of_rule(amount.value)} 元', amount)}。"


def _given(step: Step) -> str:
    if not step.line.amount:
        return "由支付方另行确定，本次账单没有填写。"
    return f"由支付方另行确定，本次账单填写的是 {grouped(step.line.amount)} 元。"


KINDS = {
    "reimburse": _after_deductible,
    "share": _after_deductible,
    "cumulative": _cumulative,
    "excess": _excess,
    "fixed": _fixed,
    "given": _given,
}


def _floor(step: Step) -> str:
    terms = step.line.terms
    if terms.floor is None:
        return ""
    number = terms.layer.floor.rate
    names = terms.layer.floor.together_with
    with_titles = "、".join(line.terms.layer.title for line in step.earlier if line.terms.layer.name in names)
    paid = sum(line.amount for line in step.earlier if line.terms.layer.name in names)
    rule = f"{with_titles + '和本层合计' if with_titles else '本层'}不低于政策范围内费用的 {starred(percent(number.value), number)}"
    if step.in_policy is None:
        return f"{rule}，补 {grouped(step.line.topped_up)} 元。"
    least = step.in_policy * number.value
    rounded = (2 * least + MILLION) // (2 * MILLION)
    rule += f"（{grouped(step.in_policy)} × {percent(number.value)} {equals(least, MILLION, rounded)} 元）"
    together = paid + step.computed
    if not step.line.topped_up:
        return f"{rule}，现在合计 {grouped(together)} 元，不用再补。"
    return f"{rule}，现在合计 {grouped(together)} 元，再补 {grouped(step.line.topped_up)} 元，为 {grouped(step.with_floor)} 元。"


def _cap(step: Step) -> str:
    line = step.line
    if not step.with_floor:
        return ""
    if line.cap_before is None:
        tilt = line.terms.tilt
        if tilt and tilt.no_cap:
            return f"{tilted_for(step)}{'，' if tilt.when else ''}{starred('全年不设上限', tilt.no_cap)}。"
        return ""
    cap = line.terms.cap
    said = f"全年最多 {starred(f'{of_rule(cap.value)} 元', cap)}，本次前已用 {grouped(line.before.paid)} 元"
    if step.capped:
        return f"{said}，{f'只能再付 {grouped(line.cap_before)} 元' if line.cap_before else '已经用完'}。"
    return f"{said}，没有超过。"


def _at_most(step: Step) -> str:
    return f"不能多于还剩的 {grouped(step.line.base)} 元，付 {grouped(step.line.amount)} 元。" if step.above_base else ""
