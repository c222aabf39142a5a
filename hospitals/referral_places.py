"""Where a patient may be sent: which hospitals are higher or lower, which of them lie outside the patient's pooling area."""

import datetime
from dataclasses import dataclass

from hospitals.models import Designation, Hospital
from hospitals.models.hospital import Tier
from ledger.models import Case

NEAREST = {Tier.COUNTY: 0, Tier.CITY: 1, Tier.REGION: 2}


def rank(hospital: Hospital) -> int | None:
    """How high a hospital stands, by the highest level at which it was ever designated; None where it never was."""
    tiers = set(Designation.objects.filter(hospital=hospital).values_list("tier", flat=True))
    return max((NEAREST[tier] for tier in tiers), default=None)


def leaves_area(case: Case, hospital: Hospital, on: datetime.date) -> bool:
    """Whether the hospital lies outside the pooling area in which the patient is insured that year, the prefecture's where nothing else is said."""
    enrolment = case.person.enrolments.filter(year=on.year).first()
    prefecture = case.county.prefecture.name
    return (hospital.pooling_area or prefecture) != ((enrolment.pooling_area if enrolment else "") or prefecture)


@dataclass(frozen=True)
class Place:
    """A hospital as the form offers it."""

    hospital: Hospital
    words: str
    designated: bool


def places(case: Case, here: str, on: datetime.date) -> list[Place]:
    """Every hospital in use but the own one (by its code): those designated for the case first, the nearest level first, with what each is."""
    designated = {hospital.pk: hospital for hospital in Hospital.objects.designated_for(disease=case.disease, county=case.county, on=on)}
    others = Hospital.objects.filter(is_active=True).exclude(pk__in=designated).order_by("code")
    found = [Place(hospital, _words(hospital, hospital.tier), True) for hospital in designated.values() if hospital.is_active]
    found += [Place(hospital, _words(hospital, ""), False) for hospital in others]
    return [place for place in found if place.hospital.code != here]


def _words(hospital: Hospital, tier: str) -> str:
    said = [Tier(tier).label if tier else "", f"在{hospital.pooling_area}，统筹区外" if hospital.pooling_area else ""]
    said = "，".join(part for part in said if part)
    return f"{hospital.name}（{said}）" if said else hospital.name
