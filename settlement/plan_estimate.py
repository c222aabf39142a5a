"""A treatment plan's costs by payer: the settlement chain asked about a stay that is only planned, its answer kept with the plan's version."""

from dataclasses import dataclass

from hospitals.estimating import NAMED, Figures
from hospitals.models import TreatmentPlan
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Person
from settlement.engine.errors import ConservationBroken
from settlement.entitlement import Visit, entitlement
from settlement.models import PlanEstimate, PlanEstimateLine
from settlement.money import to_fen, to_yuan
from settlement.preparing import Prepared, estimate

# The layers that F3's fourth section names, in its order; every other layer is printed under its own title.
F3_LAYERS = dict(zip(("basic", "critical_illness", "medical_assistance", "government_backstop"), NAMED, strict=True))
INCOMPLETE = "填好计划入院时间、计划出院时间、估算总费用和其中政策范围内费用，保存后就能估算。"
NOT_SUMMED = "各方支付和个人自付之和不等于估算总费用，没有保存。请核对金额后再试。"


def estimate_plan(plan: TreatmentPlan) -> None:
    """The estimate of this version anew, in the caller's transaction; what cannot be computed is kept with its reasons.

    The planned days choose policy, categories and enrolment as the bill's days will. Raises Refused where the parts do not make up the total.
    """
    PlanEstimate.objects.filter(plan=plan).delete()
    if None in (plan.total_yuan, plan.in_policy_yuan, plan.admission_on, plan.discharge_on):
        return
    prepared = _prepared(plan)
    if prepared is None:
        _keep(plan, None, [NOT_SUMMED.replace("没有保存。请核对金额后再试", "暂时不能估算")])
        return
    _keep(plan, prepared, list(dict.fromkeys(fault.sentence for fault in prepared.faults)))


def _prepared(plan: TreatmentPlan) -> Prepared | None:
    """The chain's answer; None where the chain itself stopped because its parts did not add up."""
    person = Person.objects.everywhere("the case is held by the caller").select_related("county__parent").get(pk=plan.case.person_id)
    visit = Visit(person, plan.case.disease, plan.hospital, plan.admission_on, plan.discharge_on)
    found = entitlement(visit)
    limit = to_fen(found.limit.amount_yuan) if found.limit else None
    try:
        return estimate(
            visit=visit, total=to_fen(plan.total_yuan), in_policy=to_fen(plan.in_policy_yuan), limit=limit, given={}, found=found
        )
    except ConservationBroken:
        return None


@dataclass(frozen=True)
class Part:
    """What one layer would pay, in fen."""

    layer: str
    title: str
    payer: str
    applies: bool
    amount: int


def _keep(plan: TreatmentPlan, prepared: Prepared | None, why_not: list[str]) -> PlanEstimate:
    result = prepared.result if prepared and not why_not else None
    found = prepared.entitlement if prepared else None
    row = PlanEstimate(
        plan=plan, version=found.version if found else None, total_yuan=plan.total_yuan, in_policy_yuan=plan.in_policy_yuan,
        limit_yuan=found.limit.amount_yuan if found and found.limit else None, why_not=why_not, notices=prepared.notices if prepared else [],
        sample=bool(prepared and prepared.sample), made_at=clock.now(),
    )  # fmt: skip
    if result is None:
        row.why_not = why_not or ["没有算出各方支付，请核对计划日期和金额。"]
        row.save()
        return row
    parts = [
        Part(line.terms.layer.name, line.terms.layer.title, line.terms.layer.payer, line.terms.applies, line.amount)
        for line in result.lines
    ]
    return keep_parts(row, parts, result.self_pay)


def keep_parts(row: PlanEstimate, parts: list[Part], self_pay: int) -> PlanEstimate:
    """The estimate with its lines. Raises Refused where they do not make up the total, or one is below zero."""
    amounts = [part.amount for part in parts]
    if sum(amounts) + self_pay != to_fen(row.total_yuan) or min(amounts, default=0) < 0 or self_pay < 0:
        raise Refused(NOT_SUMMED, "total_yuan")
    row.self_pay_yuan = to_yuan(self_pay)
    row.save()
    PlanEstimateLine.objects.bulk_create(
        PlanEstimateLine(
            estimate=row, position=position, layer=part.layer, title=part.title, payer=part.payer, applies=part.applies,
            amount_yuan=to_yuan(part.amount),
        )
        for position, part in enumerate(parts, start=1)
    )  # fmt: skip
    return row


def figures_of(plan: TreatmentPlan) -> Figures | None:
    """The kept estimate as F3 prints it; the total alone, with the reasons, where nothing was computed."""
    row = PlanEstimate.objects.filter(plan=plan).prefetch_related("lines").first()
    if row is None:
        return Figures(to_fen(plan.total_yuan), computed=False, why_not=(INCOMPLETE,)) if plan.total_yuan is not None else None
    limit = to_fen(row.limit_yuan) if row.limit_yuan is not None else None
    if not row.computed:
        return Figures(to_fen(row.total_yuan), computed=False, limit=limit, sample=row.sample, why_not=tuple(row.why_not))
    named = dict.fromkeys(NAMED, 0)
    others = []
    for line in row.lines.all():
        amount = to_fen(line.amount_yuan)
        if line.layer in F3_LAYERS:
            named[F3_LAYERS[line.layer]] += amount
        elif amount:
            others.append((line.title, amount))
    return Figures(
        to_fen(row.total_yuan), computed=True, named=tuple(named.values()), others=tuple(others), self_pay=to_fen(row.self_pay_yuan),
        limit=limit, sample=row.sample,
    )  # fmt: skip
