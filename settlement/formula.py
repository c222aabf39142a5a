"""A layer's arithmetic in one short line, for the table on the screen."""

from settlement.amounts import exact, exact_of_rule, grouped, of_rule, percent
from settlement.engine.chain import bracketed
from settlement.engine.money import MILLION
from settlement.reasons import why_not
from settlement.steps import Step


def formula(step: Step) -> str:
    """（55,812.60 − 起付线 600）× 65%，其中倾斜 +5 个百分点"""
    terms = step.line.terms
    if not terms.applies:
        return f"不适用：{why_not(step.policy, terms.layer, step.facts)}"
    said = KINDS[terms.layer.kind](step)
    return said + _tilted(step) + _limited(step)


def _after_deductible(step: Step) -> str:
    terms, base = step.line.terms, grouped(step.line.base)
    if not step.line.base:
        return nothing_left(step)
    if not terms.deductible:
        return f"{base} × {percent(terms.rate)}{_whose(step)}"
    if step.reach <= 0:
        return f"{base} 没有超过{_deductible(step)}"
    return f"（{base} − {_deductible(step)}）× {percent(terms.rate)}{_whose(step)}"


def nothing_left(step: Step) -> str:
    return "前面已经付清，没有剩余" if any(line.amount for line in step.earlier) else "没有这部分费用"


def _deductible(step: Step) -> str:
    """起付线 7,500（减半）"""
    said = f"起付线 {exact_of_rule(step.line.terms.deductible)}"
    factor = step.line.terms.tilt.deductible_factor if step.line.terms.tilt else None
    return f"{said}（{factor_words(factor.value)}）" if factor else said


def factor_words(value: int) -> str:
    """减半; 按 60% 计"""
    return "减半" if value * 2 == MILLION else f"按 {percent(value)} 计"


def _whose(step: Step) -> str:
    words = category_words(step)
    return f"（{words}）" if words else ""


def category_words(step: Step) -> str:
    """The categories by which the rate was chosen: the person's own where they are known."""
    row = step.rate_row
    if row is None or not row.categories:
        return ""
    held = row.categories & step.facts.categories if step.facts else row.categories
    return "、".join(name for code, name in step.policy.categories.items() if code in held)


def _cumulative(step: Step) -> str:
    terms, before = step.line.terms, step.line.before.base
    cumulated = before + step.line.base
    if not step.line.base:
        return nothing_left(step)
    start = f"年内累计 {grouped(cumulated)}" if before else f"年内首次 {grouped(cumulated)}"
    if step.reach <= 0:
        return f"{start}，没有超过{_deductible(step)}"
    sums = " + ".join(f"{exact(fen)} × {percent(rate)}" for fen, rate, _, _ in step.spans)
    earlier = bracketed(terms, before)
    line = f"，{_deductible(step)}" if terms.deductible else ""
    return f"{start}{line}；{sums}" + (f" − 此前应付 {grouped(earlier)}" if earlier else "")


def _excess(step: Step) -> str:
    terms = step.line.terms
    threshold = terms.layer.threshold.value
    own, line = grouped(step.spare), f"总费用 {percent(threshold)}（{exact(threshold * step.line.total)}）"
    if step.spare * MILLION <= threshold * step.line.total:
        return f"自付 {own} 没有超出{line}"
    return f"自付 {own} 超出{line}的部分 × {percent(terms.rate)}"


def _fixed(step: Step) -> str:
    return f"定额 {of_rule(step.line.terms.amount)}"


def _given(step: Step) -> str:
    return f"由支付方另行确定，账单填写 {grouped(step.line.amount)}" if step.line.amount else "由支付方另行确定，账单没有填写"


KINDS = {
    "reimburse": _after_deductible,
    "share": _after_deductible,
    "cumulative": _cumulative,
    "excess": _excess,
    "fixed": _fixed,
    "given": _given,
}


def _tilted(step: Step) -> str:
    tilt = step.line.terms.tilt
    if tilt is None or not tilt.points or not step.line.base or step.reach <= 0:
        return ""
    return f"，其中倾斜 +{percent(tilt.points.value).removesuffix('%')} 个百分点"


def _limited(step: Step) -> str:
    line = step.line
    said = ""
    if line.topped_up:
        said += f"，托底至政策范围内的 {percent(line.terms.floor)}，补 {grouped(line.topped_up)}"
    if step.capped:
        said += f"，年度额度只余 {grouped(line.cap_before)}" if line.cap_before else "，年度额度已经用完"
    if step.above_base:
        said += f"，以剩余的 {grouped(line.base)} 为限"
    return said
