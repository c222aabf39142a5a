"""What the tests of referral stand on: a patient in the county hospital, the city's liaison, what a sending hospital writes."""

import datetime
from dataclasses import replace

from hospitals import actions as treatment
from hospitals import referring
from hospitals.models import Direction, Hospital, HospitalLevel, Referral
from hospitals.referral_approval import Approval
from hospitals.referring import Asked
from ledger import clock
from ledger.actions import cases
from ledger.models import Case, Person, Role, Staff
from tests.cast import CITY_HOSPITAL, on_day

D = datetime.date
TODAY = D(2017, 10, 20)


def city_liaison(cast) -> Staff:
    """梁志远 of the city's hospital."""
    known = Staff.objects.filter(username="liaison-2").select_related("area__parent").first()
    return known or Staff.objects.create_user(
        "liaison-2", None, full_name="梁志远", role=Role.LIAISON, area=cast.prefecture, hospital_code=CITY_HOSPITAL, unit="柳州市工人医院",
        must_change_password=False, work_phone="0772-0000022",
    )  # fmt: skip


def capital_hospital(cast) -> Hospital:
    """A hospital of the region, outside the pooling area."""
    made, new = Hospital.objects.get_or_create(code="GX01", defaults={"name": "广西医科大学第一附属医院", "pooling_area": "南宁市"})
    if new:
        HospitalLevel.objects.create(hospital=made, policy="liuzhou-2017", level="level-3")
    return made


def in_treatment(cast, name: str = "韦桂兰", disease: str = "gastric-cancer", village=None) -> Case:
    """Treated in 柳城县人民医院 and discharged on 18 October, the treatment not completed."""
    clerk = cast.clerk if village is None else cast.clerk2
    person = cast.register(name, disease=disease, on=D(2017, 10, 1), village=village)
    with on_day(D(2017, 10, 18)):
        case = cases.verify_case(by=clerk, case=cast.case_of(person))
        stay = treatment.admit(by=clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 9))
        treatment.discharge(by=clerk, stay=stay, on=D(2017, 10, 18))
    return cast.case_of(person)


def asked(to: Hospital | None, **but) -> Asked:
    """What 何丽萍 writes."""
    usual = Asked(
        direction=Direction.UP if to else Direction.OUTSIDE, to_hospital=to, to_name="" if to else "中山市示范医院",
        reason="需行胃癌根治术，本院不具备条件", condition="上腹痛三月，胃镜示胃窦癌", treated_so_far="胃镜、CT，对症支持", head_of_department="韦主任",
        patient_agreed=True, doctor="陆医生", doctor_phone="13900000088", family_name="韦小军", family_relation="儿子",
    )  # fmt: skip
    return replace(usual, **but)


def requested(cast, case: Case | None = None, to: Hospital | None = None, **but) -> Referral:
    """From the county's hospital to the city's, unless another is given."""
    case = case or in_treatment(cast)
    return referring.request_referral(by=cast.liaison, case=case, asked=asked(to or cast.city_hospital, **but))


def outside(cast, case: Case | None = None, **but) -> Referral:
    """To a hospital that nobody here knows, by its name."""
    return referring.request_referral(by=cast.liaison, case=case or in_treatment(cast), asked=asked(None, **but))


def walk(cast, referral: Referral, *moves: str, text: str = "") -> Referral:
    """Those moves, each by the hospital whose it is; outside the network all by the one that sends."""
    receiving = city_liaison(cast) if referral.to_hospital_id else cast.liaison
    for move in moves:
        by = cast.liaison if move in ("depart", "cancel") else receiving
        referral = referring.move_referral(
            by=by, referral=referral, move=move, text=text or ("理由" if move in ("refuse", "cancel") else "")
        )
    return referral


def approval(number: str = "LC2017-0008", **but) -> Approval:
    return replace(Approval(number=number, on=TODAY, valid_from=TODAY, valid_until=D(2017, 12, 31)), **but)


def fresh(row):
    """The row as it stands now."""
    return type(row)._base_manager.get(pk=row.pk)


def told(person: Person) -> list[tuple[str, str]]:
    """What the timeline tells of referrals, the oldest first."""
    return list(person.events.filter(move__startswith="referral").order_by("pk").values_list("move", "text"))


def kept_referral(case: Case, hospital: Hospital, *, by: Staff) -> Referral:
    """One that leaves the pooling area and waits for everybody: the other hospital, the insurance office."""
    return Referral.objects.create(
        person=case.person, case=case, direction=Direction.OUTSIDE, from_hospital=hospital, to_name="中山市示范医院", leaves_area=True,
        reason="需手术", condition="视力下降", head_of_department="韦主任", patient_agreed=True, doctor="陆医生", requested_at=clock.now(),
        requested_by=by, moved_at=clock.now(),
    )  # fmt: skip


def place(case: Case) -> tuple[str, str, str]:
    """The hospital that has the patient, and the one that reads along while they are referred."""
    case = fresh(case)
    return case.hospital_code, case.hospital_name, case.referral_code
