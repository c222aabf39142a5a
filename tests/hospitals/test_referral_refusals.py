"""双向转诊 refused: each hospital makes its own moves and reads the rest, and a request is whole or not there."""

import pytest

from hospitals import actions as treatment
from hospitals import referring, visits
from hospitals.models import Hospital, Referral, Stay
from ledger.actions import cases
from ledger.models import Case
from tests.hospitals.referral_world import TODAY, D, asked, city_liaison, fresh, in_treatment, place, requested, walk
from tests.refusing import refused

pytestmark = pytest.mark.django_db


# ---- who may do what ----


def test_each_hospital_makes_its_own_moves_and_the_county_may_only_call_it_off(cast):
    referral, there = requested(cast), city_liaison(cast)
    move = referring.move_referral
    assert refused(move, by=cast.liaison, referral=referral, move="accept") == ("“接收”由转入医院办理。", None)
    assert refused(move, by=there, referral=referral, move="cancel", text="满") == (
        "“取消转诊”由转出医院、患者所在县的卫健部门办理。",
        None,
    )
    assert refused(move, by=cast.clerk, referral=referral, move="accept") == ("“接收”由转入医院办理。", None)
    assert refused(move, by=cast.insurance, referral=referral, move="cancel", text="不") == (
        "“取消转诊”由转出医院、患者所在县的卫健部门办理。", None,
    )  # fmt: skip
    assert refused(move, by=cast.liaison, referral=referral, move="depart") == (
        "转诊现在的状态是“待接收”，不能办“登记出发”。请刷新后再看。", None,
    )  # fmt: skip
    with pytest.raises(Referral.DoesNotExist):
        move(by=cast.clerk2, referral=referral, move="cancel", text="别县")
    move(by=cast.lead, referral=referral, move="cancel", text="患者已另行安排")
    assert fresh(referral).state == "cancelled"


def test_the_bureau_of_the_receiving_hospitals_county_sees_and_moves_nothing(cast):
    Hospital.objects.filter(pk=cast.city_hospital.pk).update(county=cast.county2)
    referral = requested(cast)
    assert Referral.objects.visible_to(cast.clerk2).get().pk == referral.pk
    assert not Referral.objects.visible_to(cast.civil2).exists()
    message, _ = refused(referring.move_referral, by=cast.clerk2, referral=referral, move="cancel", text="满")
    assert message == "“取消转诊”由转出医院、患者所在县的卫健部门办理。"


def test_only_the_hospital_that_has_the_patient_asks(cast):
    case = in_treatment(cast)
    request = {"case": case, "asked": asked(cast.city_hospital)}
    assert refused(referring.request_referral, by=cast.clerk, **request) == ("转诊由患者所在医院的联络员申请。", None)
    with pytest.raises(Case.DoesNotExist):
        referring.request_referral(by=city_liaison(cast), **request)


