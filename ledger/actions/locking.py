"""Whose record is being changed: found within the actor's scope and held until the transaction ends, the person before anything of theirs."""

from ledger.models import Case, Person, Staff


def hold_person(person: Person, by: Staff) -> Person:
    """The person as they stand now. Raises Person.DoesNotExist for one whom the actor may not see.

    Nobody else changes this person's facts meanwhile, so what is looked up first still holds when it is written.
    """
    scoped = Person.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    return scoped.select_related("county__parent", "township", "village").get(pk=person.pk)


def hold_case(case: Case, by: Staff) -> Case:
    """The case as it stands now, held with its person. Raises Case.DoesNotExist for one that the actor may not see."""
    hold_person_of(case.person_id)
    scoped = Case.objects.visible_to(by).select_for_update(of=("self",))
    return scoped.select_related("person", "disease", "county__parent").get(pk=case.pk)


def hold_person_of(person_id: int) -> None:
    """Always the person first and the case after: two who took them in different order would wait for each other for ever."""
    everybody = Person.objects.everywhere("the case is scoped itself").select_for_update(of=("self",), no_key=True)
    everybody.values_list("pk").get(pk=person_id)
