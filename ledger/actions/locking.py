"""Whose record is being changed: found within the actor's scope and held until the transaction ends, the person before anything of theirs."""

from collections.abc import Iterable

from django.db import connection, models

from ledger.actions.refusals import Refused
from ledger.models import Case, Person, Role, Staff

MERGED = "这份资料刚刚并入同一人的另一份资料。请打开保留的资料，再办一次。"


def hold_person(person: Person, by: Staff) -> Person:
    """The person as they stand now. Raises Person.DoesNotExist for one whom the actor may not see, Refused for a record merged away.

    Nobody else changes this person's facts meanwhile, so what is looked up first still holds when it is written.
    """
    scoped = Person.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    held = scoped.select_related("county__parent", "township", "village").filter(pk=person.pk).first()
    if held is None and Person.objects.everywhere("whether it left by a merge").filter(pk=person.pk, merged_into__isnull=False).exists():
        raise Refused(MERGED)
    if held is None:
        raise Person.DoesNotExist
    return held


def hold_case(case: Case, by: Staff) -> Case:
    """The case as it stands now, held with its person. Raises Case.DoesNotExist for one that the actor may not see.

    Raises Refused where a merge, or its undoing, gave the case to another record a moment ago, and for the hospital at the other
    end of a referral, which reads the case and enters nothing in it.
    """
    hold_person_of(case.person_id)
    scoped = Case.objects.visible_to(by).select_for_update(of=("self",))
    held = scoped.select_related("person", "disease", "county__parent").filter(pk=case.pk).first()
    if held is None and Case.objects.everywhere("whether it left by a merge").filter(pk=case.pk, folded_into__isnull=False).exists():
        raise Refused(MERGED)
    if held is None:
        raise Case.DoesNotExist
    if held.person_id != case.person_id:  # Whoever is held is not whose case it is any more.
        raise Refused(MERGED)
    if by.role == Role.LIAISON and held.hospital_code != by.hospital_code:
        raise Refused(f"{held.person.name}的{held.disease}现在由{held.hospital_name}救治，本院可以查看，不能办理。")
    return held


def hold_person_of(person_id: int) -> None:
    """Always the person first and the case after: two who took them in different order would wait for each other for ever.

    Raises Refused for a record that was merged into another.
    """
    everybody = Person.objects.everywhere("the case is scoped itself").select_for_update(of=("self",), no_key=True)
    (merged_into,) = everybody.values_list("merged_into").get(pk=person_id)
    if merged_into:
        raise Refused(MERGED)


def refuse_carried(row: models.Model, case: Case, found: Case) -> None:
    """A stay or visit, its case as held, and that case as it was found before: a merge between the two gave one of them away. Raises Refused."""
    if row.case_id != case.pk or case.person_id != found.person_id or case.folded_into_id:
        raise Refused(MERGED)


def hold_rules_of(diseases: Iterable[int]) -> None:
    """The age limits and report groups of these diseases (ids) stay as they are until the transaction ends: a new case is derived by them.

    Whoever changes a disease waits for the cases that are being opened, or they wait and are derived by what was changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_disease WHERE id = ANY(%s) ORDER BY id FOR SHARE", [sorted(set(diseases))])
