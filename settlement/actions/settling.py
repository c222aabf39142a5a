"""One-stop settlement at the window: the person's year held first, the bill shared out, every number kept."""

import hashlib
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from hospitals import actions as treatment
from hospitals.models import Stay
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_person_of
from ledger.actions.refusals import Refused
from ledger.models import Role, Staff
from settlement.amounts import grouped
from settlement.engine.bill import Result
from settlement.engine.errors import ConservationBroken
from settlement.entitlement import Place, place_of, state_of
from settlement.faults import BillRefused, Fault, KeyUsedDifferently, SampleOnly
from settlement.models import PersonYear, PolicyArea, RequestKey, Reversal, Settlement, SettlementLine
from settlement.money import to_yuan
from settlement.order import mark_differences, summed
from settlement.preparing import BillEntry, Prepared, bill_number_used, inputs_of, prepare

SAMPLE_SENTENCE = "这份政策还有未经市级签认的示范参数，只能试算，不能正式结算。请市级卫健部门先签认。"

# What the database says when a new version was published between the look and the write.
POLICY_MOVED = "the policy version does not hold on the discharge day"
POLICY_CHANGED = "政策刚刚换了版本，这张账单还没有结算。请重新预览，看过新的结果再确认。"


@dataclass(frozen=True)
class Request:
    """One request as its sender numbered it, so that sending it again settles nothing anew."""

    scope: str
    key: str
    body: object

    @property
    def body_hash(self) -> str:
        text = json.dumps(self.body, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def carried_out(request: Request) -> RequestKey | None:
    """The same request, if it was carried out before. Raises KeyUsedDifferently for another content under its key."""
    known = RequestKey.objects.filter(scope=request.scope, key=request.key).first()
    if known is not None and known.body_hash != request.body_hash:
        raise KeyUsedDifferently("同一个请求号已用于另一份内容。请核对，换一个请求号再提交。")
    return known


def _keep(request: Request, **done) -> None:
    """Write the key with what was done under it, in the same transaction. The unique constraint lets one of two win."""
    RequestKey.objects.create(scope=request.scope, key=request.key, body_hash=request.body_hash, at=clock.now(), **done)


def hold_year(person_id: int, area: PolicyArea, year: int) -> PersonYear:
    """The row of (person, year, policy area), locked until the transaction ends; whatever settles takes it before anything else."""
    rows = PersonYear.objects.select_for_update().filter(person_id=person_id, area=area, year=year)
    held = rows.first()
    if held is None:
        PersonYear.objects.bulk_create([PersonYear(person_id=person_id, area=area, year=year)], ignore_conflicts=True)
        held = rows.get()
    return held


def settle(*, by: Staff, entry: BillEntry, request: Request) -> Settlement:
    """Settle the bill once, whatever happens to the request on its way; all or nothing.

    Categories and policy are those of the discharge day (settlement.md, common rules); the year so far is what was settled
    before. Raises BillRefused with every fault, SampleOnly while assumed numbers are unsigned outside the trial,
    KeyUsedDifferently.
    """
    _own_hospital(by, entry)
    try:
        return _settle_once(by, entry, request)
    except (IntegrityError, BillRefused):
        # Nothing was saved. Somebody whose request was carried out before, or in this very moment, gets its answer again.
        settled = _settled_before(request)
        if settled is None:
            raise
        return settled


def _settled_before(request: Request) -> Settlement | None:
    known = carried_out(request)
    if known is not None and known.settlement is None:
        raise KeyUsedDifferently("这个请求号已用于冲销。请换一个请求号再提交。")
    return known.settlement if known else None


@transaction.atomic
def _settle_once(by: Staff, entry: BillEntry, request: Request) -> Settlement:
    place = place_of(entry.person, entry.discharged_on)
    person_year = hold_year(entry.person.pk, place.area, entry.discharged_on.year) if place.area else None
    settled = _settle(by, entry, place, person_year)
    _keep(request, settlement=settled)  # The last word: another request under the same key undoes all of this.
    return settled


def _own_hospital(by: Staff, entry: BillEntry) -> None:
    if by.role != Role.LIAISON or entry.hospital.code != by.hospital_code:
        raise BillRefused([Fault("foreign_hospital", "只能结算本院的账单，请核对医院。", "hospital")])


def _settle(by: Staff, entry: BillEntry, place: Place, person_year: PersonYear | None) -> Settlement:
    try:
        hold_person_of(entry.person.pk)
    except Refused as refused:  # Merged into another record since the bill was looked at.
        raise BillRefused([Fault("unknown_person", refused.message, "id_number")]) from None
    prepared = prepare(by=by, entry=entry, place=place, year=person_year)
    if prepared.faults:
        raise BillRefused(prepared.faults)
    if prepared.sample and not settings.SAMPLE_SETTLEMENT:
        raise SampleOnly([Fault("sample_only", SAMPLE_SENTENCE)])
    prepared.stay = _closed_stay(by, prepared)
    settlement = _write(by, prepared, person_year)
    person_year.state = state_of(prepared.result.year)
    check_sums(person_year)
    mark_differences(person_year, settlement)
    person_year.save(update_fields=["state", "differences", "differs"])
    text = f"{entry.disease}一站式结算，总费用 {grouped(entry.total)} 元，个人自付 {grouped(prepared.result.self_pay)} 元"
    tell(entry.person, "settled", text, by=by, case=prepared.case, detail={"settlement": settlement.pk, "bill": entry.bill_no})
    return settlement


def _closed_stay(by: Staff, prepared: Prepared) -> Stay:
    """The stay that the bill is for; recorded or ended with the bill's dates where the hospital had not done so yet."""
    entry, stay = prepared.entry, prepared.stay
    try:
        if stay is None:
            stay = treatment.record_stay(
                by=by, case=prepared.case, hospital=entry.hospital, admitted_on=entry.admitted_on, discharged_on=entry.discharged_on
            )
        if stay.discharged_on is None:
            stay = treatment.discharge(by=by, stay=stay, on=entry.discharged_on)
    except Refused as refused:
        raise BillRefused([Fault("stay_refused", refused.message, refused.field or "")]) from None
    return stay


def _write(by: Staff, prepared: Prepared, person_year: PersonYear) -> Settlement:
    entry, found, result = prepared.entry, prepared.entitlement, prepared.result
    within, beyond, _ = result.left
    row = Settlement(
        person_year=person_year, person=entry.person, stay=prepared.stay, disease=entry.disease, hospital=entry.hospital,
        county=found.county, version=found.version, bill_no=entry.bill_no.strip(), admitted_on=entry.admitted_on,
        discharged_on=entry.discharged_on, referral_number=found.referred.number, inputs=inputs_of(prepared.bill),
        year_before=person_year.state, total_yuan=to_yuan(entry.total), in_policy_yuan=to_yuan(entry.in_policy),
        limit_yuan=_or_none(entry.limit), drugs_in_yuan=_or_none(entry.drugs_in), drugs_out_yuan=_or_none(entry.drugs_out),
        self_pay_yuan=to_yuan(result.self_pay), self_pay_in_policy_yuan=to_yuan(within + beyond), notices=prepared.notices,
        sample=prepared.sample, settled_at=clock.now(), settled_by=by,
    )  # fmt: skip
    settlement = _saved(row)
    SettlementLine.objects.bulk_create(lines_of(settlement, result))
    return settlement


def _saved(settlement: Settlement) -> Settlement:
    """Saved, unless in this very moment another window used the bill number for somebody else, or a new policy version began."""
    try:
        settlement.save(force_insert=True)
    except IntegrityError as error:
        if "bill_number_once" in str(error):
            raise BillRefused([bill_number_used(settlement.bill_no)]) from None
        if POLICY_MOVED in str(error):
            raise BillRefused([Fault("policy_changed", POLICY_CHANGED)]) from None
        raise
    return settlement


def _or_none(fen: int | None):
    return None if fen is None else to_yuan(fen)


def lines_of(settlement: Settlement, result: Result) -> list[SettlementLine]:
    """The result's lines as rows, in chain order."""
    return [
        SettlementLine(
            settlement=settlement, position=position, layer=line.terms.layer.name, title=line.terms.layer.title,
            payer=line.terms.layer.payer, applies=line.terms.applies, base_yuan=to_yuan(line.base), amount_yuan=to_yuan(line.amount),
        )
        for position, line in enumerate(result.lines, start=1)
    ]  # fmt: skip


def check_sums(person_year: PersonYear) -> None:
    """Better to stop than to go on wrong: the year's state is the sum of its lines, or nothing is saved."""
    state = {layer: list(numbers) for layer, numbers in person_year.state.items() if any(numbers)}
    sums = {layer: numbers for layer, numbers in summed(person_year).items() if any(numbers)}
    if state != sums:
        raise ConservationBroken(f"person's year {person_year.pk}: {state} is not the sum of its lines {sums}")


def reverse(*, by: Staff, settlement: Settlement, reason: str, request: Request) -> Reversal:
    """冲销: undo a settlement once, with a reason. Caps and cumulation go back; what was built on it is flagged, not changed.

    Raises Refused: no reason, reversed before; KeyUsedDifferently.
    """
    if not reason.strip():
        raise Refused("请写明冲销的原因。", "reason")
    row = Settlement.objects.visible_to(by).get(pk=settlement.pk)
    try:
        return _reversed_before(request) or _reverse_once(by, row, reason.strip(), request)
    except IntegrityError:
        reversal = _reversed_before(request)
        if reversal is None:
            raise
        return reversal


def _reversed_before(request: Request) -> Reversal | None:
    known = carried_out(request)
    if known is not None and known.reversal is None:
        raise KeyUsedDifferently("这个请求号已用于结算。请换一个请求号再提交。")
    return known.reversal if known else None


@transaction.atomic
def _reverse_once(by: Staff, settlement: Settlement, reason: str, request: Request) -> Reversal:
    person_year = PersonYear.objects.select_for_update().get(pk=settlement.person_year_id)
    reversal = _reversed_before(request)
    if reversal is None:
        reversal = _reverse(by, settlement.pk, reason, person_year)
        _keep(request, reversal=reversal)
    return reversal


def _reverse(by: Staff, pk: int, reason: str, person_year: PersonYear) -> Reversal:
    settlement = Settlement.objects.visible_to(by).select_related("person__county", "stay__case__county", "disease").get(pk=pk)
    if not settlement.stands:
        raise Refused(f"结算 {settlement.number} 已经冲销过，不能再次冲销。")
    reversal = Reversal.objects.create(settlement=settlement, reason=reason, reversed_at=clock.now(), reversed_by=by)
    settlement.stands = False
    settlement.save(update_fields=["stands"])
    person_year.state = summed(person_year)
    mark_differences(person_year)
    person_year.save(update_fields=["state", "differences", "differs"])
    text = f"{settlement.disease}冲销结算 {settlement.number}"
    tell(
        settlement.person, "settlement_reversed", text, by=by, case=settlement.stay.case, reason=reason,
        detail={"settlement": settlement.pk},
    )  # fmt: skip
    return reversal
