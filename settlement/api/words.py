"""Codes in requests, turned into what they name; an unknown one is refused with the way to find it."""

from ledger.models import Disease, Staff
from settlement.faults import BillRefused, Fault
from settlement.models import PolicyVersion, VersionState
from settlement.patients import find_patient
from settlement.preparing import BillEntry

GIVEN = ("commercial_yuan", "charity_yuan")


def disease_named(code: str) -> Disease:
    """Raises BillRefused."""
    disease = Disease.objects.filter(code=code).first()
    if disease is None:
        raise BillRefused([Fault("unknown_disease", f"病种表中没有“{code}”。请用病种代码，例如 gastric-cancer。", "disease")])
    return disease


def published(code: str, number: int | None) -> PolicyVersion:
    """The newest published version of a policy, or the one asked for. Raises BillRefused."""
    versions = PolicyVersion.objects.filter(state=VersionState.PUBLISHED)
    found = versions.filter(code=code, **({} if number is None else {"number": number})).order_by("-number").first()
    if found is None:
        known = "、".join(versions.order_by("code").values_list("code", flat=True).distinct())
        words = f"“{code}”" + (f"第 {number} 版" if number else "")
        raise BillRefused([Fault("unknown_policy", f"没有已发布的政策{words}，可用的有：{known or '（还没有）'}。", "policy")])
    return found


def bill_entry(*, by: Staff, hospital, body: dict) -> BillEntry:
    """A bill's body as the window's entry; the patient is found by the whole ID number, which the trail tells. Raises BillRefused."""
    disease = disease_named(body["disease"])
    person = find_patient(by=by, id_number=body["id_number"])
    return BillEntry(
        person=person, disease=disease, hospital=hospital, bill_no=body["bill_no"], admitted_on=body["admitted_on"],
        discharged_on=body["discharged_on"], total=body["total_yuan"], in_policy=body["in_policy_yuan"], limit=body.get("limit_yuan"),
        limit_as_listed=body.get("limit_yuan") is None,
        drugs_in=body.get("drugs_in_yuan"), drugs_out=body.get("drugs_out_yuan"),
        given={name: body[name] for name in GIVEN if name in body}, referral_number=body.get("referral_number", ""),
    )  # fmt: skip
