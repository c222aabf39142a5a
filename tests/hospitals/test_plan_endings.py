"""What ends a treatment plan besides its answer: another hospital, a closed case, the treatment completed."""

import pytest

from hospitals import planning
from hospitals.actions import admit, choose_hospital, discharge
from hospitals.arranging import arrange_hospital
from hospitals.models import TreatmentPlan
from ledger.actions import cases
from tests.hospitals.plans import TODAY, D, accepted, drafted, events, filed, fresh, plan_of, plans_of, waiting
from tests.refusing import refused


@pytest.mark.django_db
def test_another_hospital_arranged_ends_what_the_first_one_planned(cast):
    case = waiting(cast)
    accepted(cast, case)
    filed(cast, case, department="眼二科", reason="改科")
    arrange_hospital(by=cast.clerk, case=case, hospital=cast.city_hospital, why="wish", note="愿到市里手术")
    assert plans_of(case) == [(1, "cancelled"), (2, "cancelled")] and fresh(case).state == "verified"
    assert events(case.person)[-1] == ("plan_cancelled", "白内障诊疗方案第 1、2 版作废", "患者或家属另有意愿：愿到市里手术")
    assert TreatmentPlan.objects.visible_to(cast.liaison).count() == 0  # The case is no longer this hospital's.


@pytest.mark.django_db
def test_closing_the_case_ends_what_was_being_written_and_leaves_what_was_agreed(cast):
    case = waiting(cast)
    accepted(cast, case)
    filed(cast, case, department="眼二科", reason="改科")
    cases.close_case(by=cast.lead, case=fresh(case), outcome="refused", reason="不愿手术", on=TODAY)
    assert plans_of(case) == [(1, "accepted"), (2, "cancelled")]
    assert plan_of(case, 2).cancelled_because == "病例销号（拒绝救治）"


@pytest.mark.django_db
@pytest.mark.parametrize("returned", [True, False])
def test_treatment_completed_nobody_is_asked_to_write_any_more(cast, returned):
    case = waiting(cast)
    accepted(cast, case, admission_on=D(2017, 10, 20))
    stay = admit(by=cast.liaison, case=fresh(case), hospital=cast.hospital, on=TODAY)
    if returned:
        planning.return_plan(by=cast.clerk, plan=filed(cast, case, reason="改科"), remarks={"drugs": "请写明用法用量"})
    else:
        drafted(cast, case, reason="改科")
    discharge(by=cast.liaison, stay=stay, on=TODAY, completed=True)
    assert plans_of(case) == [(1, "accepted"), (2, "cancelled")]
    assert plan_of(case, 2).cancelled_because == "已完成治疗"


@pytest.mark.django_db
def test_what_was_filed_before_completion_is_agreed_or_taken_back_and_not_returned(cast):
    case = waiting(cast)
    stay = admit(by=cast.liaison, case=case, hospital=cast.hospital, on=TODAY)
    plan = filed(cast, fresh(case))
    discharge(by=cast.liaison, stay=stay, on=TODAY, completed=True)
    said = "白内障的状态是“已救治”，医院不能再改方案。请同意；不需要这一版的，请医院撤回后作废。"
    assert refused(planning.return_plan, by=cast.clerk, plan=plan, remarks={"drugs": "请写明用法用量"}) == (said, None)
    planning.accept_plan(by=cast.clerk, plan=plan)
    assert plans_of(case) == [(1, "accepted")]


@pytest.mark.django_db
def test_a_plan_agreed_on_paper_goes_on_beside_what_the_hospital_writes(cast):
    case = waiting(cast)
    drafted(cast, case)
    choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    assert plans_of(case) == [(1, "draft")] and fresh(case).state == "planned"
    accepted(cast, fresh(case))
    assert plans_of(case) == [(1, "accepted")] and fresh(case).state == "planned"


@pytest.mark.django_db
def test_admitted_elsewhere_the_first_hospitals_plan_falls_away(cast):
    case = waiting(cast)
    accepted(cast, case)
    admit(by=cast.clerk, case=fresh(case), hospital=cast.city_hospital, on=TODAY)
    assert plans_of(case) == [(1, "cancelled")] and plan_of(case, 1).cancelled_because == "改在柳州市工人医院住院"
