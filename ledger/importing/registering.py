"""Many people put on the ledger in one breath: the same rows that registering each of them writes, in a few statements.

A test registers the same people both ways and compares every row that came of it.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.assigning import hands_of
from ledger.actions.locking import hold_rules_of
from ledger.actions.people import CaseEntry
from ledger.identity import age_on
from ledger.importing.copying import copy_rows, take_keys
from ledger.importing.plans import Holding, Newcomer
from ledger.importing.telling import Told, tell_all
from ledger.models import Case, Category, CategoryFact, Division, Person, Residence, Staff
from ledger.models.person import VERIFIER
from ledger.standing import remake

HOME = ("person_id", "county_id", "township_id", "village_id", "address", "during")
HELD = ("person_id", "category", "during", "basis", "out_of_poverty_year", "verified_by_id", "verified_on")
CASE = (
    "id", "person_id", "disease_id", "county_id", "township_id", "found_on", "found_how", "found_by_name", "diagnosed_on",
    "diagnosis_hospital", "icd10", "age_confirmation_needed",
)  # fmt: skip


@transaction.atomic
def register_people(*, by: Staff, newcomers: Sequence[Newcomer], found_only: bool) -> list[int]:
    """Persons, homes, categories and cases of people whom an examination found to be new, each with its events and trail.

    Answers the persons' keys. Raises IntegrityError, writing nothing, when another desk took one of the numbers this moment.
    """
    pairs = list(zip(take_keys(Person, len(newcomers)), newcomers, strict=True))
    _copy_people(pairs, by)
    _copy_homes(pairs)
    copy_categories([(key, one.holding) for key, one in pairs], by)
    ill = [(key, one) for key, one in pairs if one.case]
    cases = dict(zip((key for key, _ in ill), take_keys(Case, len(ill)), strict=True))
    hold_rules_of({one.case.disease.pk for _, one in ill})
    _copy_cases([(cases[key], key, one) for key, one in ill], by, found_only)
    tell_all([told for key, one in pairs for told in _told(key, one, cases.get(key), by, found_only)], by=by)
    if ill:
        remake([key for key, _ in ill])
    return [key for key, _ in pairs]


def _copy_people(pairs: list[tuple[int, Newcomer]], by: Staff) -> None:
    columns = ("id", "county_id", "township_id", "village_id", *pairs[0][1].facts.plain_fields())
    rows = ((key, *_places(one.facts.village), *one.facts.plain_fields().values()) for key, one in pairs)
    copy_rows(Person, columns, rows, created_at=clock.now(), created_by_id=by.pk)


def _places(village: Division) -> tuple[int, int, int]:
    return (village.parent.parent_id, village.parent_id, village.pk)


def _copy_homes(pairs: list[tuple[int, Newcomer]]) -> None:
    today = clock.today()
    days = ((key, one, min([one.holding.since, today] + ([one.case.found_on] if one.case else []))) for key, one in pairs)
    copy_rows(
        Residence, HOME, ((key, *_places(one.facts.village), one.facts.address, DateRange(since, None)) for key, one, since in days)
    )  # fmt: skip


def _keeps(by: Staff, category: int) -> bool:
    return by.role == VERIFIER[Category(category)]


def copy_categories(held: list[tuple[int, Holding]], by: Staff) -> None:
    """Categories as a list gives them, each with its person's key; whoever keeps that list of people verifies it by recording it."""
    today = clock.today()
    copy_rows(
        CategoryFact, HELD, (
            (
                person, int(one.category), DateRange(one.since, None), one.basis, one.out_of_poverty_year,
                *((by.pk, today) if _keeps(by, one.category) else (None, None)),
            )
            for person, one in held
        ),
        recorded_by_id=by.pk, recorded_on=today,
    )  # fmt: skip


def category_told(person: int, county: Division, held: Holding, by: Staff) -> Told:
    verified = "，已核实" if _keeps(by, held.category) else ""
    return Told(person, county, "category_held", f"{Category(held.category).label}自 {held.since} 起，依据：{held.basis}{verified}")


def _copy_cases(ill: list[tuple[int, int, Newcomer]], by: Staff, found_only: bool) -> None:
    """Cases with their own and their person's key, found or registered today."""
    today, hands = clock.today(), hands_of(by)
    rows = []
    for key, person, one in ill:
        entry, town = one.case, one.facts.village.parent
        needed = not entry.disease.accepts_age(age_on(one.facts.born_on, today))
        rows.append((
            key, person, entry.disease.pk, town.parent_id, town.pk, entry.found_on, entry.found_how, entry.found_by_name,
            entry.diagnosed_on, entry.diagnosis_hospital, entry.icd10, needed,
        ))  # fmt: skip
    done = {"state": "registered", "registered_on": today, "registered_by_id": by.pk, "assigned_to_id": hands and hands.pk}
    copy_rows(Case, CASE, rows, changed_at=clock.now(), **({"state": "found"} if found_only else done))


def _case_told(case: int, person: int, county: Division, entry: CaseEntry, found_only: bool) -> list[Told]:
    found = f"发现{entry.disease}，途径：{entry.found_how}"
    told = [Told(person, county, "case_found", found, case, on=entry.found_on, to_state="found")]
    if not found_only:
        told.append(Told(person, county, "case_registered", f"{entry.disease}登记建档", case, from_state="found", to_state="registered"))
    return told


def _told(key: int, one: Newcomer, case: int | None, by: Staff, found_only: bool) -> list[Told]:
    """What the timeline tells, in the order of registration."""
    county = one.facts.village.parent.parent
    told = [Told(key, county, "person_registered", "登记入户资料"), category_told(key, county, one.holding, by)]
    return told + (_case_told(case, key, county, one.case, found_only) if case else [])
