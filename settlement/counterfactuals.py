"""Why a layer was paid otherwise than the policy gives: the chain is run again as if one rule had been left out, until it fits. Pure.

No layer, category or region is named here: what can be left out is whatever the policy has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from settlement.amounts import percent
from settlement.engine.bill import Bill, LayerYear, Year
from settlement.engine.chain import Chain, run_layer
from settlement.engine.errors import CannotSettle
from settlement.engine.money import draw
from settlement.engine.policy import Layer, Policy
from settlement.engine.terms import Terms
from settlement.grounds import money, points
from settlement.reasons import conditions, why_not

FLAG_WORDS = {
    "in_pooling_area": ("医院在统筹区内，却按统筹区外支付", "医院在统筹区外，却按统筹区内支付"),
    "referred": ("已经转诊批准，却按未转诊支付", "没有转诊批准，却按已转诊支付"),
    "designated": ("医院是定点医院，却按非定点支付", "医院不是定点医院，却按定点支付"),
    "has_card": ("持有明白卡，却按没有支付", "没有明白卡，却按持有支付"),
    "out_of_poverty": ("已脱贫，却按未脱贫支付", "未脱贫，却按已脱贫支付"),
}
UNEXPLAINED = "与政策计算不符，逐条试算都对不上。请核对原账单和支付凭证。"


@dataclass(frozen=True)
class Stay:
    """One bill under one policy on the year so far, with what each layer was really paid, in fen."""

    policy: Policy
    diseases: frozenset[str]
    bill: Bill
    year: Year
    paid: Mapping[str, int]


@dataclass(frozen=True)
class Guess:
    """A stay with one thing changed, and the sentence that is true if it then comes to what was paid."""

    sentence: str
    stay: Stay


def amount_of(stay: Stay, name: str, *, earlier_as_paid: bool) -> int | None:
    """What the layer comes to; the layers before it as the policy gives, or as they were really paid. None where it cannot be computed."""
    bill = stay.bill
    within = bill.in_policy if bill.limit is None else min(bill.in_policy, bill.limit)
    parts = [within, bill.in_policy - within, bill.total - bill.in_policy]
    lines = []
    try:
        for terms in Chain(stay.policy, stay.diseases).terms(bill.facts):
            line = run_layer(terms, bill, parts, stay.year.get(terms.layer.name, LayerYear()), lines)
            if terms.layer.name == name:
                return line.amount
            if earlier_as_paid:
                line = line._replace(amount=min(stay.paid.get(terms.layer.name, 0), line.base))
            draw(parts, terms.draws, line.amount)
            lines.append(line)
    except CannotSettle:
        return None
    return None


def reason(stay: Stay, name: str) -> str:
    """One sentence that fits what the layer was really paid: the first guess that comes to it to the fen."""
    paid = stay.paid.get(name, 0)
    if amount_of(stay, name, earlier_as_paid=True) == paid:
        return "本层算法与政策一致，因前面层次的支付与政策不同，计算基数随之不同。"
    for guess in guesses(stay, name):
        if not paid and _contradicted(stay, name, guess):
            continue  # Much else comes to nothing too; the other layers show that this was not it.
        if paid in (amount_of(guess.stay, name, earlier_as_paid=True), amount_of(guess.stay, name, earlier_as_paid=False)):
            return f"{guess.sentence}。"
    terms = terms_of(stay, name)
    if not terms.applies:
        return f"本层不应支付：{why_not(stay.policy, terms.layer, stay.bill.facts).rstrip('。')}。"
    return "符合本层条件，本层没有支付。" if not paid else UNEXPLAINED


def _contradicted(stay: Stay, name: str, guess: Guess) -> bool:
    """Whether the guess is about the hospital, the plan or the bill's amounts, and another layer was paid rightly by them.

    Those are the same for every layer; the categories each payer looks up itself.
    """
    facts = guess.stay.bill.facts._replace(categories=stay.bill.facts.categories)
    if guess.stay.bill._replace(facts=facts) == stay.bill:
        return False
    others = [layer.name for layer in stay.policy.layers if layer.name != name and stay.paid.get(layer.name)]
    right = [other for other in others if amount_of(stay, other, earlier_as_paid=True) == stay.paid[other]]
    return any(amount_of(guess.stay, other, earlier_as_paid=True) != stay.paid[other] for other in right)


def terms_of(stay: Stay, name: str) -> Terms:
    return next(terms for terms in Chain(stay.policy, stay.diseases).terms(stay.bill.facts) if terms.layer.name == name)


def guesses(stay: Stay, name: str) -> Iterator[Guess]:
    """What payers get wrong, the most usual first."""
    terms = terms_of(stay, name)
    yield from _tilt(stay, terms)
    yield from _held(stay)
    yield from _terms(stay, terms)
    yield from _cumulation(stay, terms)
    yield from _not_held(stay)
    yield from _place(stay)


def _with_layer(stay: Stay, layer: Layer) -> Stay:
    layers = tuple(layer if one.name == layer.name else one for one in stay.policy.layers)
    return replace(stay, policy=replace(stay.policy, layers=layers))


def _with_facts(stay: Stay, **changes) -> Stay:
    return replace(stay, bill=stay.bill._replace(facts=stay.bill.facts._replace(**changes)))


def _tilt(stay: Stay, terms: Terms) -> Iterator[Guess]:
    layer, tilt = terms.layer, terms.layer.tilt
    if tilt is None:
        return
    whom = conditions(stay.policy, tilt.when)
    if terms.tilt is None:
        yield Guess(f"执行了倾斜，但出院日不符合倾斜条件（{whom}）", _with_layer(stay, replace(layer, tilt=replace(tilt, when=()))))
        return
    whole = []
    if tilt.points:
        whole.append(f"比例应提高 {points(tilt.points.value)}")
    if tilt.deductible_factor:
        whole.append(f"起付线应按 {percent(tilt.deductible_factor.value)} 计")
    if tilt.no_cap:
        whole.append("不受年度限额")
    yield Guess(f"倾斜未执行：符合条件（{whom}），{'，'.join(whole)}，实际没有", _with_layer(stay, replace(layer, tilt=None)))
    for field, words in (
        ("points", "比例没有按倾斜提高"),
        ("deductible_factor", "起付线没有按倾斜减少"),
        ("no_cap", "没有按倾斜免除年度限额"),
    ):
        if getattr(tilt, field):
            yield Guess(f"倾斜只执行了一部分：{words}", _with_layer(stay, replace(layer, tilt=replace(tilt, **{field: None}))))


def _held(stay: Stay) -> Iterator[Guess]:
    """As if the person did not hold a category that they held on the discharge day."""
    held = stay.bill.facts.categories
    names = {code: stay.policy.categories.get(code, code) for code in sorted(held)}
    for code, words in names.items():
        yield Guess(f"出院日属于“{words}”，没有按这一类别支付", _with_facts(stay, categories=held - {code}))
    if len(held) > 1:
        yield Guess(f"出院日属于“{'、'.join(names.values())}”，没有按贫困类别支付", _with_facts(stay, categories=frozenset()))


def _not_held(stay: Stay) -> Iterator[Guess]:
    held = stay.bill.facts.categories
    for code, words in stay.policy.categories.items():
        if code not in held:
            yield Guess(f"按“{words}”支付，但出院日不属于这一类别", _with_facts(stay, categories=held | {code}))


def _terms(stay: Stay, terms: Terms) -> Iterator[Guess]:
    """As if a deductible, a cap, a floor or the bill's limit had been left out."""
    layer, bill = terms.layer, stay.bill
    if terms.deductible:
        rows = tuple(replace(row, deductible=None) for row in layer.rows)
        yield Guess("没有扣除起付线", _with_layer(stay, replace(layer, rows=rows)))
    if terms.cap is not None:
        rows = tuple(replace(row, cap=None) for row in layer.rows)
        yield Guess(f"超过了年度限额 {money(terms.cap.value)}", _with_layer(stay, replace(layer, rows=rows)))
    if terms.floor is not None:
        yield Guess(f"托底未执行：合计应不低于政策范围内费用的 {percent(terms.floor)}", _with_layer(stay, replace(layer, floor=None)))
    if bill.limit is not None:
        yield Guess(f"没有按病种限额 {money(bill.limit)} 计算", replace(stay, bill=bill._replace(limit=None)))
    if bill.in_policy < bill.total:
        yield Guess("按总费用计算，没有除去政策范围外费用", replace(stay, bill=bill._replace(in_policy=bill.total)))


