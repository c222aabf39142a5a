"""Leaving the pooling area: the insurance office approves first, in an emergency afterwards, and not just anything."""

import pytest

from hospitals import referral_approval, referring
from hospitals.models import Referral
from tests.hospitals.referral_world import TODAY, D, approval, capital_hospital, fresh, in_treatment, outside, requested, told, walk
from tests.refusing import refused

pytestmark = pytest.mark.django_db


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
