"""The two papers of a settlement, 计算说明 and 结算单, as words and figures ready to print."""

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from hospitals.models import Hospital
from ledger import clock
from ledger.capitals import capitals
from ledger.identity import age_on
from ledger.models import Disease, Division, Person, Programme, Staff, UnitName
from ledger.models.division import UnitKind
from settlement.amounts import grouped
from settlement.calculation import COUNTED
from settlement.engine.bill import Bill, Result
from settlement.engine.policy import Policy
from settlement.grounds import clauses
from settlement.models import Reversal, Settlement
from settlement.paper_fit import calculation_style, settlement_style
from settlement.patient_words import layer_sentences
from settlement.policy_check import PAYERS
from settlement.preparing import Prepared, bill_from
from settlement.recount import recount
from settlement.steps import Step, steps

SAMPLE = "示范参数，待市级签认"
STAMPED = "已冲销 2017 年 10 月 20 日，原因：。经办人：某某某。只供查阅，不作凭证。"  # As long as the stamp is around its reason.
RULE = "每一层只在最后四舍五入到分一次，写作“≈”。类别和政策都以出院当日为准，累计按出院年度（{year} 年）计算。"


@dataclass(frozen=True)
class SheetLayer:
    """One row of a paper: who pays, how it comes about, on what ground, how much."""

    place: int
    title: str
    payer: str
    applies: bool
    words: str
    source: str
    amount: str

    @property
    def printed(self) -> str:
        """The words with every * held to what it marks: a line never begins with one."""
        return self.words.replace("*", "\u2060*")


@dataclass(frozen=True)
class Sheet:
    """What both papers print. ``number`` and ``day`` are empty on a preview; ``style`` and ``short_style`` keep
    计算说明 and 结算单 on one page."""

    number: str
    bill_no: str
    day: datetime.date | None
    person: Person
    age: int
    id_number: str
    categories: str
    disease: str
    hospital: Hospital
    place: str
    stay: str
    days: int
    total: str
    total_capitals: str
    in_policy: str
    limit: str
    drugs_in: str
    drugs_out: str
    referral: str
    document: str
    layers: tuple[SheetLayer, ...]
    paid: str
    paid_capitals: str
    self_pay: str
    self_pay_in_policy: str
    self_pay_outside: str
    self_pay_capitals: str
    checks: tuple[str, ...]
    bureau: str
    clerk: str
    sample: bool
    starred: bool
    style: str
    short_style: str
    notices: list[str] = field(default_factory=list)
    reversal: Reversal | None = None
    printed_by: str = ""
    printed_at: datetime.datetime | None = None


def sheet_of(settlement: Settlement, *, by: Staff) -> Sheet:
    """The papers of what was settled, computed again from what was kept with it."""
    policy, result = recount(settlement)
    bill = bill_from(settlement.inputs)
    reversal = None if settlement.stands else settlement.reversal
    return _sheet(
        policy, result, bill, by=by, person=settlement.person, disease=settlement.disease, hospital=settlement.hospital,
        county=settlement.county, number=settlement.number, bill_no=settlement.bill_no, day=timezone.localtime(settlement.settled_at).date(),
        clerk=settlement.settled_by.full_name, sample=settlement.sample, notices=settlement.notices, reversal=reversal,
        drugs_in=_yuan(settlement.drugs_in_yuan), drugs_out=_yuan(settlement.drugs_out_yuan), referral=settlement.referral_number,
    )  # fmt: skip


def sheet_of_preview(prepared: Prepared, *, by: Staff) -> Sheet:
    """计算说明 of a bill that has not been settled; ``prepared.result`` must be there."""
    entry, found = prepared.entry, prepared.entitlement
    return _sheet(
        found.policy, prepared.result, prepared.bill, by=by, person=entry.person, disease=entry.disease, hospital=entry.hospital,
        county=found.county, number="", bill_no=entry.bill_no, day=None, clerk=by.full_name, sample=prepared.sample,
        notices=prepared.notices, drugs_in=_fen(entry.drugs_in), drugs_out=_fen(entry.drugs_out), referral=found.referred.number,
    )  # fmt: skip


def _yuan(amount) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _fen(amount: int | None) -> str:
    return "" if amount is None else grouped(amount)


