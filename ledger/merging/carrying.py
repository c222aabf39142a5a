"""Carrying out a plan: dated facts, cases and papers of the other record go over to the kept one; both are held by the caller."""

from django.db.models import Max

from ledger import clock
from ledger.merging.choices import taken_columns
from ledger.merging.links import voices
from ledger.merging.plan import (
    Carry,
    Fold,
    Plan,
    cards_to_carry,
    categories_to_carry,
    enrolments_to_carry,
    homes_to_carry,
    proofs_of,
)
from ledger.models import Case, Person

OF_THE_NUMBER = ("id_number", "id_number_hash", "id_absent_reason")
# Columns of a case that the folded one fills where the surviving one says nothing; what stands together goes together.
FILLED = (
    ("diagnosed_on",), ("diagnosis_hospital",), ("icd10",), ("hospital_code", "hospital_name"), ("assigned_to_id",),
)  # fmt: skip


def carry_out(plan: Plan) -> None:
    """Everything of the plan, in an order in which no two rows ever claim the same number, day or disease."""
    kept, gone = plan.kept, plan.gone
    _particulars(plan)
    _homes(plan)
    _categories(kept, gone)
    for carry in cards_to_carry(kept, gone):
        _take(carry, kept)
    for row in enrolments_to_carry(kept, gone):
        row.person = kept
        row.save(update_fields=["person"])
    for case in plan.moved:
        _hand_over(case, kept)
    for fold in plan.folds:
        _fold(fold, kept, gone)
    for voice in voices():
        voice.carry(plan)
    _papers(plan)
    gone.merged_into = kept
    gone.version += 1
    gone.save(update_fields=["merged_into", "version"])


def _particulars(plan: Plan) -> None:
    """The kept record takes what was chosen. Where it takes the other's ID number, the other is left with its own: both lead to it."""
    kept, gone, columns = plan.kept, plan.gone, taken_columns(plan.particulars, plan.gone)
    left = {name: getattr(kept, name) for name in OF_THE_NUMBER}
    swapped = "id_number_hash" in columns
    if swapped:  # For a moment nobody bears the number: no two rows may at once.
        gone.id_number_hash, gone.id_absent_reason = None, "合并中"
        gone.save(update_fields=["id_number_hash", "id_absent_reason"])
    for name, value in columns.items():
        setattr(kept, name, value)
    if "address" in columns:
        kept.residences.filter(during__endswith=None).update(address=kept.address)
    kept.version += 1
    kept.save()
    if swapped:
        for name, value in left.items():
            setattr(gone, name, value)
        gone.save(update_fields=OF_THE_NUMBER)
    gone.former_numbers.update(person=kept)


def _take(carry: Carry, kept: Person) -> list:
    """The row itself where all its days are lacking, else a row of its own for each part; the original stays where it was."""
    row, end = carry.row, carry.row.during.upper
    if carry.whole:
        row.person = kept
        row.save(update_fields=["person"])
        return [row]
    made = []
    for part in carry.parts:
        columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
        columns |= {"person_id": kept.pk, "during": part}
        if "ended_reason" in columns and part.upper != end:
            columns["ended_reason"] = ""
        made.append(type(row).objects.create(**columns))
    return made


def _homes(plan: Plan) -> None:
    """Where the kept record's last home turns out to be the other's, the person lives there today."""
    kept = plan.kept
    taken = [home for carry in homes_to_carry(kept, plan.gone) for home in _take(carry, kept)]
    last = max(kept.residences.select_related("county", "township", "village"), key=lambda home: home.during.lower)
    if last.pk in {home.pk for home in taken}:
        kept.county, kept.township, kept.village, kept.address = last.county, last.township, last.village, last.address
        kept.save(update_fields=["county", "township", "village", "address"])
        kept.cases.update(county=last.county, township=last.township)


def _categories(kept: Person, gone: Person) -> None:
    for carry in categories_to_carry(kept, gone):
        if carry.confirms:
            ours, theirs = carry.confirms, carry.row
            ours.verified_on, ours.verified_by = theirs.verified_on, theirs.verified_by
            ours.out_of_poverty_year = ours.out_of_poverty_year or theirs.out_of_poverty_year
            ours.save(update_fields=["verified_on", "verified_by", "out_of_poverty_year"])
        _take(carry, kept)


def _hand_over(case: Case, kept: Person) -> None:
    case.person, case.county, case.township = kept, kept.county, kept.township
    case.version += 1
    case.changed_at = clock.now()
    case.save()


def _fold(fold: Fold, kept: Person, gone: Person) -> None:
    """Two cases of one disease become one: it was found and registered on the earlier day, and treated on the first."""
    case, other = fold.survivor, fold.folded
    if other.outcome != "mistaken":
        _earliest(case, other)
    for names in FILLED:
        if not any(getattr(case, name) for name in names):
            for name in names:
                setattr(case, name, getattr(other, name))
    if case.age_confirmation_needed and not case.age_confirmed_by_id:
        case.age_confirmed_by_id = other.age_confirmed_by_id
    other.folded_into = case
    other.version += 1
    other.save(update_fields=["folded_into", "version"])
    _hand_over(case, kept)
    if other.person_id != gone.pk:
        other.person = gone
        other.save(update_fields=["person"])


def _earliest(case: Case, other: Case) -> None:
    if other.found_on < case.found_on:
        case.found_on, case.found_how, case.found_by_name = other.found_on, other.found_how, other.found_by_name
    if case.registered_on and other.registered_on and other.registered_on < case.registered_on:
        case.registered_on, case.registered_by_id = other.registered_on, other.registered_by_id
    treated = [day for day in (case.completed_on, other.completed_on) if day]
    case.completed_on = min(treated) if treated else None


def _papers(plan: Plan) -> None:
    """Papers go over with new numbers after the kept record's own; one about a folded case is about the one that goes on."""
    kept, goes_on = plan.kept, plan.goes_on
    last = proofs_of(kept).aggregate(last=Max("number"))["last"] or 0
    for place, proof in enumerate(proofs_of(plan.gone), start=last + 1):
        proof.person, proof.number = kept, place
        proof.save(update_fields=["person", "number"])
    for proof in proofs_of(kept).filter(case__in=goes_on):
        proof.case = goes_on[proof.case_id]
        proof.save(update_fields=["case"])
