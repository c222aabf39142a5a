"""Finding the patient at the window by the whole ID number: what a hospital may ask, of whom, and how often."""

from django.db.models import Q

from hospitals.directory import designations_on
from ledger import clock
from ledger.actions.trail import record
from ledger.identity import IdNumberError, read_id_number
from ledger.models import AuditEvent, Case, Person, Staff
from ledger.protection import keyed_hash
from settlement.faults import BillRefused, Fault

UNKNOWN_PER_DAY = 30
UNKNOWN = "本院服务的县（区）台账上没有这个身份证号。请核对；新发现的患者，请先由患者所在县登记：发现一例，建档一例。"


def find_patient(*, by: Staff, id_number: str) -> Person:
    """The person with this number, if they are the hospital's patient or live where the hospital is designated.

    Every answer leaves a trail row. Raises BillRefused: a number that is wrong, unknown or of somebody the hospital does
    not serve (one sentence for both, counted per person and day, or the refusal itself would tell).
    """
    try:
        number = read_id_number(id_number, clock.today())
    except IdNumberError as error:
        raise BillRefused([Fault("id_number_wrong", str(error), "id_number")]) from None
    hashed = keyed_hash(number.number)
    everybody = Person.objects.everywhere("a whole, valid number; the scope is checked below").select_related(
        "county__parent", "village", "township"
    )
    person = everybody.filter(pk=everybody.bearers_of([hashed]).get(hashed)).first()
    if person is not None and serves(by, person):
        record("benefit_queried", by=by, subject=person, county=person.county)
        return person
    asked = set(
        AuditEvent.objects.filter(staff=by, action="benefit_unknown", at__date=clock.today()).values_list("detail__hash", flat=True)
    )
    if len(asked) >= UNKNOWN_PER_DAY and hashed[:16] not in asked:
        raise BillRefused([Fault("asked_too_often", "今天查询不到的身份证号已达上限，请明天再试。", "id_number")])
    record("benefit_unknown", by=by, detail={"hash": hashed[:16]})
    raise BillRefused([Fault("unknown_person", UNKNOWN, "id_number")])


def serves(by: Staff, person: Person) -> bool:
    """Whether the hospital treats the person, or is designated this year where they live.

    A hospital that somebody is to be referred to only reads until they have arrived.
    """
    treated = Q(person=person) & (Q(hospital_code=by.hospital_code) | Q(stays__hospital__code=by.hospital_code))
    if by.hospital_code and Case.objects.visible_to(by).filter(treated).exists():
        return True
    served = designations_on(clock.today()).filter(hospital__code=by.hospital_code)
    return bool(by.hospital_code) and served.filter(area__in=[person.county_id, person.county.parent_id]).exists()
