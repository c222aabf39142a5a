"""A bill looked at from every side before it is settled: what it comes to, and everything that stands against it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hospitals.models import Hospital, Stay
from ledger import clock
from ledger.models import Case, Disease, Person, Staff
from ledger.money import HIGHEST
from settlement.amounts import grouped
from settlement.cells import is_formula
from settlement.engine.bill import Bill, Result, Year
from settlement.engine.chain import bill_faults
from settlement.engine.errors import CannotSettle, MissingRule, NotInForce, UnknownCode, WrongAmount
from settlement.engine.facts import Facts
from settlement.entitlement import Entitlement, Place, Visit, entitlement
from settlement.faults import Fault
from settlement.figures import has_assumed
from settlement.models import PersonYear, Settlement
from settlement.money import to_fen

ENTERED_WORDS = {"commercial_yuan": "商业保险已付", "charity_yuan": "慈善救助已付"}
LONGEST_NUMBER = 40
CODES = {WrongAmount: "wrong_amount", NotInForce: "not_in_force", UnknownCode: "unknown_code", MissingRule: "missing_rule"}


@dataclass(frozen=True)
class BillEntry:
    """One bill as the hospital enters it; amounts in whole fen, None where there is none.

    ``limit_as_listed``: the bill says nothing of a limit, so the price list's holds, where it has one.
    """

    person: Person
    disease: Disease
    hospital: Hospital
    bill_no: str
    admitted_on: datetime.date
    discharged_on: datetime.date
    total: int
    in_policy: int
    limit: int | None = None
    limit_as_listed: bool = False
    drugs_in: int | None = None
    drugs_out: int | None = None
    given: Mapping[str, int] = field(default_factory=dict)
    referral_number: str = ""

    @property
    def visit(self) -> Visit:
        return Visit(self.person, self.disease, self.hospital, self.admitted_on, self.discharged_on, self.referral_number)


@dataclass
class Prepared:
    """What settling the bill now would come to. ``result`` is None where a fault stops the computation itself."""

    entry: BillEntry
    entitlement: Entitlement
    case: Case | None = None
    stay: Stay | None = None
    bill: Bill | None = None
    year: Year = field(default_factory=dict)
    result: Result | None = None
    sample: bool = False
    notices: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def bill_of(entry: BillEntry, facts: Facts) -> Bill:
    """The bill as the engine reads it."""
    given = {name: fen for name, fen in entry.given.items() if fen}
    return Bill(facts, entry.admitted_on, entry.discharged_on, entry.total, entry.in_policy, entry.limit, given)


def inputs_of(bill: Bill) -> dict:
    """The same as it is stored with the settlement: all that the engine was given but the year."""
    facts = bill.facts
    return {
        "categories": sorted(facts.categories), "disease": facts.disease, "hospital_level": facts.hospital_level,
        "insurance_plan": facts.insurance_plan, "flags": sorted(facts.flags), "admitted_on": bill.admitted_on.isoformat(),
        "discharged_on": bill.discharged_on.isoformat(), "total": bill.total, "in_policy": bill.in_policy, "limit": bill.limit,
        "given": dict(bill.given),
    }  # fmt: skip


def bill_from(inputs: dict) -> Bill:
    """A stored bill back in the engine's terms."""
    facts = Facts(
        frozenset(inputs["categories"]), inputs["disease"], inputs["hospital_level"], inputs["insurance_plan"], frozenset(inputs["flags"])
    )
    day = datetime.date.fromisoformat
    return Bill(
        facts, day(inputs["admitted_on"]), day(inputs["discharged_on"]), inputs["total"], inputs["in_policy"], inputs["limit"],
        inputs["given"],
    )  # fmt: skip


def prepare(*, by: Staff, entry: BillEntry, place: Place | None = None, year: PersonYear | None = None) -> Prepared:
    """Compute the bill on the person's year as it stands (or on ``year``, which the caller holds) and collect what stands against it."""
    found = entitlement(entry.visit, place, year)
    if entry.limit_as_listed and found.limit is not None:
        entry = replace(entry, limit=to_fen(found.limit.amount_yuan))
    prepared = Prepared(entry, found, year=found.year_so_far, notices=list(found.notices), faults=list(found.faults))
    _entry(prepared)
    _stay(prepared, by)
    _compute(prepared)
    return prepared


