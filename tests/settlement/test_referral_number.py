"""经转诊批准: an approval of the ledger is what the chain calls referred; a typed number must be one that was given to this patient."""

import datetime

import pytest

from hospitals import referral_approval
from hospitals.models import Hospital, Referral
from ledger.models import Case
from settlement.entitlement import Entitlement, Visit, entitlement
from settlement.patients import serves
from tests.hospitals.referral_world import TODAY, approval, capital_hospital, city_liaison, in_treatment, outside, requested, walk
from tests.settlement.counter import Counter

pytestmark = pytest.mark.django_db
D = datetime.date
UNREFERRED = "广西医科大学第一附属医院在统筹区外，没有填转诊批准号，按未经转诊计算。"


@pytest.fixture
def there(cast) -> Hospital:
    return capital_hospital(cast)


def answer(case: Case, hospital: Hospital, number: str = "", on: D = TODAY, disease=None) -> Entitlement:
    return entitlement(Visit(case.person, disease or case.disease, hospital, on, on, number))


def said(found: Entitlement) -> tuple[bool, list[str], list[tuple[str, str, str]]]:
    """(referred or not, what is noted of it, what stands against it)."""
    notices = [notice for notice in found.notices if "转诊" in notice]
    faults = [(fault.code, fault.sentence, fault.field) for fault in found.faults if "转诊" in fault.sentence]
    return "referred" in found.flags, notices, faults


def approved(cast, case: Case, hospital: Hospital | None, **but):
    referral = requested(cast, case, hospital) if hospital else outside(cast, case, outside_area=True)
    return referral_approval.approve_referral(by=cast.insurance, referral=referral, approval=approval(**but))


def test_an_approval_counts_whether_its_number_was_typed_or_not(cast, there):
    case = in_treatment(cast)
    assert said(answer(case, there)) == (False, [UNREFERRED], [])
    approved(cast, case, there)
    assert said(answer(case, there, "LC2017-0008")) == (True, [], [])
    assert said(answer(case, there)) == (True, ["没有填转诊批准号，台账里有批准号 LC2017-0008，按已转诊计算。"], [])


def test_a_number_that_the_ledger_does_not_know_may_be_on_paper(cast, there):
    case = in_treatment(cast)
    assert said(answer(case, there, "ZZ-1")) == (
        True, ["台账里没有查到转诊批准号 ZZ-1，可能是纸质批准，按已转诊计算。请医保部门核对原件。"], [],
    )  # fmt: skip
    assert said(answer(case, cast.hospital, "ZZ-1")) == (True, [], [])


def against(found: Entitlement) -> str:
    referred, _, ((code, sentence, field),) = said(found)
    assert (referred, code, field) == (False, "referral_not_approved", "referral_number")
    return sentence


def test_a_number_of_the_ledger_must_fit(cast, there):
    case, other = in_treatment(cast), in_treatment(cast, "覃福生")
    approved(cast, case, there)
    assert against(answer(other, there, "LC2017-0008")) == "转诊批准号 LC2017-0008 不是批给覃福生的。请核对批准号。"
    second = Hospital.objects.create(code="GX02", name="广西壮族自治区人民医院", pooling_area="南宁市")
    assert against(answer(case, second, "LC2017-0008")) == (
        "转诊批准号 LC2017-0008 批的是转往广西医科大学第一附属医院，不是广西壮族自治区人民医院。请核对批准号。"
    )
    cataract = answer(case, there, "LC2017-0008", disease=cast.disease("cataract"))
    assert against(cataract) == "转诊批准号 LC2017-0008 不是批给白内障的。请核对批准号。"
    assert against(answer(case, there, "LC2017-0008", on=D(2017, 10, 19))) == (
        "转诊批准号 LC2017-0008 对 2017-10-20 至 2017-12-31 入院有效，入院日期 2017-10-19 不在其中。请核对批准号。"
    )
    assert said(answer(case, there, on=D(2017, 10, 19))) == (False, [UNREFERRED], [])


