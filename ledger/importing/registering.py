"""Many people put on the ledger in one breath: the same rows that registering each of them writes, in a few statements.

A test registers the same people both ways and compares every row that came of it.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.trail import request_address
from ledger.identity import age_on
from ledger.importing.plans import Newcomer
from ledger.models import AuditEvent, Case, CaseEvent, Category, CategoryFact, Person, Residence, Staff
from ledger.models.person import VERIFIER
from ledger.standing import remake


@transaction.atomic
def register_people(*, by: Staff, newcomers: Sequence[Newcomer], found_only: bool) -> list[Person]:
    """Persons, homes, categories and cases of people whom an examination found to be new, each with its events and trail.

    Raises IntegrityError, writing nothing, when another desk took one of the numbers this moment.
    """
    now, today = clock.now(), clock.today()
    people = Person.objects.bulk_create([_person(one, by, now) for one in newcomers])
    pairs = list(zip(newcomers, people, strict=True))
    Residence.objects.bulk_create([_residence(one, person, today) for one, person in pairs])
    CategoryFact.objects.bulk_create([_category(one, person, by, today) for one, person in pairs])
    cases = Case.objects.bulk_create([_case(one, person, by, found_only) for one, person in pairs if one.case])
    case_of = {case.person_id: case for case in cases}
    unit = by.unit_on(today)
    events = [event for one, person in pairs for event in _events(one, person, case_of.get(person.pk), by, unit)]
    CaseEvent.objects.bulk_create(events)
    AuditEvent.objects.bulk_create([_trail(event, by) for event in events])
    remake([person.pk for person in people])
    return people


def _person(one: Newcomer, by: Staff, now) -> Person:
    village = one.facts.village
    township = village.parent
    return Person(
        **one.facts.plain_fields(), county=township.parent, township=township, village=village, created_at=now, created_by=by
    )  # fmt: skip


def _residence(one: Newcomer, person: Person, today) -> Residence:
    since = min([one.holding.since, today] + ([one.case.found_on] if one.case else []))
    return Residence(
        person=person, county=person.county, township=person.township, village=person.village, address=person.address,
        during=DateRange(since, None),
    )  # fmt: skip


def _keeps(by: Staff, category: int) -> bool:
    return by.role == VERIFIER[Category(category)]


def _category(one: Newcomer, person: Person, by: Staff, today) -> CategoryFact:
    held, own = one.holding, _keeps(by, one.holding.category)
    return CategoryFact(
        person=person, category=held.category, during=DateRange(held.since, None), basis=held.basis, recorded_by=by,
        out_of_poverty_year=held.out_of_poverty_year, verified_by=by if own else None, verified_on=today if own else None,
    )  # fmt: skip


def _case(one: Newcomer, person: Person, by: Staff, found_only: bool) -> Case:
    entry, today = one.case, clock.today()
    return Case(
        person=person, disease=entry.disease, county=person.county, township=person.township,
        state="found" if found_only else "registered", found_on=entry.found_on, found_how=entry.found_how,
        found_by_name=entry.found_by_name, diagnosed_on=entry.diagnosed_on, diagnosis_hospital=entry.diagnosis_hospital,
        icd10=entry.icd10, registered_on=None if found_only else today, registered_by=None if found_only else by,
        age_confirmation_needed=not entry.disease.accepts_age(age_on(person.born_on, today)), changed_at=clock.now(),
    )  # fmt: skip


def _events(one: Newcomer, person: Person, case: Case | None, by: Staff, unit: str) -> list[CaseEvent]:
    """What the timeline tells, in the order of registration."""
    today, held = clock.today(), one.holding

    def event(move: str, text: str, **told) -> CaseEvent:
        return CaseEvent(
            person=person, at=clock.now(), move=move, text=text, by=by, by_name=by.full_name, unit=unit, county=person.county,
            **{"on": today, **told},
        )  # fmt: skip

    verified = "，已核实" if _keeps(by, held.category) else ""
    events = [
        event("person_registered", "登记入户资料"),
        event("category_held", f"{Category(held.category).label}自 {held.since} 起，依据：{held.basis}{verified}"),
    ]
    if case:
        found = f"发现{case.disease}，途径：{case.found_how}"
        events.append(event("case_found", found, case=case, on=case.found_on, to_state="found"))
        if case.state != "found":
            events.append(event("case_registered", f"{case.disease}登记建档", case=case, from_state="found", to_state=case.state))
    return events


def _trail(event: CaseEvent, by: Staff) -> AuditEvent:
    return AuditEvent(
        at=clock.now(), staff=by, username=by.username, role=by.role, action=event.move,
        subject_type="case" if event.case_id else "person", subject_id=event.case_id or event.person_id,
        county_code=event.county.code, detail={"event": event.pk}, address=request_address.get(),
    )  # fmt: skip
