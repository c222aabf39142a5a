"""What is refused of a treatment plan, at whose door and with which words."""

from decimal import Decimal

import pytest
from django.db import transaction

from hospitals import planning
from hospitals.designating import end_designation
from ledger.actions import cases
from ledger.protection import Sealed, mask_phone
from tests.cast import on_day
from tests.hospitals.plans import PLACE, D, drafted, facts, filed, fresh, plans_of, seen, waiting
from tests.refusing import refused


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
