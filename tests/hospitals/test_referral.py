"""双向转诊 step by step: who sends, who receives, whom the case belongs to meanwhile, and how the referral follows what else becomes of the patient."""

import datetime

import pytest

from hospitals import actions as treatment
from hospitals import referring
from hospitals.arranging import arrange_hospital
from hospitals.models import Direction, Hospital, Referral, TreatmentPlan
from hospitals.referral_list import open_long
from ledger import clock
from ledger.actions import cases
from ledger.models import Case, Person
from tests.hospitals.referral_world import TODAY, D, asked, city_liaison, fresh, in_treatment, outside, place, requested, told, walk
from tests.refusing import refused

pytestmark = pytest.mark.django_db


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
