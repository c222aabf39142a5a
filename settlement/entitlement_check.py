"""应享未享: what the policy gives for bills that were paid elsewhere, beside what was paid. Looks, and touches nobody's year.

A person's bills of a year are taken in the order of discharge, those paid elsewhere together with those settled here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models import Category, Disease, Person, Role
from ledger.models.person import VERIFIER
from settlement.amounts import grouped
from settlement.counterfactuals import Stay, reason
from settlement.engine.bill import Bill, Result
from settlement.engine.errors import CannotSettle
from settlement.entitlement import CODES, Entitlement, Visit, entitlement, place_of, state_of, year_of
from settlement.figures import assumed_figures
from settlement.models import Finding, PaidBill, Settlement
from settlement.money import to_fen
from settlement.preparing import bill_from
from settlement.rules import chain_of

# What does not stop the computation: it is computed by the categories that are verified.
NO_OBSTACLE = {"category_unverified"}
NOT_COUNTED = "结算时没有计入在别处支付的账单。按出院先后累计，本层的金额不同。"


@dataclass(frozen=True)
class Found:
    """One layer of one bill; amounts in fen, None where they cannot be told."""

    bill: PaidBill | None
    settlement: Settlement | None
    finding: str
    reason: str
    layer: str = ""
    title: str = ""
    position: int = 0
    entitled: int | None = None
    paid: int | None = None
    sample: bool = False

    @property
    def difference(self) -> int:
        """Paid less entitled: below zero is paid too little."""
        return (self.paid or 0) - self.entitled if self.entitled is not None else 0


@dataclass(frozen=True)
class Computed:
    """A bill paid elsewhere with what the ledger says of its discharge day, and the engine's answer."""

    stay: Stay
    result: Result
    found: Entitlement
    sample: bool


def check_person(person: Person) -> list[Found]:
    """All differences of a person, year by year, each bill standing on what was right for those before it."""
    bills = PaidBill.objects.everywhere("one person's year as a whole").filter(person=person).select_related("hospital", "disease")
    settled = Settlement.objects.everywhere("one person's year as a whole").standing().filter(person=person)
    years: dict[tuple, list] = {}
    for bill in bills:
        area = place_of(person, bill.discharged_on).area
        years.setdefault((area.pk if area else None, bill.discharged_on.year), []).append(bill)
    for settlement in settled.select_related("person_year", "version").prefetch_related("lines"):
        key = settlement.person_year.area_id, settlement.discharged_on.year
        if key in years:
            years[key].append(settlement)
    diseases = frozenset(Disease.objects.values_list("code", flat=True))
    return [found for key in sorted(years, key=str) for found in _year(person, years[key], diseases)]


def _year(person: Person, bills: Iterable[PaidBill | Settlement], diseases: frozenset[str]) -> list[Found]:
    """``state`` is the year in the right order; ``own`` the same of what was settled here alone."""
    found: list[Found] = []
    state: dict = {}
    own: dict = {}
    for bill in sorted(bills, key=lambda one: (one.discharged_on, one.bill_no, one.pk)):
        if isinstance(bill, Settlement):
            more, state, own = _settled_here(bill, state, own)
            found += more
            continue
        computed = _compute(person, bill, state, diseases)
        if isinstance(computed, str):
            found.append(Found(bill, None, Finding.UNKNOWN, f"不能计算：{computed}"))
            continue
        state = state_of(computed.result.year)
        found += _compare(bill, computed)
    return found


def _settled_here(settlement: Settlement, state: dict, own: dict) -> tuple[list[Found], dict, dict]:
    chain, bill = chain_of(settlement.version, until=settlement.settled_at), bill_from(settlement.inputs)
    try:
        right, alone = chain.share_out(bill, year_of(state)), chain.share_out(bill, year_of(own))
    except CannotSettle:
        return [], state, own
    kept = {line.layer: line for line in settlement.lines.all()}
    found = []
    for line, other in zip(right.lines, alone.lines, strict=True):
        name = line.terms.layer.name
        paid = to_fen(kept[name].amount_yuan)
        if line.amount != other.amount and line.amount != paid:
            told = Finding.UNDER if paid < line.amount else Finding.OVER
            found.append(
                Found(
                    None, settlement, told, NOT_COUNTED, name, kept[name].title, kept[name].position, line.amount, paid, settlement.sample
                )
            )
    return found, state_of(right.year), state_of(alone.year)


