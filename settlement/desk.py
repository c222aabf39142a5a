"""What lies on the desk at the window: the patient, this hospital, the patient's cases and unsettled stays here."""

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from hospitals.models import Hospital, Stay
from ledger import clock
from ledger.models import Case, Disease, Person, Programme, Staff
from settlement.drafts import Draft, person_of
from settlement.engine.chain import NOTHING, Chain
from settlement.engine.errors import CannotSettle
from settlement.engine.money import MILLION
from settlement.entitlement import Entitlement
from settlement.models import PolicyVersion, Settlement, VersionState
from settlement.money import to_fen
from settlement.reasons import why_not
from settlement.rules import chain_of

RECENT = 50  # Bills from which a usual cost is taken.
ROUND = 100_00


def own_hospital(staff: Staff) -> Hospital:
    """The liaison's hospital; a page that needs one is not there for somebody without."""
    return get_object_or_404(Hospital, code=staff.hospital_code or "-")


def unsettled_stays(staff: Staff) -> QuerySet[Stay]:
    """The stays here for which no settlement stands, the latest first."""
    standing = Settlement.objects.everywhere("the stay is scoped itself").standing().filter(stay=OuterRef("pk"))
    return (
        Stay.objects.visible_to(staff)
        .filter(~Exists(standing))
        .select_related("case__disease", "case__person")
        .order_by("-admitted_on", "-pk")
    )


def waiting_stays(staff: Staff) -> QuerySet[Stay]:
    """Those that have ended since there is a policy to settle them by, the first to end first."""
    first = PolicyVersion.objects.filter(state=VersionState.PUBLISHED, area__division__isnull=False).order_by("during").first()
    ended = unsettled_stays(staff).order_by("discharged_on", "pk")
    return ended.filter(discharged_on__gte=first.during.lower) if first else ended.none()


def waiting_before(staff: Staff, person: Person, discharged_on: datetime.date, stay: Stay | None) -> list[Stay]:
    """The person's stays here of the same year that ended before this one and are to be settled first: the year cumulates in that order."""
    earlier = waiting_stays(staff).filter(case__person=person, discharged_on__year=discharged_on.year, discharged_on__lt=discharged_on)
    return list(earlier.exclude(pk=stay.pk if stay else None))


@dataclass
class Desk:
    """One patient at one hospital's window."""

    staff: Staff
    hospital: Hospital
    person: Person
    cases: list[Case]
    stays: list[Stay]

    @classmethod
    def of(cls, staff: Staff, draft: Draft) -> "Desk":
        person = person_of(draft)
        cases = Case.objects.worked_on_by(staff).filter(person=person).select_related("disease").order_by("disease__position")
        return cls(staff, own_hospital(staff), person, list(cases), list(unsettled_stays(staff).filter(case__person=person)))

    def disease_choices(self) -> list:
        """The diseases treated here first; any other is taken, and answered with the offer to register it."""
        own = [case.disease for case in self.cases]
        others = [disease for disease in Disease.objects.all() if disease not in own]
        groups = [("本院救治的病例", own), ("其他病种（先建档，再结算）", others)]
        return [("", "请选择"), *((title, [(row.code, str(row)) for row in rows]) for title, rows in groups if rows)]

    def disease_of(self, code: str) -> Disease:
        """The disease that was asked about, whatever was typed or sent; the likely one where that is none."""
        known = Disease.objects.select_related("group").filter(code=code.replace("\0", "")).first()
        return known or self.likely_disease()

    def likely_disease(self) -> Disease:
        """What a question without a disease is about: the case here, else the first disease of this year's list."""
        if self.cases:
            return self.cases[0].disease
        covered = Programme.of(self.person.county).covered_on(clock.today())
        return covered[0] if covered else Disease.objects.first()


@dataclass(frozen=True)
class Remaining:
    """What is left of one layer this year; ``left`` None where there is no cap. Amounts in fen."""

    title: str
    applies: bool
    why: str
    cap: int | None
    paid: int
    left: int | None
    note: str


def remaining(found: Entitlement) -> list[Remaining]:
    """Layer by layer what is left under each cap; nothing where a rule is missing, which the faults say."""
    if found.version is None:
        return []
    chain: Chain = chain_of(found.version)
    try:
        rows = chain.terms(found.facts)
    except CannotSettle:
        return []
    told = []
    for terms in rows:
        before = found.year_so_far.get(terms.layer.name, NOTHING)
        cap = terms.cap.value if terms.cap else None
        why = "" if terms.applies else why_not(chain.policy, terms.layer, found.facts)
        note = ""
        if terms.applies and terms.spans:
            still = max(terms.deductible - before.base * MILLION, 0)
            note = f"全年起付线还差 {_yuan(still // MILLION)} 元" if still else "今年已过起付线"
        elif terms.applies and terms.deductible:
            note = f"每次住院起付线 {_yuan(terms.deductible // MILLION)} 元"
        left = None if cap is None else max(cap - before.paid, 0)
        told.append(Remaining(terms.layer.title, terms.applies, why, cap, before.paid, left, note))
    return told


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}".removesuffix(".00")


def usual_cost(staff: Staff, disease: Disease) -> tuple[int, int, int] | None:
    """(total, in-policy, how many bills): what stays for the disease have cost here lately, rounded to whole hundreds of yuan."""
    rows = Settlement.objects.visible_to(staff).standing().filter(disease=disease).order_by("-settled_at", "-pk")
    amounts = list(rows.values_list("total_yuan", "in_policy_yuan")[:RECENT])
    if not amounts:
        return None
    total, in_policy = (sum(to_fen(amount) for amount in column) // len(amounts) for column in zip(*amounts, strict=True))
    return total // ROUND * ROUND or total, min(in_policy // ROUND * ROUND or in_policy, total // ROUND * ROUND or total), len(amounts)
