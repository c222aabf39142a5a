"""发现一例，建档一例: a hospital reports a disease that it met at the window and that is not on the patient's ledger."""

from django.db import transaction

from hospitals.models import Hospital
from ledger.actions.cases import open_case_of_held
from ledger.actions.locking import hold_person_of
from ledger.actions.people import CaseEntry
from ledger.actions.refusals import Refused
from ledger.models import Case, Person, Role, Staff
from settlement.patients import serves

FOUND_HOW = "医院就诊"


@transaction.atomic
def report_found_case(*, by: Staff, person: Person, hospital: Hospital, entry: CaseEntry) -> Case:
    """The case stands as found; the county registers and verifies it, and agrees which hospital treats.

    The hospital need not see the person's ledger for it: serving them is enough, and nothing of the ledger is told. Raises
    Refused: somebody the hospital does not serve, a disease that is there already, and whatever opening a case refuses.
    """
    hold_person_of(person.pk)
    held = Person.objects.everywhere("served by the hospital, as is looked at next").select_related("county__parent", "township", "village")
    person = held.get(pk=person.pk)
    if by.role != Role.LIAISON or hospital.code != by.hospital_code or not serves(by, person):
        raise Refused("本院不是这位患者的定点医院，不能代报病例。请患者所在县登记。")
    if Case.objects.everywhere("whether the disease is there already").filter(person=person, disease=entry.disease).exists():
        raise Refused(f"{person.name}的台账上已有{entry.disease}，不用再报。请患者所在县卫健部门核对由哪家医院救治。", "disease")
    return open_case_of_held(by=by, person=person, entry=entry, found_only=True)
