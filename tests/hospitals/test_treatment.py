"""Treatment as the hospital records it: hospital agreed, in, out, completed; what is refused, and that nothing is half-saved."""

import datetime

import pytest

from hospitals import actions
from hospitals.models import Designation, Hospital, Stay
from ledger.actions import cases
from ledger.models import AuditEvent, Case, Standing
from tests.cast import on_day
from tests.refusing import refused

D = datetime.date
FOUND = D(2017, 9, 1)


@pytest.fixture
def case(cast) -> Case:
    """韦桂兰, 白内障, found and registered on 1 September, verified."""
    case = cast.case_of(cast.register("韦桂兰", on=FOUND))
    return cases.verify_case(by=cast.clerk, case=case)


@pytest.fixture
def planned(cast, case) -> Case:
    return actions.choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)


def stays(case: Case) -> list[Stay]:
    return list(Stay.objects.everywhere("test").filter(case=case).order_by("admitted_on"))


def events(case: Case) -> list[tuple]:
    return [(event.move, event.on, event.text) for event in case.events.order_by("id")]


def test_from_plan_to_completion(cast, planned):
    assert (planned.state, planned.hospital_code, planned.hospital_name) == ("planned", "450222-1", "柳城县人民医院")
    stay = actions.admit(by=cast.liaison, case=planned, hospital=cast.hospital, on=D(2017, 10, 9))
    actions.discharge(by=cast.liaison, stay=stay, on=D(2017, 10, 13))
    case = actions.complete(by=cast.liaison, case=planned, on=D(2017, 10, 14))
    (stay,) = stays(case)
    assert (stay.admitted_on, stay.discharged_on, stay.completed_on, stay.days, stay.lasting) == (
        D(2017, 10, 9), D(2017, 10, 13), D(2017, 10, 14), 4, False,
    )  # fmt: skip
    assert (case.state, case.completed_on) == ("treated", D(2017, 10, 14))
    assert events(case)[-4:] == [
        ("case_plan", D(2017, 10, 20), "白内障定诊疗方案，柳城县人民医院"),
        ("case_admit", D(2017, 10, 9), "白内障入院，柳城县人民医院"),
        ("discharged", D(2017, 10, 13), "白内障出院，柳城县人民医院"),
        ("case_complete", D(2017, 10, 14), "白内障完成治疗，柳城县人民医院"),
    ]
    assert Standing.objects.filter(case=case).last().completed_on == D(2017, 10, 14)
    assert set(AuditEvent.objects.filter(staff=cast.liaison).values_list("action", "county_code")) == {
        ("case_admit", "450222"), ("discharged", "450222"), ("case_complete", "450222"),
    }  # fmt: skip


def test_discharge_may_complete_in_one_go_and_the_first_completion_stays(cast, planned):
    first = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 9, 4))
    actions.discharge(by=cast.clerk, stay=first, on=D(2017, 9, 8), completed=True)
    second = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    case = cast.case_of(planned.person)
    assert (case.state, case.completed_on) == ("in_treatment", D(2017, 9, 8))
    actions.discharge(by=cast.clerk, stay=second, on=D(2017, 10, 6), completed=True)
    case.refresh_from_db()
    assert (case.state, case.completed_on) == ("treated", D(2017, 9, 8))
    assert [stay.completed_on for stay in stays(case)] == [D(2017, 9, 8), D(2017, 10, 6)]


@pytest.mark.parametrize(
    ("code", "year", "sentence"),
    [
        ("GX01", 2017, "广西医科大学第一附属医院不是柳城县 2017 年白内障的定点医院"),  # For nobody here.
        ("450222-1", 2018, "柳城县人民医院不是柳城县 2018 年白内障的定点医院"),  # Last year's list.
        ("LU01", 2017, "鹿寨县人民医院不是柳城县 2017 年白内障的定点医院"),  # For another county.
    ],
)
def test_a_plan_names_a_designated_hospital(cast, case, code, year, sentence):
    Hospital.objects.create(code="GX01", name="广西医科大学第一附属医院")
    other = Hospital.objects.create(code="LU01", name="鹿寨县人民医院", county=cast.county2)
    Designation.objects.create(hospital=other, disease=case.disease, area=cast.county2, tier="county", year=2017, document="附件3")
    with on_day(D(year, 10, 20)):
        message, field = refused(actions.choose_hospital, by=cast.clerk, case=case, hospital=Hospital.objects.get(code=code))
    assert message.startswith(sentence) and field == "hospital"
    assert cast.case_of(case.person).state == "verified"


