"""The facts above a chain: whom, what, where, how much and under which policy, for a bill before and after it is settled."""

from dataclasses import dataclass

from django.urls import reverse

from ledger.models import Person, Staff
from settlement.engine.bill import Bill
from settlement.engine.policy import Policy
from settlement.entitlement import Entitlement
from settlement.models import PolicyVersion, Settlement
from settlement.policy_scope import versions_for
from settlement.preparing import Prepared, bill_from

NO_CATEGORY = "非农村贫困人口"


@dataclass(frozen=True)
class Strip:
    """One line of facts each, as the page shows them; amounts in fen."""

    person: Person
    opens: bool
    categories: str
    disease: str
    place: str
    stay: str
    total: int
    in_policy: int
    version: PolicyVersion | None
    sample: bool
    policy_url: str


def policy_address(version: PolicyVersion | None, staff: Staff) -> str:
    """The page of a policy; nothing where the reader's own prefecture does not keep it."""
    known = version is not None and versions_for(staff).filter(pk=version.pk).exists()
    return reverse("policies:version", args=[version.pk]) if known else ""


def may_open(person: Person, staff: Staff) -> bool:
    """Whether the person's own page is there for the reader."""
    return Person.objects.visible_to(staff).filter(pk=person.pk).exists()


def strip_of(prepared: Prepared, staff: Staff) -> Strip:
    entry, found = prepared.entry, prepared.entitlement
    place = [
        found.level_words or "医院级别未登记",
        "统筹区内" if found.in_pooling_area else "统筹区外",
        "定点" if found.designated else "非定点",
    ]
    if found.referred.holds:
        place.append("已转诊")
    return Strip(
        person=entry.person, opens=may_open(entry.person, staff), categories=_held(found),
        disease=f"{entry.disease}（{'专项' if found.covered else '非专项'}）", place="，".join(place),
        stay=f"{entry.admitted_on} 至 {entry.discharged_on}", total=entry.total, in_policy=entry.in_policy, version=found.version,
        sample=prepared.sample, policy_url=policy_address(found.version, staff),
    )  # fmt: skip


def _held(found: Entitlement) -> str:
    """The verified categories; nobody is called not poor while a category waits to be verified."""
    waiting = any(fault.code == "category_unverified" for fault in found.faults)
    return "、".join(map(str, found.categories)) or ("还没有核实" if waiting else NO_CATEGORY)


def strip_of_record(settlement: Settlement, policy: Policy, staff: Staff) -> Strip:
    """The same from what was kept with the settlement."""
    bill = bill_from(settlement.inputs)
    return Strip(
        person=settlement.person, opens=may_open(settlement.person, staff), categories=categories_of(policy, bill),
        disease=str(settlement.disease), place=place_of(policy, bill), stay=f"{settlement.admitted_on} 至 {settlement.discharged_on}",
        total=bill.total, in_policy=bill.in_policy, version=settlement.version, sample=settlement.sample,
        policy_url=policy_address(settlement.version, staff),
    )  # fmt: skip


def categories_of(policy: Policy, bill: Bill) -> str:
    held = [words for code, words in policy.categories.items() if code in bill.facts.categories]
    return "、".join(held) or NO_CATEGORY


def place_of(policy: Policy, bill: Bill) -> str:
    flags, level = bill.facts.flags, bill.facts.hospital_level
    place = [policy.level_names.get(level, level)] if level else []
    place += ["统筹区内" if "in_pooling_area" in flags else "统筹区外", "定点" if "designated" in flags else "非定点"]
    return "，".join([*place, *(["已转诊"] if "referred" in flags else [])])