def _compute(person: Person, bill: PaidBill, state: dict, diseases: frozenset[str]) -> Computed | str:
    """The bill by the ledger's facts of the discharge day; a sentence where it cannot be computed."""
    answer = entitlement(Visit(person, bill.disease, bill.hospital, bill.admitted_on, bill.discharged_on, bill.referral_number))
    stopping = [fault.sentence for fault in answer.faults if fault.code not in NO_OBSTACLE]
    if stopping:
        return "".join(stopping)
    policy = answer.policy
    given = {layer.entered: bill.paid.get(layer.name, 0) for layer in policy.layers if layer.entered}
    limit = None if bill.limit_yuan is None else to_fen(bill.limit_yuan)
    entered = Bill(
        answer.facts, bill.admitted_on, bill.discharged_on, to_fen(bill.total_yuan), to_fen(bill.in_policy_yuan), limit,
        {name: fen for name, fen in given.items() if fen},
    )  # fmt: skip
    try:
        result = chain_of(answer.version).settle(entered, year_of(state))
    except CannotSettle as error:
        return f"{error.sentence.rstrip('。')}。"
    return Computed(Stay(policy, diseases, entered, year_of(state), bill.paid), result, answer, bool(assumed_figures(policy)))


def _compare(bill: PaidBill, computed: Computed) -> list[Found]:
    supposed = _with_unverified(computed, bill)
    found = []
    for position, line in enumerate(computed.result.lines, start=1):
        layer, paid = line.terms.layer, bill.paid.get(line.terms.layer.name, 0)
        told, why = "", ""
        if supposed is not None and supposed[layer.name] != line.amount and paid in (supposed[layer.name], line.amount):
            told, why = Finding.UNVERIFIED, _unverified_words(bill, paid == line.amount, supposed[layer.name] - line.amount)
        elif paid != line.amount:
            told, why = (Finding.UNDER if paid < line.amount else Finding.OVER), reason(computed.stay, layer.name)
        if told:
            found.append(Found(bill, None, told, why, layer.name, layer.title, position, line.amount, paid, computed.sample))
    return found


def _unverified(bill: PaidBill) -> list:
    """The categories recorded for the discharge day that their keeper has not verified."""
    facts = bill.person.categories.all()
    return [fact for fact in facts if fact.verified_on is None and fact.holds_on(bill.discharged_on)]


def _with_unverified(computed: Computed, bill: PaidBill) -> dict[str, int] | None:
    """What each layer would come to if the unverified categories were verified; None where there are none."""
    if not any(fault.code == "category_unverified" for fault in computed.found.faults):
        return None
    codes = {CODES[fact.category] for fact in _unverified(bill)}
    facts = computed.stay.bill.facts
    supposed = computed.stay.bill._replace(facts=facts._replace(categories=facts.categories | codes))
    try:
        result = chain_of(computed.found.version).settle(supposed, computed.stay.year)
    except CannotSettle:
        return None
    return {line.terms.layer.name: line.amount for line in result.lines}


def _unverified_words(bill: PaidBill, paid_without: bool, more: int) -> str:
    names = "、".join(f"“{Category(fact.category).label}”" for fact in _unverified(bill))
    keepers = "、".join(dict.fromkeys(Role(VERIFIER[Category(fact.category)]).label for fact in _unverified(bill)))
    if paid_without:
        direction = "再付" if more > 0 else "少付"
        return f"类别{names}还没有由{keepers}部门核实。核实后，本层应{direction} {grouped(abs(more))} 元。"
    return f"按{names}支付，但这一类别还没有由{keepers}部门核实。核实后即与政策相符。"