def estimate(
    *, visit: Visit, total: int, in_policy: int, limit: int | None, given: Mapping[str, int], found: Entitlement | None = None
) -> Prepared:
    """待遇测算: the same chain for a stay that has not happened; needs neither a stay nor a bill number.

    ``found`` is the visit's entitlement where the caller has asked for it already.
    """
    found = found or entitlement(visit)
    entry = BillEntry(
        visit.person, visit.disease, visit.hospital, "", visit.admitted_on, visit.discharged_on, total, in_policy, limit, given=given,
        referral_number=visit.referral_number,
    )  # fmt: skip
    prepared = Prepared(entry, found, year=found.year_so_far, notices=list(found.notices), faults=list(found.faults))
    _compute(prepared)
    return prepared


def _compute(prepared: Prepared) -> None:
    entry, found = prepared.entry, prepared.entitlement
    chain = found.chain
    if chain is None:
        return
    prepared.sample = has_assumed(chain.policy)
    unknown = [name for name, fen in entry.given.items() if fen and name not in chain.policy.entered]
    for name in unknown:
        words = ENTERED_WORDS[name]
        prepared.faults.append(
            Fault("amount_not_taken", f"{found.version.document}没有由{words}承担的层次，不能填写这一金额。请清空。", name)
        )
    known = {name: fen for name, fen in entry.given.items() if name not in unknown}
    bill = bill_of(replace(entry, given=known), found.facts)
    wrong = bill_faults(chain.policy, bill)
    prepared.faults += [_fault(error, entry) for error in wrong]
    if wrong:
        return
    try:
        prepared.result = chain.share_out(bill, prepared.year)
    except CannotSettle as error:
        fault = _fault(error, entry)
        # A level or plan that is missing has been named already, in words that say who mends it.
        if not any(known.code in ("hospital_level_missing", "plan_unknown") for known in prepared.faults):
            prepared.faults.append(fault)
        return
    prepared.bill = bill
    for line in prepared.result.lines:
        name = line.terms.layer.entered
        if name and line.amount != bill.given.get(name, 0):
            words = f"{ENTERED_WORDS[name]}的金额没有适用的层次（{line.terms.layer.title}），不能填写。请清空。"
            prepared.faults.append(Fault("amount_not_taken", words, name))


def _fault(error: CannotSettle, entry: BillEntry) -> Fault:
    """What the chain says, with what to do about it."""
    sentence = error.sentence.rstrip("。")
    if isinstance(error, WrongAmount):
        if error.field == "discharged_on":
            sentence = f"出院日期 {entry.discharged_on} 早于入院日期 {entry.admitted_on}，请改其中一个"
        else:
            sentence += "，请改其中一个" if error.field == "in_policy_yuan" and entry.in_policy >= 0 else "，请核对"
    return Fault(CODES[type(error)], f"{sentence}。", error.field)


def _entry(prepared: Prepared) -> None:
    """The bill's own contradictions that the chain does not look for."""
    entry, faults = prepared.entry, prepared.faults
    number = entry.bill_no.strip()
    if not number or len(number) > LONGEST_NUMBER:
        faults.append(Fault("bill_number_missing", f"请填写账单号，最多 {LONGEST_NUMBER} 个字。", "bill_no"))
    elif is_formula(number) or not number.isprintable():
        faults.append(Fault("bill_number_wrong", "账单号不能以 = + - @ 开头，也不能含换行等字符。请照原单填写。", "bill_no"))
    amounts = {"total_yuan": entry.total, "limit_yuan": entry.limit, "drugs_in_yuan": entry.drugs_in, "drugs_out_yuan": entry.drugs_out}
    faults += [
        Fault("wrong_amount", "金额最大为 99,999,999.99 元，请核对。", name)
        for name, fen in (amounts | dict(entry.given)).items()
        if fen is not None and fen > HIGHEST
    ]
    if entry.discharged_on > clock.today():
        faults.append(Fault("in_the_future", f"出院日期 {entry.discharged_on} 晚于今天，出院后再结算。", "discharged_on"))
    drugs = (entry.drugs_in or 0) + (entry.drugs_out or 0)
    if drugs > entry.total:
        faults.append(Fault("drugs_above_total", "目录内、目录外药品费之和大于总费用，请核对。", "drugs_in_yuan"))
    if min(entry.drugs_in or 0, entry.drugs_out or 0) < 0:
        faults.append(Fault("wrong_amount", "药品费不能是负数。", "drugs_in_yuan"))
    kept = prepared.entitlement.limit
    if kept is not None and entry.limit != to_fen(kept.amount_yuan):
        shown = "没有填写" if entry.limit is None else f"是 {grouped(entry.limit)} 元"
        prepared.notices.append(f"限额表（{kept.document}）中{entry.disease}的限额是 {kept.amount_yuan:,} 元，账单上{shown}，按账单计算。")