def test_a_hospital_of_the_prefecture_serves_every_county(cast, case):
    assert actions.choose_hospital(by=cast.clerk, case=case, hospital=cast.city_hospital).hospital_name == "柳州市工人医院"


def test_a_stay_elsewhere_is_taken_and_said_to_be_elsewhere(cast, case):
    elsewhere = Hospital.objects.create(code="GX01", name="广西医科大学第一附属医院")
    actions.admit(by=cast.clerk, case=case, hospital=elsewhere, on=D(2017, 10, 9))
    case = cast.case_of(case.person)
    assert (case.state, case.hospital_code, case.hospital_name) == ("in_treatment", "GX01", "广西医科大学第一附属医院")
    assert events(case)[-1] == ("case_admit", D(2017, 10, 9), "白内障入院，广西医科大学第一附属医院（非定点）")


def test_one_open_stay_at_a_time(cast, planned):
    stay = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    again = {"by": cast.clerk, "case": planned, "hospital": cast.hospital}
    assert refused(actions.admit, **again, on=D(2017, 10, 9)) == (
        "韦桂兰从 2017-10-02 起在柳城县人民医院住院，还没有登记出院。请先登记出院。", None,
    )  # fmt: skip
    actions.discharge(by=cast.clerk, stay=stay, on=D(2017, 10, 9))
    assert refused(actions.admit, **again, on=D(2017, 10, 8)) == (
        "入院日期 2017-10-08 早于上一次出院日期 2017-10-09，请核对后改正。", "admitted_on",
    )  # fmt: skip
    actions.admit(**again, on=D(2017, 10, 9))
    assert [stay.admitted_on for stay in stays(planned)] == [D(2017, 10, 2), D(2017, 10, 9)]


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (D(2017, 8, 31), "入院日期 2017-08-31 早于发现日期 2017-09-01，请改其中一个。"),
        (D(2017, 10, 21), "入院日期 2017-10-21 晚于今天，请改正。"),
    ],
)
def test_an_admission_lies_between_discovery_and_today(cast, planned, on, sentence):
    assert refused(actions.admit, by=cast.clerk, case=planned, hospital=cast.hospital, on=on) == (sentence, "admitted_on")
    assert stays(planned) == []
    assert cast.case_of(planned.person).state == "planned"


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (D(2017, 10, 1), "出院日期 2017-10-01 早于入院日期 2017-10-02，请改其中一个。"),
        (D(2017, 10, 21), "出院日期 2017-10-21 晚于今天，请改正。"),
    ],
)
def test_a_discharge_lies_between_admission_and_today(cast, planned, on, sentence):
    stay = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    assert refused(actions.discharge, by=cast.clerk, stay=stay, on=on, completed=True) == (sentence, "discharged_on")
    assert (stays(planned)[0].discharged_on, cast.case_of(planned.person).state) == (None, "in_treatment")


def test_a_stay_is_discharged_once(cast, planned):
    stay = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    actions.discharge(by=cast.clerk, stay=stay, on=D(2017, 10, 9))
    message, _ = refused(actions.discharge, by=cast.clerk, stay=stay, on=D(2017, 10, 10))
    assert message == "这次住院已在 2017-10-09 登记出院。请刷新后再看。"
    assert stays(planned)[0].discharged_on == D(2017, 10, 9)


def test_completion_needs_a_stay(cast, planned):
    message, _ = refused(actions.complete, by=cast.clerk, case=planned, on=D(2017, 10, 9))
    assert message == "还没有登记过住院，不能登记完成治疗。请先登记入院。"


