"""双向转诊 step by step: who does what, whom the case belongs to meanwhile, what is refused, and that nothing is half-saved."""

import datetime

import pytest

from hospitals import actions as treatment
from hospitals import referral_approval, referring, visits
from hospitals.arranging import arrange_hospital
from hospitals.models import Direction, Hospital, Referral, Stay, TreatmentPlan
from hospitals.referral_list import open_long
from ledger import clock
from ledger.actions import cases
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Case, Person
from tests.hospitals.referral_world import (
    TODAY,
    D,
    approval,
    asked,
    capital_hospital,
    city_liaison,
    fresh,
    in_treatment,
    outside,
    requested,
    told,
    walk,
)

pytestmark = pytest.mark.django_db


def refused(action, **kwargs) -> tuple[str, str | None]:
    trail = AuditEvent.objects.count()
    with pytest.raises(Refused) as caught:
        action(**kwargs)
    assert AuditEvent.objects.count() == trail
    return caught.value.message, caught.value.field


def place(case: Case) -> tuple[str, str, str]:
    case = fresh(case)
    return case.hospital_code, case.hospital_name, case.referral_code


def test_up_from_the_county_to_the_city_seen_from_both_sides(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    seen = Case.objects.visible_to(there)
    assert not seen.filter(pk=case.pk).exists()
    referral = requested(cast, case)
    assert place(case) == ("450222-1", "柳城县人民医院", "450202-1")
    assert seen.filter(pk=case.pk).exists() and Person.objects.visible_to(there).filter(pk=case.person_id).exists()
    assert not Case.objects.worked_on_by(there).filter(pk=case.pk).exists()
    walk(cast, referral, "accept", "depart")
    assert place(case) == ("450222-1", "柳城县人民医院", "450202-1")
    walk(cast, referral, "arrive")
    assert place(case) == ("450202-1", "柳州市工人医院", "450222-1")
    assert Case.objects.visible_to(cast.liaison).filter(pk=case.pk).exists()
    assert not Case.objects.worked_on_by(cast.liaison).filter(pk=case.pk).exists()
    walk(cast, referral, "finish", text="已入院，病情已交接")
    assert place(case) == ("450202-1", "柳州市工人医院", "")
    assert not Case.objects.visible_to(cast.liaison).filter(pk=case.pk).exists()
    assert Case.objects.worked_on_by(there).filter(pk=case.pk).exists()
    way = "柳城县人民医院 → 柳州市工人医院"
    assert told(case.person) == [
        ("referral_request", f"胃癌申请上转，{way}"), ("referral_accept", f"胃癌转诊同意接收，{way}"),
        ("referral_depart", f"胃癌转诊患者出发，{way}"), ("referral_arrive", f"胃癌转诊患者到院，{way}"),
        ("referral_finish", f"胃癌转诊办结，{way}：已入院，病情已交接"),
    ]  # fmt: skip
    steps = fresh(referral).moves.values_list("to_state", "by__full_name", "unit", "text")
    assert list(steps) == [
        ("requested", "何丽萍", "柳城县人民医院", "需行胃癌根治术，本院不具备条件"), ("accepted", "梁志远", "柳州市工人医院", ""),
        ("on_the_way", "何丽萍", "柳城县人民医院", ""), ("arrived", "梁志远", "柳州市工人医院", ""),
        ("finished", "梁志远", "柳州市工人医院", "已入院，病情已交接"),
    ]  # fmt: skip
    assert (fresh(referral).state, fresh(referral).ended_at is not None) == ("finished", True)


def test_down_again_for_what_the_county_can_do(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    walk(cast, requested(cast, case), "accept", "depart", "arrive", "finish")
    back = referring.request_referral(by=there, case=fresh(case), asked=asked(cast.hospital, direction=Direction.DOWN, reason="术后康复"))
    assert place(case) == ("450202-1", "柳州市工人医院", "450222-1")
    for by, move in ((cast.liaison, "accept"), (there, "depart"), (cast.liaison, "arrive"), (cast.liaison, "finish")):
        referring.move_referral(by=by, referral=back, move=move)
    assert place(case) == ("450222-1", "柳城县人民医院", "")
    assert told(case.person)[5] == ("referral_request", "胃癌申请下转，柳州市工人医院 → 柳城县人民医院")


def test_refused_or_cancelled_the_other_hospital_sees_nothing_any_more(cast):
    case, there = in_treatment(cast), city_liaison(cast)
    referral = requested(cast, case)
    assert refused(referring.move_referral, by=there, referral=referral, move="refuse") == ("请写明不接收的原因，对方会看到。", "text")
    walk(cast, referral, "refuse", text="床位已满")
    assert (place(case), fresh(referral).state) == (("450222-1", "柳城县人民医院", ""), "refused")
    assert not Case.objects.visible_to(there).filter(pk=case.pk).exists()
    again = requested(cast, case)
    walk(cast, again, "accept")
    assert refused(referring.move_referral, by=cast.liaison, referral=again, move="cancel", text=" ") == (
        "请写明取消转诊的原因，对方会看到。", "text",
    )  # fmt: skip
    walk(cast, again, "cancel", text="患者改变主意")
    assert (place(case), fresh(again).state) == (("450222-1", "柳城县人民医院", ""), "cancelled")
    reasons = list(
        case.person.events.filter(move__in=("referral_refuse", "referral_cancel")).order_by("pk").values_list("reason", flat=True)
    )
    assert reasons == ["床位已满", "患者改变主意"]


def test_outside_the_network_the_sending_hospital_enters_what_it_hears(cast):
    case = in_treatment(cast)
    referral = outside(cast, case)
    assert place(case) == ("450222-1", "柳城县人民医院", "")
    walk(cast, referral, "accept", "depart", "arrive")
    assert place(case) == ("450222-1", "柳城县人民医院", "")
    walk(cast, referral, "finish")
    assert told(case.person)[-1] == ("referral_finish", "胃癌转诊办结，柳城县人民医院 → 中山市示范医院")


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


# ---- leaving the pooling area ----


def test_leaving_the_pooling_area_waits_for_the_insurance_office(cast):
    case = in_treatment(cast)
    referral = requested(cast, case, capital_hospital(cast))
    assert referral.leaves_area
    Referral.objects.everywhere("test").filter(pk=referral.pk).update(state="accepted")
    depart = {"by": cast.liaison, "referral": referral, "move": "depart"}
    assert refused(referring.move_referral, **depart)[0] == "转往统筹区外要先经医保部门批准，现在还没有批。请与患者所在县的医保部门联系。"
    referral_approval.disapprove_referral(by=cast.insurance, referral=referral, reason="市内可以治疗")
    assert refused(referring.move_referral, **depart)[0] == (
        "医保部门没有批准转往统筹区外：市内可以治疗。请补充材料请医保部门再批，或取消转诊。"
    )
    referral_approval.approve_referral(by=cast.insurance, referral=referral, approval=approval())
    referring.move_referral(**depart)
    row = fresh(referral)
    assert (row.approval_number, row.approved_on, row.valid_from, row.valid_until, row.approval_refused, row.approved_in.code) == (
        "LC2017-0008", TODAY, TODAY, D(2017, 12, 31), "", "450222",
    )  # fmt: skip
    assert told(case.person)[1:3] == [
        ("referral_disapprove", "胃癌转往广西医科大学第一附属医院，医保不批准"),
        ("referral_approve", "胃癌转往广西医科大学第一附属医院，医保批准，批准号 LC2017-0008，2017-10-20 至 2017-12-31"),
    ]  # fmt: skip


def test_an_emergency_goes_first_and_is_approved_afterwards(cast):
    case = in_treatment(cast)
    referral = outside(cast, case, outside_area=True, emergency=True)
    walk(cast, referral, "accept", "depart", "arrive", "finish")
    referral_approval.approve_referral(by=cast.insurance, referral=referral, approval=approval(valid_from=D(2017, 10, 19)))
    assert fresh(referral).approval_number == "LC2017-0008"


def test_outside_the_network_nobody_arrives_unapproved_either(cast):
    referral = walk(cast, outside(cast, outside_area=True), "accept")
    message, _ = refused(referring.move_referral, by=cast.liaison, referral=referral, move="arrive")
    assert message == "转往统筹区外要先经医保部门批准，现在还没有批。请与患者所在县的医保部门联系。"


@pytest.mark.parametrize(
    ("but", "sentence", "field"),
    [
        ({"number": " "}, "请填写转诊批准号。", "number"),
        ({"on": D(2017, 10, 21)}, "批准日期 2017-10-21 晚于今天，请改正。", "approved_on"),
        ({"valid_until": D(2017, 10, 19)}, "截止日 2017-10-19 早于起始日 2017-10-20，请改其中一个。", "valid_until"),
        ({"valid_from": D(2017, 9, 30)}, "起始日 2017-09-30 早于这一例的发现日期 2017-10-01，请改正。", "valid_from"),
        ({"number": "LC2017-0001"}, "批准号 LC2017-0001 已经用于另一件转诊，请核对。", "number"),
    ],
)
def test_an_approval_that_is_not_right(cast, but, sentence, field):
    first = outside(cast, in_treatment(cast, "覃福生"), outside_area=True)
    referral_approval.approve_referral(by=cast.insurance, referral=first, approval=approval("LC2017-0001"))
    referral = outside(cast, outside_area=True)
    approve = {"by": cast.insurance, "referral": referral, "approval": approval(**but)}
    assert refused(referral_approval.approve_referral, **approve) == (sentence, field)
    assert fresh(referral).approval_number == ""


def test_who_approves_what(cast):
    inside, case = requested(cast), in_treatment(cast, "覃福生")
    approve = referral_approval.approve_referral
    assert refused(approve, by=cast.insurance, referral=inside, approval=approval())[0] == "这件转诊不出统筹区，不用医保部门批准。"
    leaves = outside(cast, case, outside_area=True)
    assert refused(approve, by=cast.lead, referral=leaves, approval=approval())[0] == "转往统筹区外由患者所在县的医保部门批准。"
    assert refused(referral_approval.disapprove_referral, by=cast.insurance, referral=leaves, reason=" ") == (
        "请写明不批准的原因，转出医院会看到。", "reason",
    )  # fmt: skip
    walk(cast, leaves, "cancel")
    assert (
        refused(approve, by=cast.insurance, referral=leaves, approval=approval())[0] == "这件转诊的状态是“已取消”，不用再批。请刷新后再看。"
    )


# ---- the referral follows the facts ----


def test_the_county_admits_where_the_patient_was_to_go(cast):
    case = in_treatment(cast)
    referral = requested(cast, case)
    treatment.admit(by=cast.clerk, case=case, hospital=cast.city_hospital, on=TODAY)
    assert (fresh(referral).state, place(case)) == ("arrived", ("450202-1", "柳州市工人医院", "450222-1"))
    walk(cast, referral, "finish")
    assert place(case) == ("450202-1", "柳州市工人医院", "")


def test_admitted_again_where_they_wait_the_referral_goes_on(cast):
    case = in_treatment(cast)
    referral = requested(cast, case)
    treatment.admit(by=cast.liaison, case=case, hospital=cast.hospital, on=TODAY)
    assert (fresh(referral).state, place(case)) == ("requested", ("450222-1", "柳城县人民医院", "450202-1"))


def test_admitted_in_a_third_hospital_it_is_over(cast):
    third = Hospital.objects.create(code="LZ08", name="柳州市中医医院")
    case = in_treatment(cast)
    referral = walk(cast, requested(cast, case), "accept")
    treatment.admit(by=cast.clerk, case=case, hospital=third, on=TODAY)
    assert (fresh(referral).state, place(case)) == ("cancelled", ("LZ08", "柳州市中医医院", ""))
    assert fresh(referral).moves.last().text == "已在柳州市中医医院入院"


def test_closed_with_its_case(cast):
    case = in_treatment(cast)
    referral = requested(cast, case)
    cases.close_case(by=cast.lead, case=case, outcome="died", reason="病故", on=TODAY)
    assert (fresh(referral).state, fresh(referral).moves.last().text, place(case)[2]) == ("cancelled", "病例销号（死亡）", "")


def test_arranged_elsewhere_it_falls_away(cast):
    person = cast.register("莫秀英", disease="gastric-cancer", on=D(2017, 10, 1))
    case = cases.verify_case(by=cast.clerk, case=cast.case_of(person))
    arrange_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    referral = outside(cast, fresh(case))
    arrange_hospital(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital, why="wish", note="愿到市里")
    assert (fresh(referral).state, place(case)) == ("cancelled", ("450202-1", "柳州市工人医院", ""))


def test_a_plan_that_nobody_carries_out_falls_away_on_arrival(cast):
    person = cast.register("莫秀英", disease="gastric-cancer", on=D(2017, 10, 1))
    case = cases.verify_case(by=cast.clerk, case=cast.case_of(person))
    arrange_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    plan = TreatmentPlan.objects.create(
        case=case, hospital=cast.hospital, version=1, state="filed", written_at=clock.now(), written_by=cast.liaison, filed_at=clock.now(),
        filed_by=cast.liaison,
    )  # fmt: skip
    walk(cast, requested(cast, fresh(case)), "accept", "depart")
    assert fresh(plan).state == "filed"
    walk(cast, Referral.objects.everywhere("test").get(), "arrive")
    assert fresh(plan).state == "cancelled"


def test_open_for_48_hours_to_the_minute(cast):
    referral = requested(cast)
    rows = Referral.objects.everywhere("test").filter(pk=referral.pk)
    for hours, long in ((47.99, False), (48.01, True)):
        rows.update(requested_at=clock.now() - datetime.timedelta(hours=hours))
        assert open_long(cast.lead).exists() is long
