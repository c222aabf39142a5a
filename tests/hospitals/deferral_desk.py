"""How the tests of 先诊疗后付费 come to a patient in hospital, and to one who has left it owing something."""

import datetime

from hospitals import actions, deferring, repaying
from hospitals.models import Hospital, Repayment, Stay
from ledger.actions import cases
from ledger.actions.categories import record_enrolment
from ledger.models import Person
from tests.cast import on_day

D = datetime.date
TODAY, IN, OUT = D(2017, 10, 20), D(2017, 9, 4), D(2017, 9, 12)


def enrol(cast, person: Person, year: int = 2017, enrolled: bool = True) -> None:
    record_enrolment(by=cast.insurance if person.county_id == cast.county.pk else cast.clerk2, person=person, year=year, enrolled=enrolled)


def in_hospital(
    cast, name: str = "韦桂兰", *, on: D = IN, left: D | None = None, hospital: Hospital | None = None, enrolled: bool | None = True, **told
) -> Stay:
    """Somebody admitted that day, to the county hospital unless told, discharged on ``left``."""
    person = cast.register(name, on=on - datetime.timedelta(days=10), **told)
    lead = cast.lead if person.county_id == cast.county.pk else cast.lead2
    if enrolled is not None:
        enrol(cast, person, on.year, enrolled)
    with on_day(on):
        case = cases.verify_case(by=lead, case=cast.case_of(person))
        stay = actions.admit(by=lead, case=case, hospital=hospital or cast.hospital, on=on)
    if left:
        with on_day(left):
            stay = actions.discharge(by=lead, stay=stay, on=left)
    return Stay.objects.everywhere("test").select_related("case__person", "hospital").get(pk=stay.pk)


def sign(cast, stay: Stay, *, by=None, **told) -> None:
    """The agreement, signed on the day of admission by the patient, originals returned."""
    given = {
        "documents": ["insurance_card", "id_card", "poverty_proof"], "copies_kept": True, "originals_returned": True,
        "signed_on": stay.admitted_on, "signed_by": stay.case.person.name,
    } | told  # fmt: skip
    deferring.record_deferral(by=by or cast.liaison, stay=stay, **given)


def owing(cast, name: str = "韦桂兰", *, self_pay: int = 1_600_00, paid: int = 100_00, left: D = OUT, **told) -> Repayment:
    """Somebody who left the county hospital that day under 先诊疗后付费 and owes the difference."""
    stay = in_hospital(cast, name, on=left - datetime.timedelta(days=8), left=left, **told)
    sign(cast, stay)
    return repaying.record_owed(by=cast.liaison, stay=stay, self_pay=self_pay, paid=paid)
