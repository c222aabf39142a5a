"""The rows that a supplement prints of people and deposits it carries: as the form's own list would print them, for many past days at once."""

import datetime
from collections.abc import Iterable

from hospitals.models import Deposit
from ledger.identity import age_on
from ledger.models import Case, CategoryFact, Person
from ledger.money import to_fen
from ledger.standing import CIVIL, Span
from reports.past_days import Day

Wanted = tuple[Day, str, int]  # On that day, in this disease, this person.


def deposit_row(deposit: Deposit) -> dict:
    """A row of F6."""
    return {
        "deposit": deposit.pk,
        "person": deposit.stay.case.person_id,
        "name": deposit.stay.case.person.name,
        "reason": deposit.reason,
        "hospital": deposit.stay.hospital.name,
        "amount_fen": to_fen(deposit.amount_yuan),
        "remedy": deposit.remedy,
    }


def civil_rows(wanted: Iterable[Wanted]) -> dict[tuple[datetime.date, str, int], dict]:
    """Rows of F2 without their number, by day, disease and person. Three queries, however many days; none for nobody."""
    wanted = list(wanted)
    if not wanted:
        return {}
    ids = {person for _, _, person in wanted}
    people = Person.objects.everywhere("a county's return prints its people").in_bulk(ids)
    facts = list(CategoryFact.objects.filter(person__in=ids, category__in=CIVIL).order_by("-category"))
    cases = {(day.on, disease, person): _case(day, disease, person) for day, disease, person in wanted}
    registered = dict(
        Case.objects.everywhere("a county's return prints its people").filter(pk__in=cases.values()).values_list("pk", "registered_on")
    )
    return {
        (day.on, disease, person): _civil_row(
            people[person],
            day.on,
            disease,
            registered[cases[day.on, disease, person]],
            [fact for fact in facts if fact.person_id == person],
        )
        for day, disease, person in wanted
    }


def _case(day: Day, disease: str, person: int) -> int:
    names = {found.pk: found.name for found in day.diseases}
    return next(line.case for line in day.civil_lines() if line.person == person and names[line.disease] == disease)


def _civil_row(person: Person, on: datetime.date, disease: str, registered_on: datetime.date, facts: list[CategoryFact]) -> dict:
    held = [fact for fact in facts if Span.of(fact.during).covers(on) and fact.verified_on and fact.verified_on <= on]
    return {
        "person": person.pk,
        "disease": disease,
        "name": person.name,
        "sex": person.get_sex_display(),
        "age": age_on(person.born_on, on),
        "native_place": person.native_place,
        "id_number": person.id_number.reveal() or person.insurance_number,
        "registered_on": registered_on.isoformat(),
        "remark": "、".join(fact.get_category_display() for fact in held),
    }