def _stay(prepared: Prepared, by: Staff) -> None:
    """The bill's place on the ledger: the case of this disease, the stay it belongs to, and what it must not collide with."""
    entry, faults = prepared.entry, prepared.faults
    person = entry.person
    case = Case.objects.visible_to(by).filter(person=person, disease=entry.disease).select_related("county__parent").first()
    if case is not None and not _treated_here(case, entry):
        case = None
    prepared.case = case
    if case is not None:
        case.person, case.disease = person, entry.disease
    if case is None:
        faults.append(_case_missing(entry))
    elif case.state in ("found", "registered", "returned"):
        sentence = f"{person.name}的{entry.disease}病例“{case.get_state_display()}”，还没有核实。请县卫健部门先核实。"
        faults.append(Fault("case_not_verified", sentence, "disease"))
    stays = list(Stay.objects.everywhere("a stay must not overlap another, wherever that was").filter(case__person=person))
    own = [stay for stay in stays if stay.hospital_id == entry.hospital.pk and case and stay.case_id == case.pk]
    prepared.stay = next((stay for stay in own if stay.admitted_on == entry.admitted_on), None)
    if prepared.stay and prepared.stay.discharged_on not in (None, entry.discharged_on):
        sentence = f"这次住院登记的出院日期是 {prepared.stay.discharged_on}，账单上是 {entry.discharged_on}。请核对后改成一致。"
        faults.append(Fault("discharge_differs", sentence, "discharged_on"))
    for stay in stays:
        if prepared.stay and stay.pk == prepared.stay.pk:
            continue
        if stay.admitted_on < entry.discharged_on and (stay.discharged_on is None or entry.admitted_on < stay.discharged_on):
            where = entry.hospital.name if stay.hospital_id == entry.hospital.pk else "其他医院"
            ends = f"至 {stay.discharged_on}" if stay.discharged_on else "起，还没有出院"
            sentence = f"住院日期和{person.name}在{where}的另一次住院（{stay.admitted_on} {ends}）重叠。请核对入院、出院日期。"
            faults.append(Fault("stay_overlaps", sentence, "admitted_on"))
    _used_before(prepared)


def _treated_here(case: Case, entry: BillEntry) -> bool:
    """Not a hospital's that only reads the case because of a referral, but for the stay that the patient had there before."""
    stays = Stay.objects.everywhere("a stay of a case in sight").filter(case=case, hospital=entry.hospital)
    return case.hospital_code == entry.hospital.code or stays.filter(admitted_on=entry.admitted_on).exists()


def _case_missing(entry: BillEntry) -> Fault:
    """Why the hospital has no case of this disease: it is nowhere, nobody has said yet who treats it, or another hospital does."""
    name, disease = entry.person.name, entry.disease
    known = Case.objects.everywhere("whether the disease is on the person's ledger").filter(person=entry.person, disease=disease).first()
    if known is None:
        sentence = f"{name}的台账上没有{disease}。发现一例，建档一例：请先登记这一病例，核实后再结算。"
        return Fault("disease_not_registered", sentence, "disease")
    if not known.hospital_code:
        sentence = (
            f"{name}的{disease}病例“{known.get_state_display()}”，还没有定收治医院。请县卫健部门核实，并定{entry.hospital.name}后再结算。"
        )
        return Fault("case_not_verified", sentence, "disease")
    sentence = f"{name}的{disease}病例不由{entry.hospital.name}救治。请县卫健部门把定点医院改为本院后再结算。"
    return Fault("case_elsewhere", sentence, "disease")


def _used_before(prepared: Prepared) -> None:
    entry, faults = prepared.entry, prepared.faults
    settled = Settlement.objects.everywhere("a bill number and a stay are settled once").standing()
    if entry.bill_no and settled.filter(hospital=entry.hospital, bill_no=entry.bill_no.strip()).exists():
        faults.append(bill_number_used(entry.bill_no))
    elif prepared.stay and settled.filter(stay=prepared.stay).exists():
        faults.append(Fault("stay_settled", "这次住院已经结算过。要改正，请先冲销原结算。", "admitted_on"))


def bill_number_used(bill_no: str) -> Fault:
    return Fault("bill_number_used", f"账单号 {bill_no} 已经结算过。请核对账单号；要改正，请先冲销原结算。", "bill_no")
