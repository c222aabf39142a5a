"""Treatment plans: written and filed by the hospital, answered by the county, amended by a new version; and what the database holds of them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from hospitals import planning
from hospitals.actions import admit
from hospitals.models import TreatmentPlan
from hospitals.plan_difference import Difference, differences
from hospitals.plan_moves import MOVES, STATES, may_move
from ledger.models import AuditEvent, Role, Staff
from ledger.protection import Sealed, mask_phone
from tests.hospitals.plans import PLACE, D, accepted, drafted, events, filed, fresh, plan_of, plans_of, waiting
from tests.refusing import refused

# ---- the way of a plan ----


@pytest.mark.django_db
def test_a_draft_is_the_hospitals_alone_until_it_is_filed(cast):
    case = waiting(cast)
    plan = drafted(cast, case)
    assert plans_of(case) == [(1, "draft")]
    seen_by = {staff.role: TreatmentPlan.objects.visible_to(staff).count() for staff in (cast.liaison, cast.clerk, cast.city)}
    assert seen_by == {"liaison": 1, "clerk": 0, "city": 0}
    assert events(case.person) == []
    assert AuditEvent.objects.filter(action="plan_written", subject_id=case.pk, detail__what="第 1 版").count() == 1
    filed(cast, case)
    assert [TreatmentPlan.objects.visible_to(staff).count() for staff in (cast.clerk, cast.city, cast.clerk2)] == [1, 1, 0]
    assert plan_of(case, 1).pk == plan.pk and plan_of(case, 1).filed_by == cast.liaison
    assert events(case.person) == [("plan_filed", f"白内障上报诊疗方案第 1 版，{PLACE}", "")]
    assert fresh(case).state == "verified"


@pytest.mark.django_db
def test_accepted_the_case_is_planned(cast):
    case = waiting(cast)
    plan = accepted(cast, case)
    assert (plan.state, plan.answered_by, fresh(case).state, fresh(case).hospital_name) == ("accepted", cast.clerk, "planned", PLACE)
    assert events(case.person, "plan_accepted", "case_plan") == [
        ("plan_accepted", f"白内障同意诊疗方案第 1 版，{PLACE}", ""), ("case_plan", f"白内障定诊疗方案，{PLACE}", ""),
    ]  # fmt: skip


@pytest.mark.django_db
def test_returned_the_next_version_answers_and_the_returned_one_keeps_its_remarks(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    planning.return_plan(by=cast.lead, plan=plan, remarks={"drugs": "请写明用法用量", "": "请附检查报告", "tests": " "})
    assert plans_of(case) == [(1, "returned")] and fresh(case).state == "verified"
    told = "白内障退回诊疗方案第 1 版：主要药物、整份方案"
    assert events(case.person, "plan_returned") == [("plan_returned", told, "请写明用法用量；请附检查报告")]
    drafted(cast, case, drugs="左氧氟沙星滴眼液，每日 4 次")
    assert plans_of(case) == [(1, "replaced"), (2, "draft")]
    assert plan_of(case, 1).remarks == {"drugs": "请写明用法用量", "": "请附检查报告"}
    second = filed(cast, case, drugs="左氧氟沙星滴眼液，每日 4 次")
    assert planning.written_before(second) == plan
    assert differences(plan_of(case, 1), second) == [Difference("drugs", "主要药物", "左氧氟沙星滴眼液", "左氧氟沙星滴眼液，每日 4 次")]
    planning.accept_plan(by=cast.clerk, plan=second)
    assert plans_of(case) == [(1, "replaced"), (2, "accepted")] and fresh(case).state == "planned"


@pytest.mark.django_db
def test_an_amendment_leaves_the_accepted_one_in_force_until_it_is_accepted_itself(cast):
    case = waiting(cast)
    accepted(cast, case)
    assert refused(filed, cast=cast, case=case, department="眼二科") == ("请写明为什么修订。", "reason")
    second = filed(cast, case, department="眼二科", reason="改由眼二科手术", surgeon_phone=Sealed("13907720899", mask_phone))
    assert plans_of(case) == [(1, "accepted"), (2, "filed")]
    assert [(one.label, one.before, one.after) for one in differences(plan_of(case, 1), second)] == [
        ("入住科别", "眼科", "眼二科"), ("手术医生联系电话", "139****0816", "139****0899"),
    ]  # fmt: skip
    planning.return_plan(by=cast.clerk, plan=second, remarks={"department": "请说明"})
    assert plans_of(case) == [(1, "accepted"), (2, "returned")]
    third = filed(cast, case, department="眼二科", reason="眼科没有床位")
    planning.accept_plan(by=cast.clerk, plan=third)
    assert plans_of(case) == [(1, "replaced"), (2, "replaced"), (3, "accepted")]
    assert events(case.person, "case_plan") == [("case_plan", f"白内障定诊疗方案，{PLACE}", "")]
    assert events(case.person, "plan_filed")[-1] == ("plan_filed", f"白内障上报诊疗方案第 3 版，{PLACE}", "眼科没有床位")


@pytest.mark.django_db
def test_taken_back_it_is_a_draft_again_and_a_discarded_draft_stays_on_record(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    planning.withdraw_plan(by=cast.liaison, plan=plan)
    assert plans_of(case) == [(1, "draft")] and TreatmentPlan.objects.visible_to(cast.clerk).count() == 0
    assert refused(planning.discard_plan, by=cast.liaison, plan=plan, reason=" ") == ("请写明作废的原因。", "reason")
    planning.discard_plan(by=cast.liaison, plan=plan, reason="患者要求推迟")
    assert plans_of(case) == [(1, "cancelled")] and plan_of(case, 1).cancelled_because == "患者要求推迟"
    assert events(case.person)[-1] == ("plan_cancelled", "白内障诊疗方案第 1 版作废", "患者要求推迟")
    drafted(cast, case)
    assert plans_of(case) == [(1, "cancelled"), (2, "draft")]


@pytest.mark.django_db
def test_a_plan_may_be_written_for_somebody_admitted_in_haste(cast):
    case = waiting(cast)
    admit(by=cast.liaison, case=case, hospital=cast.hospital, on=D(2017, 10, 16))
    accepted(cast, fresh(case), admission_on=D(2017, 10, 16))
    assert plans_of(case) == [(1, "accepted")] and fresh(case).state == "in_treatment"
    assert events(case.person, "case_plan") == []


# ---- the table ----


def test_every_state_is_reached_and_left_only_as_the_table_says():
    assert {move.target for move in MOVES.values()} | {"draft"} == set(STATES)
    allowed = {(role, state): [name for name in MOVES if may_move(name, state, role)] for role in ("liaison", "clerk") for state in STATES}
    assert {key: moves for key, moves in allowed.items() if moves} == {
        ("liaison", "draft"): ["file", "discard"], ("liaison", "filed"): ["withdraw"], ("liaison", "returned"): ["correct"],
        ("clerk", "filed"): ["accept", "return"], ("clerk", "accepted"): ["amend"],
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("act", "by", "said"), [
    (planning.accept_plan, "clerk", "这份方案现在是“退回修改”，不能办“同意方案”。请刷新后再看。"),
    (planning.withdraw_plan, "liaison", "这份方案现在是“退回修改”，不能办“撤回方案”。请刷新后再看。"),
    (planning.accept_plan, "liaison", "您的角色不能办“同意方案”。"),
    (planning.withdraw_plan, "clerk", "您的角色不能办“撤回方案”。"),
])  # fmt: skip
def test_each_side_makes_only_its_own_moves_and_only_once(cast, act, by, said):
    case = waiting(cast)
    plan = filed(cast, case)
    planning.return_plan(by=cast.clerk, plan=plan, remarks={"": "请补"})
    assert refused(act, by=getattr(cast, by), plan=plan)[0] == said


# ---- what the database holds ----


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [
    {"state": "filed", "filed_at": None},
    {"discharge_on": D(2017, 10, 22)},
    {"in_policy_yuan": Decimal("6000.01")},
    {"version": 1, "state": "accepted"},
])  # fmt: skip
def test_the_database_refuses_what_must_never_be(cast, changes):
    case = waiting(cast)
    accepted(cast, case)
    draft = drafted(cast, fresh(case), reason="改科")
    with pytest.raises(IntegrityError), transaction.atomic():
        TreatmentPlan.objects.everywhere("test").filter(pk=draft.pk).update(**changes)


@pytest.mark.django_db
def test_another_hospitals_liaison_sees_nothing_of_it(cast):
    case = waiting(cast)
    accepted(cast, case)
    other = Staff.objects.create(
        username="liaison-9", full_name="龙秀梅", role=Role.LIAISON, area=cast.county, hospital_code=cast.city_hospital.code
    )
    assert TreatmentPlan.objects.visible_to(other).count() == 0