def test_a_referral_that_was_called_off_approves_nothing(cast, there):
    case = in_treatment(cast)
    referral = approved(cast, case, there)
    walk(cast, referral, "cancel")
    assert against(answer(case, there, "LC2017-0008")) == "转诊批准号 LC2017-0008 的转诊“已取消”，批准不再有效。请核对批准号。"
    assert said(answer(case, there)) == (False, [UNREFERRED], [])


def test_what_the_office_refused_is_no_approval(cast, there):
    case = in_treatment(cast)
    referral_approval.disapprove_referral(by=cast.insurance, referral=requested(cast, case, there), reason="市内可以治疗")
    assert said(answer(case, there)) == (False, [UNREFERRED], [])


def test_outside_the_network_the_hospitals_name_is_compared_by_whoever_reads(cast, there):
    case = in_treatment(cast)
    approved(cast, case, None)
    assert said(answer(case, there, "LC2017-0008")) == (
        True,
        ["转诊批准的是中山市示范医院，这次住院在广西医科大学第一附属医院，请核对。"],
        [],
    )


def test_the_same_number_of_another_countys_office_is_another(cast, there):
    """Two offices may both begin with 0008."""
    first = in_treatment(cast)
    second = in_treatment(cast, "石小禾", village=cast.village2)
    approved(cast, first, there)
    type(cast.insurance).objects.filter(pk=cast.insurance.pk).update(area=cast.county2)
    del cast.__dict__["insurance"]
    approved(cast, second, there)
    assert said(answer(first, there, "LC2017-0008")) == (True, [], [])
    assert said(answer(second, there, "LC2017-0008")) == (True, [], [])


def test_insured_where_the_hospital_lies_nobody_leaves_the_pooling_area(cast, there):
    case = in_treatment(cast)
    case.person.enrolments.update_or_create(year=2017, defaults={"enrolled": True, "pooling_area": "南宁市"})
    assert not requested(cast, case, there).leaves_area


def test_the_window_of_the_other_hospital_serves_from_arrival_on(cast):
    cast.city_hospital.designations.all().delete()
    case, there = in_treatment(cast), city_liaison(cast)
    referral = walk(cast, requested(cast, case), "accept")
    assert (serves(cast.liaison, case.person), serves(there, case.person)) == (True, False)
    walk(cast, referral, "arrive")
    assert (serves(cast.liaison, case.person), serves(there, case.person)) == (True, True)


def test_a_settlement_keeps_the_number_that_it_counted_with(window, cast):
    counter = Counter(cast.liaison)
    person = window.patient("石永福")
    Hospital.objects.filter(pk=cast.hospital.pk).update(pooling_area="南宁市")
    sender = Hospital.objects.create(code="LU01", name="鹿寨县人民医院", county=cast.county2)
    case = cast.case_of(person)
    referral = Referral.objects.create(
        person=person, case=case, direction="up", state="finished", from_hospital=sender, to_hospital=cast.hospital, reason="x", condition="x",
        head_of_department="韦主任", patient_agreed=True, doctor="陆医生", leaves_area=True, approval_number="LC2017-0009",
        approved_on=D(2017, 9, 1), approved_by=cast.insurance, approved_in=cast.county, valid_from=D(2017, 9, 1), valid_until=D(2017, 12, 31),
        requested_at=case.changed_at, requested_by=cast.liaison, moved_at=case.changed_at, ended_at=case.changed_at,
    )  # fmt: skip
    assert referral.approval_number in counter.page(counter.find(person))  # The form begins with it.
    settlement = counter.settle(person)
    assert (settlement.referral_number, "referred" in settlement.inputs["flags"]) == ("LC2017-0009", True)
    assert settlement.notices[-1] == "没有填转诊批准号，台账里有批准号 LC2017-0009，按已转诊计算。"
    other = window.patient("韦桂兰")
    refused = counter.enter(other, referral_number="LC2017-0009", bill_no="Z1-0002")
    assert refused.status_code == 422
    assert 'id="id_referral_number-e"' in refused.content.decode()
    assert "转诊批准号 LC2017-0009 不是批给韦桂兰的。请核对批准号。" in refused.content.decode()
