"""Whether a stay outside the pooling area was let pass by the insurance office: the typed number held against the ledger's referrals."""

import datetime
from dataclasses import dataclass

from hospitals.models import Hospital, Referral, ReferralState
from ledger.models import Disease, Division, Person
from settlement.faults import Fault

FALLEN = (ReferralState.REFUSED, ReferralState.CANCELLED)


@dataclass(frozen=True)
class Referred:
    """``number`` is the approval's, also where nobody typed one. A number that the ledger does not know counts, with a notice."""

    number: str = ""
    notice: str = ""
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        return bool(self.number)


def referred(
    *, number: str, person: Person, disease: Disease, hospital: Hospital, admitted_on: datetime.date, prefecture: Division, asks: bool
) -> Referred:
    """经转诊批准: an approval of this person and disease, for this hospital or one outside the network, that covers the admission day.

    ``asks``: the hospital lies outside the pooling area, so that an approval is looked for even where no number was typed. A
    number of the ledger must fit; one that it does not know may have been given on paper.
    """
    number = number.replace("\0", "").strip()  # As it was sent, before any form has read it: no database can compare NUL.
    if not number and not asks:
        return Referred()
    rows = Referral.objects.everywhere("whether this patient was let leave the pooling area").filter(approved_in__parent=prefecture)
    rows = rows.exclude(approval_number="").select_related("case", "to_hospital")
    if not number:
        own = rows.filter(person=person).order_by("-approved_on", "-pk")
        found = next((one for one in own if not _against(one, person, disease, hospital, admitted_on)), None)
        notice = f"没有填转诊批准号，台账里有批准号 {found.approval_number}，按已转诊计算。" if found else ""
        return Referred(found.approval_number, notice + _elsewhere(found, hospital)) if found else Referred()
    known = list(rows.filter(approval_number=number))
    if not known:
        notice = f"台账里没有查到转诊批准号 {number}，可能是纸质批准，按已转诊计算。请医保部门核对原件。"
        return Referred(number, notice if asks else "")
    against = {one: _against(one, person, disease, hospital, admitted_on) for one in known}
    fits = next((one for one, why in against.items() if not why), None)
    if fits:
        return Referred(number, _elsewhere(fits, hospital))
    own = next((one for one in known if one.person_id == person.pk), known[0])
    return Referred(fault=Fault("referral_not_approved", f"转诊批准号 {number} {against[own]}。请核对批准号。", "referral_number"))


def _against(one: Referral, person: Person, disease: Disease, hospital: Hospital, admitted_on: datetime.date) -> str:
    """Why this approval is not for that stay; of somebody else's nothing is told but that it is."""
    if one.person_id != person.pk:
        return f"不是批给{person.name}的"
    if one.state in FALLEN:
        return f"的转诊“{one.get_state_display()}”，批准不再有效"
    if one.case.disease_id != disease.pk:
        return f"不是批给{disease}的"
    if one.to_hospital_id not in (None, hospital.pk):
        return f"批的是转往{one.to_hospital.name}，不是{hospital.name}"
    if not one.valid_from <= admitted_on <= one.valid_until:
        return f"对 {one.valid_from} 至 {one.valid_until} 入院有效，入院日期 {admitted_on} 不在其中"
    return ""


def _elsewhere(one: Referral, hospital: Hospital) -> str:
    """An approval for a hospital outside the network names it in somebody's own words: whoever reads compares."""
    if one.to_hospital_id or one.to_name in (hospital.name, hospital.short_name):
        return ""
    return f"转诊批准的是{one.to_name}，这次住院在{hospital.name}，请核对。"
