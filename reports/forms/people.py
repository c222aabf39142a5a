"""The particulars a form prints of people, as of its cut-off: the home from the dated residences, the rest as it stands."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.identity import age_on
from ledger.models import CategoryFact, Person, Residence
from ledger.standing import CIVIL


@dataclass(frozen=True)
class Particulars:
    """One person as printed; numbers in full, because a return is a sealed document."""

    person: int
    name: str
    sex: str
    age: int
    native_place: str
    address: str
    id_number: str
    insurance_number: str


def particulars(person_ids: Iterable[int], on: datetime.date) -> dict[int, Particulars]:
    """Name, sex, age on the day, home on the day and numbers of these people, by their ids."""
    ids = set(person_ids)
    homes = Residence.objects.filter(person__in=ids, during__contains=on).select_related("township", "village")
    addresses = {home.person_id: f"{home.township.name}{home.village.name}{home.address}" for home in homes}
    people = Person.objects.everywhere("a county's return prints its people").filter(pk__in=ids)
    return {
        person.pk: Particulars(
            person=person.pk,
            name=person.name,
            sex=person.get_sex_display(),
            age=age_on(person.born_on, on),
            native_place=person.native_place,
            address=addresses.get(person.pk, ""),
            id_number=person.id_number.reveal(),
            insurance_number=person.insurance_number,
        )
        for person in people
    }


def civil_categories(person_ids: Iterable[int], on: datetime.date) -> dict[int, str]:
    """What civil affairs had verified of these people on a day: 特困供养, 低保, or both with 、 between."""
    facts = CategoryFact.objects.filter(person__in=set(person_ids), category__in=CIVIL, during__contains=on, verified_on__lte=on)
    held: dict[int, list[str]] = {}
    for fact in facts.order_by("person", "-category"):
        held.setdefault(fact.person_id, []).append(fact.get_category_display())
    return {person: "、".join(labels) for person, labels in held.items()}
