"""The words of a calculation sheet (计算说明), so that a patient can check every amount against its clause."""

from collections.abc import Iterator
from decimal import Decimal

from settlement.amounts import percent
from settlement.engine.bill import Bill, Line, Result
from settlement.engine.chain import bracketed
from settlement.engine.money import MILLION, yuan
from settlement.engine.policy import PARTS, Policy
from settlement.grounds import assumed_in, figures, layer_names, money, points
from settlement.patient_words import layer_sentences
from settlement.reasons import why_not
from settlement.steps import Step, steps

ASSUMED = "示范参数"
PART_NAMES = dict(zip(PARTS, ("限额内政策范围内费用", "限额外政策范围内费用", "政策范围外费用"), strict=True))


def explain(policy: Policy, number: str, result: Result, bill: Bill | None = None) -> Iterator[str]:
    """The sheet, line by line: each layer as the printed sheet says it, then every number it used with its clause."""
    yield f"计算说明：账单 {number}"
    yield f"政策：{policy.document}《{policy.title}》，自 {policy.in_force_from} 起执行"
    walked = steps(policy, result, bill=bill)
    yield f"总费用：{money(sum(line.amount for line in result.lines) + result.self_pay)}"
    for place, step in enumerate(walked, start=1):
        layer = step.line.terms.layer
        yield f"{place}. {layer.title}（{layer.name}）：{money(step.line.amount)}"
        yield f"   {layer_sentences(step)}"
        for sentence in layer_words(step):
            yield f"   {sentence}"
    total = sum(line.amount for line in result.lines) + result.self_pay
    yield f"个人自付：{money(result.self_pay)} = 总费用 − 各层支付 {money(total - result.self_pay)}"
    if any(assumed_in(step) for step in walked):
        yield f"带 * 的数字是{ASSUMED}。"


def layer_words(step: Step) -> Iterator[str]:
    """One layer, number by number: base, deductible, rates, cap, and the clause behind each."""
    policy, line = step.policy, step.line
    terms = line.terms
    yield f"计算基数：{money(line.base)}（{'、'.join(PART_NAMES[PARTS[index]] for index in terms.draws)}的剩余部分）"
    if not terms.applies:
        yield f"不适用：{why_not(policy, terms.layer, step.facts)}"
        yield from condition_words(policy, layer_names(terms.layer))
        return
    if terms.deductible or any(row.deductible for row in terms.rows):
        yield f"起付线：{money_millionths(terms.deductible)}{'（全年一次）' if terms.spans else ''}"
    yield from rate_words(line)
    if terms.layer.floor and terms.floor is not None:
        yield f"托底：与前列层次合计不低于政策范围内费用的 {percent(terms.floor)}，补足 {money(line.topped_up)}"
    if line.cap_before is None:
        yield "年度限额：不设限"
    else:
        yield f"年度限额：{money(terms.cap.value)}，本次之前余 {money(line.cap_before)}，本次之后余 {money(line.cap_after)}"
    yield f"支付金额：{money(line.amount)}"
    yield from source_words(policy, line)


def money_millionths(amount: int) -> str:
    return f"{(Decimal(amount) / (100 * MILLION)):.2f} 元" if amount % MILLION == 0 else f"{Decimal(amount) / (100 * MILLION)} 元"


def rate_words(line: Line) -> Iterator[str]:
    terms, before = line.terms, line.before
    kind = terms.layer.kind
    if kind == "cumulative":
        spans, start = [], 0
        for upto, rate in terms.spans:
            spans.append(f"{yuan(start)} 元以上{f'至 {yuan(upto)} 元' if upto is not None else ''} {percent(rate)}")
            start = upto
        yield f"分段比例（从起付线起算）：{'；'.join(spans)}"
        after = bracketed(terms, before.base + line.base)
        yield f"年内累计：本次之前 {money(before.base)}，应付 {money(bracketed(terms, before.base))}；本次之后 {money(before.base + line.base)}，应付 {money(after)}"
    elif kind == "excess":
        yield f"超过总费用 {money(line.total)} 的 {percent(terms.layer.threshold.value)} 的部分，支付 {percent(terms.rate)}"
    elif kind == "fixed":
        yield f"定额：{money(terms.amount)}"
    elif kind == "given":
        yield "金额由支付方另行确定，随账单录入"
    else:
        yield f"比例：{percent(terms.rate)}"
    if terms.tilt:
        said = []
        if terms.tilt.points:
            said.append(f"比例提高 {points(terms.tilt.points.value)}")
        if terms.tilt.deductible_factor:
            said.append(f"起付线按 {percent(terms.tilt.deductible_factor.value)} 计")
        if terms.tilt.no_cap:
            said.append("不设年度限额")
        yield f"倾斜：{'，'.join(said)}（已计入）"


def source_words(policy: Policy, line: Line) -> Iterator[str]:
    terms = line.terms
    if terms.layer.source:
        yield f"依据：本层 —— {policy.document} {terms.layer.source}"
    for what, value, number in dict.fromkeys(figures(line)):
        yield f"依据：{what} {value} —— {ASSUMED if number.assumed else f'{number.document or policy.document} {number.source}'}"
    tilted = (*(terms.tilt.when if terms.tilt else ()), *(terms.layer.floor.when if terms.layer.floor and terms.floor is not None else ()))
    yield from condition_words(policy, (*terms.layer.when, *tilted, *(name for row in terms.rows for name in row.when)))


def condition_words(policy: Policy, names: tuple[str, ...]) -> Iterator[str]:
    """Where each condition is written, and which of its categories the document does not name."""
    for name in dict.fromkeys(names):
        condition = policy.conditions[name]
        where = ASSUMED if condition.assumed else f"{condition.document or policy.document} {condition.source}"
        assumed = "、".join(policy.categories[code] for code in sorted(condition.assumed_categories))
        yield f"依据：条件 {condition.title or name} —— {where}{f'（其中{assumed}为{ASSUMED}）' if assumed else ''}"