def _sheet(
    policy: Policy, result: Result, bill: Bill, *, by: Staff, person: Person, disease: Disease, hospital: Hospital, county: Division,
    day: datetime.date | None, **given,
) -> Sheet:  # fmt: skip
    walked = steps(policy, result, bill=bill)
    layers = tuple(_layer(place, step) for place, step in enumerate(walked, start=1))
    paid = sum(line.amount for line in result.lines)
    inside = sum(result.left[:2])
    amounts = [layer.amount for layer in layers] + [grouped(result.self_pay)]
    bureau = UnitName.on(county, UnitKind.HEALTH, day or clock.today())
    checks = _checks(amounts, bill, hospital, bureau, given["notices"])
    stamp = given["reversal"].reason + STAMPED if given.get("reversal") else ""
    return Sheet(
        day=day, person=person, age=age_on(person.born_on, bill.discharged_on), id_number=str(person.id_number or "") or "暂无证号",
        categories=categories_of(policy, bill), disease=disease_of(disease, county, bill.discharged_on), hospital=hospital,
        place=place_of(policy, bill), stay=f"{bill.admitted_on} 至 {bill.discharged_on}", days=(bill.discharged_on - bill.admitted_on).days,
        total=grouped(bill.total), total_capitals=capitals(bill.total), in_policy=grouped(bill.in_policy), limit=_fen(bill.limit),
        document=policy.document, layers=layers, paid=grouped(paid),
        paid_capitals=capitals(paid), self_pay=grouped(result.self_pay), self_pay_in_policy=grouped(inside),
        self_pay_outside=grouped(result.self_pay - inside), self_pay_capitals=capitals(result.self_pay),
        checks=checks,
        bureau=bureau, starred=any("*" in layer.words for layer in layers),
        style=calculation_style([(layer.words, layer.source or SAMPLE) for layer in layers], checks, stamp=stamp),
        short_style=settlement_style(len(layers), given["notices"], stamp=stamp), printed_by=by.full_name, printed_at=clock.now(), **given,
    )  # fmt: skip


def _checks(amounts: list[str], bill: Bill, hospital: Hospital, bureau: str, notices: list[str]) -> tuple[str, ...]:
    """怎样核对: the sum written out, the rounding and the dates, what was noticed, and where to ask."""
    count = len(amounts) - 1
    counted = COUNTED[count] if count < len(COUNTED) else str(count)
    telephone = f"（电话 {hospital.phone}）" if hospital.phone else ""
    return (
        f"{counted}项支付加上个人自付等于总费用：{' + '.join(amounts)} = {grouped(bill.total)} 元。",
        RULE.format(year=bill.discharged_on.year),
        *notices,
        f"对结果有疑问，可带本说明到{hospital.name}结算窗口{telephone}或{bureau}询问。",
    )


def _layer(place: int, step: Step) -> SheetLayer:
    layer = step.line.terms.layer
    return SheetLayer(
        place, layer.title, PAYERS.get(layer.payer, layer.payer), step.line.terms.applies, layer_sentences(step), source_of(step),
        grouped(step.line.amount),
    )  # fmt: skip


def source_of(step: Step) -> str:
    """柳卫医〔2017〕40号 二（四）2, each document once with its clauses; empty where every number is assumed."""
    by_document: dict[str, list[str]] = {}
    for document, clause in clauses(step):
        by_document.setdefault(document, []).append(clause)
    return "；".join(f"{document} {'；'.join(found)}" for document, found in by_document.items())


def categories_of(policy: Policy, bill: Bill) -> str:
    held = [words for code, words in policy.categories.items() if code in bill.facts.categories]
    return f"{'、'.join(held) or '不属于农村贫困人口类别'}（出院当日）"


def disease_of(disease: Disease, county: Division, day: datetime.date) -> str:
    covered = disease in Programme.of(county).covered_on(day)
    return f"{disease}（{day.year} 年{'专项病种' if covered else '不是专项病种'}）"


def place_of(policy: Policy, bill: Bill) -> str:
    """二级，定点，统筹区内: of what the facts say, in the policy's names."""
    facts = bill.facts
    said = [policy.level_names.get(facts.hospital_level, facts.hospital_level)] if facts.hospital_level else []
    said.append("定点" if "designated" in facts.flags else "非定点")
    said.append("统筹区内" if "in_pooling_area" in facts.flags else "统筹区外")
    if "referred" in facts.flags:
        said.append("经转诊")
    return "，".join(said)