def test_only_a_lasting_treatment_completes_while_in_hospital(cast):
    case = cast.case_of(cast.register("覃福生", disease="end-stage-renal-disease", on=FOUND))
    case = cases.verify_case(by=cast.clerk, case=case)
    actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 2))
    told = {"by": cast.clerk, "case": case}
    message, field = refused(actions.complete, **told, on=D(2017, 10, 9))
    assert (message, field) == (
        "覃福生还在柳城县人民医院住院。请先登记出院；透析、血友病等长期治疗请勾选“长期治疗已建立”。", "lasting",
    )  # fmt: skip
    early = ("完成治疗日期 2017-10-01 早于入院日期 2017-10-02，请改其中一个。", "completed_on")
    assert refused(actions.complete, **told, on=D(2017, 10, 1), lasting=True) == early
    case = actions.complete(**told, on=D(2017, 10, 9), lasting=True)
    (stay,) = stays(case)
    assert (case.state, stay.completed_on, stay.lasting, stay.discharged_on) == ("treated", D(2017, 10, 9), True, None)
    assert events(case)[-1][2] == "终末期肾病完成治疗，柳城县人民医院，长期治疗已建立"


def test_a_withdrawn_completion_leaves_the_stay_with_the_case(cast, planned):
    first = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 9, 4))
    actions.discharge(by=cast.clerk, stay=first, on=D(2017, 9, 8), completed=True)
    second = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    actions.complete(by=cast.clerk, case=planned, on=D(2017, 10, 6), lasting=True)
    case = actions.withdraw(by=cast.lead, case=planned, reason="录错人")
    assert (case.state, case.completed_on, events(case)[-1]) == (
        "in_treatment", D(2017, 9, 8), ("case_withdraw", D(2017, 10, 20), "白内障撤销完成治疗"),
    )  # fmt: skip
    assert [(stay.completed_on, stay.lasting) for stay in stays(case)] == [(D(2017, 9, 8), False), (None, False)]
    actions.discharge(by=cast.clerk, stay=second, on=D(2017, 10, 9), completed=True)
    assert [stay.completed_on for stay in stays(case)] == [D(2017, 9, 8), D(2017, 10, 9)]


def test_a_withdrawal_that_is_refused_leaves_the_stay_completed(cast, planned):
    stay = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    actions.discharge(by=cast.clerk, stay=stay, on=D(2017, 10, 9), completed=True)
    assert refused(actions.withdraw, by=cast.clerk, case=planned, reason=" ") == ("请写明撤销完成治疗的原因。", "reason")
    assert refused(actions.withdraw, by=cast.liaison, case=planned, reason="录错人")[0] == "您的角色不能办“撤销完成治疗”。"
    with pytest.raises(Case.DoesNotExist):
        actions.withdraw(by=cast.clerk2, case=planned, reason="录错人")
    assert (stays(planned)[0].completed_on, cast.case_of(planned.person).state) == (D(2017, 10, 9), "treated")


def test_a_discharge_that_cannot_complete_saves_nothing(cast, planned):
    stay = actions.admit(by=cast.clerk, case=planned, hospital=cast.hospital, on=D(2017, 10, 2))
    cases.close_case(by=cast.lead, case=planned, outcome="died", reason="病故", on=D(2017, 10, 9))
    message, field = refused(actions.discharge, by=cast.clerk, stay=stay, on=D(2017, 10, 9), completed=True)
    assert (message, field) == ("白内障已销号，不能登记完成治疗。请取消勾选“完成治疗”。", "completed")
    assert stays(planned)[0].discharged_on is None
    actions.discharge(by=cast.clerk, stay=stay, on=D(2017, 10, 9))
    assert stays(planned)[0].discharged_on == D(2017, 10, 9)


def test_a_liaison_acts_for_their_own_hospital_only(cast, planned):
    own = {"by": cast.liaison, "case": planned, "on": D(2017, 10, 9)}
    assert refused(actions.admit, **own, hospital=cast.city_hospital) == ("医院联络员只能登记本院的救治，请选择本院。", "hospital")
    actions.admit(by=cast.clerk, case=planned, hospital=cast.city_hospital, on=D(2017, 10, 9))
    (stay,) = stays(planned)
    with pytest.raises(Stay.DoesNotExist):
        actions.discharge(by=cast.liaison, stay=stay, on=D(2017, 10, 10))
    with pytest.raises(Case.DoesNotExist):
        actions.complete(by=cast.liaison, case=planned, on=D(2017, 10, 10))


def test_another_countys_clerk_finds_nothing(cast, planned):
    with pytest.raises(Case.DoesNotExist):
        actions.admit(by=cast.clerk2, case=planned, hospital=cast.city_hospital, on=D(2017, 10, 9))
