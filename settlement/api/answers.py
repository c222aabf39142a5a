"""What hospital systems are answered: results and stored settlements as plain data, money as text with two decimals."""

from collections.abc import Iterable

from django.utils import timezone

from ledger.models import Case, Disease
from settlement.api.problems import told
from settlement.engine.bill import Bill, Result
from settlement.engine.chain import Chain
from settlement.engine.money import yuan
from settlement.entitlement import CODES, Entitlement
from settlement.models import Reversal, Settlement
from settlement.money import to_fen
from settlement.national import differences, results_of
from settlement.preparing import Prepared, bill_from
from settlement.recount import recount
from settlement.rules import chain_of


def or_none(amount) -> str | None:
    return None if amount is None else str(amount)


def fen_or_none(fen: int | None) -> str | None:
    return None if fen is None else yuan(fen)


def layers_of(result: Result) -> list[dict]:
    """A line a layer, in the policy's order."""
    return [
        {
            "layer": line.terms.layer.name, "title": line.terms.layer.title, "payer": line.terms.layer.payer,
            "applies": line.terms.applies, "base_yuan": yuan(line.base), "amount_yuan": yuan(line.amount),
        }
        for line in result.lines
    ]  # fmt: skip


def national_of(bill: Bill, result: Result) -> dict[str, str]:
    """The national fields; what the payers and the person pay adds up to medfee_sumamt."""
    return {name: yuan(fen) for name, fen in ({"inscp_scp_amt": bill.in_policy} | results_of(result)).items()}


def differing(result: Result, claimed: dict[str, int]) -> list[dict]:
    """Where the sender's own result is another than ours, by national field."""
    return [{"field": name, "given_yuan": yuan(given), "computed_yuan": yuan(ours)} for name, given, ours in differences(result, claimed)]


def policy_answer(version) -> dict | None:
    if version is None:
        return None
    return {"code": version.code, "version": version.number, "document": version.document, "title": version.title}


def entitlement_answer(prepared: Prepared) -> dict:
    """Who somebody is on the day, what is covered, and what is left under each cap."""
    found: Entitlement = prepared.entitlement
    visit = found.visit
    return {
        "name": visit.person.name, "id_number": str(visit.person.id_number), "county": found.county.label,
        "on": visit.discharged_on.isoformat(),
        "categories": [{"code": CODES[fact.category], "title": fact.get_category_display()} for fact in found.categories],
        "enrolled": bool(found.enrolment and found.enrolment.enrolled), "insurance_plan": found.plan,
        "disease": {
            "code": visit.disease.code, "title": visit.disease.name, "covered": found.covered,
            "on_ledger": Case.objects.everywhere("the patient was found already").filter(person=visit.person, disease=visit.disease).exists(),
        },
        "hospital": {
            "code": visit.hospital.code, "name": visit.hospital.name, "level": found.level, "designated": found.designated,
            "in_pooling_area": found.in_pooling_area,
        },
        "policy": policy_answer(found.version), "sample": prepared.sample,
        "limit_yuan": or_none(found.limit.amount_yuan if found.limit else None),
        "caps": [
            {
                "layer": line.terms.layer.name, "title": line.terms.layer.title, "payer": line.terms.layer.payer,
                "applies": line.terms.applies, "paid_yuan": yuan(line.before.paid),
                "cap_yuan": fen_or_none(line.terms.cap.value if line.terms.cap else None), "remaining_yuan": fen_or_none(line.cap_before),
            }
            for line in (prepared.result.lines if prepared.result else ())
        ],
        "notices": prepared.notices, "errors": [told(fault) for fault in prepared.faults],
    }  # fmt: skip


def preview_answer(prepared: Prepared, claimed: dict[str, int]) -> dict:
    """What settling the bill now would come to, and all that stands against it."""
    entry, result, bill = prepared.entry, prepared.result, prepared.bill
    computed = bill is not None and result is not None
    return {
        "bill_no": entry.bill_no, "can_settle": not prepared.faults, "policy": policy_answer(prepared.entitlement.version),
        "sample": prepared.sample, "total_yuan": yuan(entry.total), "in_policy_yuan": yuan(entry.in_policy),
        "limit_yuan": fen_or_none(entry.limit), "layers": layers_of(result) if computed else [],
        "self_pay_yuan": yuan(result.self_pay) if computed else None,
        "self_pay_in_policy_yuan": yuan(sum(result.left[:2])) if computed else None,
        "national": national_of(bill, result) if computed else None,
        "differences": differing(result, claimed) if computed else [],
        "notices": prepared.notices, "errors": [told(fault) for fault in prepared.faults],
    }  # fmt: skip


def settlement_answer(settlement: Settlement, *, chain: Chain | None = None, claimed: dict[str, int] | None = None) -> dict:
    """A settlement as it was made: the same to the last sign whenever it is asked."""
    _, result = recount(settlement, chain or chain_of(settlement.version))
    bill = bill_from(settlement.inputs)
    return {
        "id": settlement.pk, "number": settlement.number, "bill_no": settlement.bill_no, "disease": settlement.disease.code,
        "hospital": settlement.hospital.code, "admitted_on": settlement.admitted_on.isoformat(),
        "discharged_on": settlement.discharged_on.isoformat(), "referral_number": settlement.referral_number,
        "settled_at": timezone.localtime(settlement.settled_at).isoformat(timespec="seconds"),
        "policy": policy_answer(settlement.version), "sample": settlement.sample, "total_yuan": str(settlement.total_yuan),
        "in_policy_yuan": str(settlement.in_policy_yuan), "limit_yuan": or_none(settlement.limit_yuan),
        "drugs_in_yuan": or_none(settlement.drugs_in_yuan), "drugs_out_yuan": or_none(settlement.drugs_out_yuan),
        "layers": [
            {
                "layer": line.layer, "title": line.title, "payer": line.payer, "applies": line.applies,
                "base_yuan": str(line.base_yuan), "amount_yuan": str(line.amount_yuan),
            }
            for line in settlement.lines.all()
        ],
        "self_pay_yuan": str(settlement.self_pay_yuan), "self_pay_in_policy_yuan": str(settlement.self_pay_in_policy_yuan),
        "national": national_of(bill, result), "differences": differing(result, claimed or {}),
        "notices": settlement.notices,
    }  # fmt: skip


def present(settlement: Settlement, **known) -> dict:
    """The same with how it stands now: settled, or reversed and why."""
    reversal = getattr(settlement, "reversal", None)
    return settlement_answer(settlement, **known) | {
        "state": "settled" if settlement.stands else "reversed", "reversal": reversal_answer(reversal) if reversal else None,
    }  # fmt: skip


def reversal_answer(reversal: Reversal) -> dict:
    return {
        "reason": reversal.reason,
        "reversed_at": timezone.localtime(reversal.reversed_at).isoformat(timespec="seconds"),
        "given_back_yuan": yuan(to_fen(reversal.settlement.total_yuan - reversal.settlement.self_pay_yuan)),
    }


def page_answer(settlements: Iterable[Settlement]) -> list[dict]:
    """Many at once: the chain of each policy version is made once."""
    chains: dict[int, Chain] = {}
    answers = []
    for settlement in settlements:
        if settlement.version_id not in chains:
            chains[settlement.version_id] = chain_of(settlement.version)
        answers.append(present(settlement, chain=chains[settlement.version_id]))
    return answers


def disease_codes() -> frozenset[str]:
    return frozenset(Disease.objects.values_list("code", flat=True))
