"""Treatment plans: written and filed by the hospital, answered by the county, amended by a new version; what is refused and what ends them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from hospitals import planning
from hospitals.actions import admit, choose_hospital, discharge
from hospitals.arranging import arrange_hospital
from hospitals.designating import end_designation
from hospitals.models import TreatmentPlan
from hospitals.plan_difference import Difference, differences
from hospitals.plan_moves import MOVES, STATES, may_move
from ledger.actions import cases
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent, Role, Staff
from ledger.protection import Sealed, mask_phone
from tests.cast import on_day
from tests.hospitals.plans import TODAY, D, accepted, drafted, events, facts, filed, fresh, plan_of, plans_of, seen, waiting

PLACE = "柳城县人民医院"


def refused(action, **told) -> tuple[str, str | None]:
    trail = AuditEvent.objects.count()
    with pytest.raises(Refused) as caught:
        action(**told)
    assert AuditEvent.objects.count() == trail
    return caught.value.message, caught.value.field


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


# ---- what is refused ----


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "said", "field"), [
    ({"discharge_on": D(2017, 10, 22)}, "计划出院时间 2017-10-22 早于计划入院时间 2017-10-23，请改其中一个。", "discharge_on"),
    ({"review_on": D(2017, 10, 21)}, "复查时间 2017-10-21 晚于今天，请改正。复查做过以后再上报方案。", "review_on"),
    ({"review_on": D(1917, 10, 18)}, "复查时间 1917-10-18 早于出生日期 1951-03-02，请改正。", "review_on"),
    ({"admission_on": D(2017, 10, 8)}, "计划入院时间 2017-10-08 早于发现日期 2017-10-09，请改正。", "admission_on"),
    ({"admission_on": D(2019, 10, 23), "discharge_on": None}, "计划入院时间 2019-10-23 在一年以后，请核对年份。", "admission_on"),
    ({"discharge_on": D(2071, 10, 27)}, "计划出院时间 2071-10-27 离入院超过一年，请核对年份。", "discharge_on"),
    ({"in_policy_yuan": Decimal("6000.01")}, "政策范围内费用 6,000.01 元多于总费用 6,000.00 元，请改其中一个。", "in_policy_yuan"),
    ({"total_yuan": Decimal("100000000")}, "估算总费用（元）要在 0 和 99,999,999 之间，请核对。", "total_yuan"),
])  # fmt: skip
def test_what_contradicts_itself_is_not_even_a_draft(cast, told, said, field):
    case = waiting(cast)
    assert refused(drafted, cast=cast, case=case, **told) == (said, field)
    assert plans_of(case) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("told", "said", "field"), [
    ({"treatment": ""}, "请填写治疗方案，再上报。", "treatment"),
    ({"discharge_on": None}, "请填写计划出院时间，再上报。", "discharge_on"),
    ({"attending_phone": Sealed("", mask_phone)}, "请填写主治医生联系电话，再上报。", "attending_phone"),
    ({"surgeon": ""}, "填了手术医生的电话，请把手术医生的姓名也填上。", "surgeon"),
    ({"total_yuan": Decimal(0), "in_policy_yuan": Decimal(0)}, "估算总费用不能是 0，请填写估算的金额。", "total_yuan"),
    ({"admission_on": D(2017, 10, 19)}, "计划入院时间 2017-10-19 已经过去，患者还没有入院。请改成今天或以后。", "admission_on"),
])  # fmt: skip
def test_what_is_missing_may_be_saved_and_not_filed(cast, told, said, field):
    case = waiting(cast)
    assert refused(filed, cast=cast, case=case, **told) == (said, field)
    drafted(cast, case, **told)
    assert plans_of(case) == [(1, "draft")]


@pytest.mark.django_db
def test_a_hospital_that_is_not_designated_plans_nothing(cast):
    case = waiting(cast)
    plan = filed(cast, case)
    with on_day(D(2017, 10, 19)):
        ended = cast.hospital.designations.get(disease__code="cataract")
        end_designation(by=cast.city, designation=ended, last_day=D(2017, 10, 19), document="柳卫发〔2017〕9号")
    said = f"{PLACE}不是柳城县 2017 年白内障的定点医院。请县卫健部门另选定点医院。"
    assert refused(planning.accept_plan, by=cast.clerk, plan=plan) == (said, None)
    planning.withdraw_plan(by=cast.liaison, plan=plan)
    assert refused(drafted, cast=cast, case=case) == (said, None)


@pytest.mark.django_db
def test_only_the_hospital_of_the_case_writes_and_only_while_there_is_something_to_plan(cast):
    case = waiting(cast)
    told = {"case": case, "facts": facts(), "seen": "new"}
    assert refused(planning.save_plan, by=cast.clerk, **told)[0] == "诊疗方案由收治医院的联络员填写。"
    with transaction.atomic():
        case = cases.return_case(by=cast.clerk, case=case, reason="住址不对")
    said = "白内障的状态是“退回补正”，核实以后、完成治疗以前才能填写方案。"
    assert refused(planning.save_plan, by=cast.liaison, **told | {"case": fresh(case)})[0] == said


@pytest.mark.django_db
def test_nobody_overwrites_what_somebody_else_wrote_meanwhile(cast):
    case = waiting(cast)
    drafted(cast, case)
    said = ("您打开之后，这份方案已有变动。请先看过现在的方案，再填写。", None)
    assert refused(planning.save_plan, by=cast.liaison, case=case, facts=facts(), seen="new") == said
    mark = seen(cast, case)
    filed(cast, case)
    assert refused(planning.save_plan, by=cast.liaison, case=case, facts=facts(), seen=mark) == said
    mark = seen(cast, case)
    assert (
        refused(planning.save_plan, by=cast.liaison, case=case, facts=facts(), seen=mark)[0]
        == "方案已上报，等县卫健部门答复。要改的，请先撤回。"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("remarks", "said", "field"), [
    ({}, "请至少在一处写明要改什么，医院会看到。", ""),
    ({"drugs": "  "}, "请至少在一处写明要改什么，医院会看到。", ""),
    ({"drugs": "改" * 121}, "意见超过 120 个字，请缩短。", "drugs"),
    ({"state": "同意"}, "审核意见不属于方案的任何一项，请重新填写。", ""),
])  # fmt: skip
def test_a_plan_is_returned_with_words_that_the_hospital_can_follow(cast, remarks, said, field):
    case = waiting(cast)
    plan = filed(cast, case)
    assert refused(planning.return_plan, by=cast.clerk, plan=plan, remarks=remarks) == (said, field)
    assert plans_of(case) == [(1, "filed")]


# ---- what ends them ----


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