def test_before_arrival_the_receiving_hospital_only_reads(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    referral = walk(cast, requested(cast, case), "accept")
    reads = ("韦桂兰的胃癌现在由柳城县人民医院救治，本院可以查看，不能办理。", None)
    assert refused(treatment.admit, by=there, case=case, hospital=cast.city_hospital, on=TODAY) == reads
    assert refused(treatment.choose_hospital, by=there, case=case, hospital=cast.city_hospital) == reads
    assert refused(treatment.complete, by=there, case=case, on=TODAY) == reads
    assert refused(visits.plan_visit, by=there, case=case, due_on=D(2017, 11, 1), visitor="hospital") == reads
    assert refused(referring.request_referral, by=there, case=case, asked=asked(cast.hospital, direction="down")) == reads
    (stay,) = Stay.objects.everywhere("test").filter(case=case)
    with pytest.raises(Stay.DoesNotExist):
        treatment.discharge(by=there, stay=stay, on=TODAY)
    walk(cast, referral, "arrive")
    treatment.admit(by=there, case=case, hospital=cast.city_hospital, on=TODAY)
    assert place(case) == ("450202-1", "柳州市工人医院", "450222-1")


def test_after_arrival_the_sending_hospital_only_reads(cast):
    case = in_treatment(cast)
    walk(cast, requested(cast, case), "accept", "depart", "arrive")
    reads = ("韦桂兰的胃癌现在由柳州市工人医院救治，本院可以查看，不能办理。", None)
    assert refused(treatment.admit, by=cast.liaison, case=case, hospital=cast.hospital, on=TODAY) == reads
    assert refused(treatment.complete, by=cast.liaison, case=case, on=TODAY) == reads


def test_a_patient_sets_out_after_being_discharged(cast):
    case = in_treatment(cast)
    stay = treatment.admit(by=cast.liaison, case=case, hospital=cast.hospital, on=D(2017, 10, 19))
    referral = walk(cast, requested(cast, case), "accept")
    assert refused(referring.move_referral, by=cast.liaison, referral=referral, move="depart") == (
        "韦桂兰从 2017-10-19 起在本院住院，还没有登记出院。请先登记出院，再登记出发。", None,
    )  # fmt: skip
    treatment.discharge(by=cast.liaison, stay=stay, on=TODAY)
    walk(cast, referral, "depart")


# ---- what is refused ----


def test_a_second_open_referral_is_refused_and_the_first_is_named(cast):
    case = in_treatment(cast)
    requested(cast, case)
    other = cases.open_case(by=cast.clerk, person=case.person, entry=cast.entry("cataract"))
    Case.objects.everywhere("test").filter(pk=other.pk).update(state="verified", hospital_code="450222-1", hospital_name="柳城县人民医院")
    sentence = "韦桂兰已有转诊在办：2017-10-20 由柳城县人民医院转往柳州市工人医院，现在“待接收”。请先办完或取消那一件。"
    for one in (case, fresh(other)):  # Of any of the person's diseases.
        assert refused(referring.request_referral, by=cast.liaison, case=one, asked=asked(cast.city_hospital)) == (sentence, None)
    assert Referral.objects.everywhere("test").count() == 1


@pytest.mark.parametrize(
    ("but", "sentence", "field"),
    [
        ({"to_hospital": None}, "请选择转入医院。名单里没有的，请选“转往网外”，填写医院名称。", "to_hospital"),
        ({"to_hospital": "own"}, "不能转给本院，请选择别的医院。", "to_hospital"),
        ({"to_hospital": "closed"}, "柳州市停用医院已停用，不再接收新的患者。请选择别的医院。", "to_hospital"),
        ({"direction": "down"}, "柳州市工人医院是市级，本院是县级，应选“上转”。请改方向或医院。", "direction"),
        ({"direction": "sideways"}, "请选择转诊方向。", "direction"),
        (
            {"direction": "outside"},
            "柳州市工人医院在名单里，不是网外医院。请选上转或下转；转往网外的，请清空转入医院，填写医院名称。",
            "to_hospital",
        ),
        ({"direction": "outside", "to_hospital": None, "to_name": " "}, "请填写网外医院的名称。", "to_name"),
        ({"reason": " "}, "请填写转诊原因。", "reason"),
        ({"condition": ""}, "请填写病情介绍。", "condition"),
        ({"head_of_department": ""}, "请填写同意转诊的科室主任。", "head_of_department"),
        ({"doctor": ""}, "请填写主治医生。", "doctor"),
        ({"patient_agreed": False}, "患者同意才能转诊。未成年或者不能表达的，由监护人同意后勾选。", "patient_agreed"),
        ({"family_name": ""}, "请填写同意转诊的家属和与患者的关系；没有家属的，请勾选“没有家属”。", "family_name"),
        ({"family_relation": ""}, "请填写同意转诊的家属和与患者的关系；没有家属的，请勾选“没有家属”。", "family_relation"),
        ({"no_family": True}, "填了家属姓名，就不要勾选“没有家属”。", "family_name"),
    ],
)
def test_a_request_that_is_not_whole(cast, but, sentence, field):
    case = in_treatment(cast)
    closed = Hospital.objects.create(code="LZ09", name="柳州市停用医院", is_active=False)
    but = {key: {"own": cast.hospital, "closed": closed}.get(value, value) if key == "to_hospital" else value for key, value in but.items()}
    request = {"by": cast.liaison, "case": case, "asked": asked(cast.city_hospital, **but)}
    assert refused(referring.request_referral, **request) == (sentence, field)
    assert not Referral.objects.everywhere("test").exists() and place(case)[2] == ""


def test_nobody_is_referred_before_verification_or_after_closing(cast):
    case = in_treatment(cast)
    for state, words in (("registered", "待核实"), ("found", "已发现"), ("returned", "退回补正")):
        Case.objects.everywhere("test").filter(pk=case.pk).update(state=state)
        message, _ = refused(referring.request_referral, by=cast.liaison, case=fresh(case), asked=asked(cast.city_hospital))
        assert message == f"胃癌的状态是“{words}”，核实以后、销号以前才能转诊。"