def _cumulation(stay: Stay, terms: Terms) -> Iterator[Guess]:
    name = terms.layer.name
    if any(stay.year.get(name, LayerYear())):
        without = {layer: seen for layer, seen in stay.year.items() if layer != name}
        yield Guess("没有计入本年先前账单的累计和限额", replace(stay, year=without))


def _place(stay: Stay) -> Iterator[Guess]:
    """As if the hospital's level, the plan, or a yes-or-no fact had been another."""
    policy, facts = stay.policy, stay.bill.facts
    for level in sorted(policy.levels - {facts.hospital_level}):
        words = f"按“{policy.level_names.get(level, level)}”医院支付，应按“{policy.level_names.get(facts.hospital_level, facts.hospital_level)}”"
        yield Guess(words, _with_facts(stay, hospital_level=level))
    for plan in sorted(policy.plans - {facts.insurance_plan}):
        words = (
            f"按“{policy.plan_names.get(plan, plan)}”参保支付，应按“{policy.plan_names.get(facts.insurance_plan, facts.insurance_plan)}”"
        )
        yield Guess(words, _with_facts(stay, insurance_plan=plan))
    for flag in policy.flags:
        held = flag in facts.flags
        yield Guess(FLAG_WORDS[flag][0 if held else 1], _with_facts(stay, flags=facts.flags ^ {flag}))
