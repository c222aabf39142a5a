"""What each move of a case asks, writes and changes, against the real database."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from ledger.actions import cases
from ledger.actions.homes import move_house
from ledger.actions.refusals import Refused
from ledger.models import Case, Standing
from ledger.standing import differences
from tests.cast import on_day

D = datetime.date
TODAY = D(2017, 10, 20)
PLACE = {"hospital_code": "450222-1", "hospital_name": "柳城县人民医院"}


@pytest.fixture
def case(cast) -> Case:
    """Registered on 1 October, found that day; 白内障."""
    return cast.case_of(cast.register("韦桂兰", on=D(2017, 10, 1)))


def days(case: Case) -> list[tuple]:
    rows = Standing.objects.filter(case=case).order_by("during")
    return [(row.county.code, row.during.lower, row.during.upper, row.completed_on) for row in rows]


def last(case: Case) -> tuple:
    event = case.events.order_by("pk").last()
    return event.move, event.from_state, event.to_state, event.text, event.reason, event.on


def refused(message: str, field: str | None = None):
    class Expectation:
        def __enter__(self):
            return self

        def __exit__(self, kind, error, traceback):
            assert kind is not None and issubclass(kind, Refused), f"not refused: {message}"
            assert (error.message, error.field) == (message, field)
            return True

    return Expectation()


def test_a_whole_life(cast, case):
    case = cases.return_case(by=cast.lead, case=case, reason="缺诊断证明")
    assert (case.state, last(case)) == ("returned", ("case_return", "registered", "returned", "白内障退回补正", "缺诊断证明", TODAY))
    case = cases.resubmit_case(by=cast.township, case=case)
    case = cases.verify_case(by=cast.clerk, case=case)
    assert (case.state, case.verified_on) == ("verified", TODAY)
    case = cases.plan_case(by=cast.clerk, case=case, **PLACE)
    case = cases.admit_case(by=cast.liaison, case=case, on=D(2017, 10, 10), **PLACE)
    case = cases.complete_case(by=cast.liaison, case=case, on=D(2017, 10, 15), text="人工晶体植入")
    assert last(case) == ("case_complete", "in_treatment", "treated", "白内障完成治疗，人工晶体植入", "", D(2017, 10, 15))
    assert days(case) == [("450222", D(2017, 10, 1), None, D(2017, 10, 15))]
    case = cases.close_case(by=cast.lead, case=case, outcome="cured", reason="视力恢复", on=D(2017, 10, 19))
    assert (case.state, case.outcome, case.closed_on, case.version) == ("closed", "cured", D(2017, 10, 19), 8)
    assert days(case) == [("450222", D(2017, 10, 1), None, D(2017, 10, 15))]  # Cured still counts.
    assert [event.move for event in case.events.order_by("pk")] == [
        "case_found", "case_registered", "case_return", "case_resubmit", "case_verify", "case_plan", "case_admit", "case_complete",
        "case_close",
    ]  # fmt: skip


def test_the_first_completion_stays(cast, case):
    case = cast.treat(case.person, on=D(2017, 10, 10))
    case = cases.admit_case(by=cast.liaison, case=case, on=D(2017, 10, 12), **PLACE)
    case = cases.complete_case(by=cast.liaison, case=case, on=D(2017, 10, 18))
    assert (case.state, case.completed_on) == ("treated", D(2017, 10, 10))


def test_a_completion_is_withdrawn_with_a_reason(cast, case):
    case = cast.treat(case.person)
    with refused("请写明撤销完成治疗的原因。", "reason"):
        cases.withdraw_completion(by=cast.clerk, case=case, reason="  ")
    case = cases.withdraw_completion(by=cast.clerk, case=case, reason="录错人")
    assert (case.state, case.completed_on, days(case)) == ("in_treatment", None, [("450222", D(2017, 10, 1), None, None)])


def test_treatment_before_discovery_or_in_the_future(cast, case):
    case = cases.verify_case(by=cast.lead, case=case)
    with refused("入院日期 2017-09-30 早于发现日期 2017-10-01，请改其中一个。", "admitted_on"):
        cases.admit_case(by=cast.clerk, case=case, on=D(2017, 9, 30), **PLACE)
    with refused("入院日期 2017-10-21 晚于今天，请改正。", "admitted_on"):
        cases.admit_case(by=cast.clerk, case=case, on=D(2017, 10, 21), **PLACE)
    case = cases.admit_case(by=cast.clerk, case=case, on=D(2017, 10, 2), **PLACE)
    with refused("完成治疗日期 2017-09-30 早于发现日期 2017-10-01，请改其中一个。", "completed_on"):
        cases.complete_case(by=cast.clerk, case=case, on=D(2017, 9, 30))
    with refused("完成治疗日期 2017-10-21 晚于今天，请改正。", "completed_on"):
        cases.complete_case(by=cast.clerk, case=case, on=D(2017, 10, 21))
    assert Case.objects.visible_to(cast.clerk).get(pk=case.pk).state == "in_treatment"


def test_completion_without_treatment_is_refused(cast, case):
    case = cases.verify_case(by=cast.lead, case=case)
    with refused("现在的状态是“已核实”，不能办“登记完成治疗”。请刷新后再看。"):
        cases.complete_case(by=cast.clerk, case=case, on=TODAY)


@pytest.mark.parametrize(("outcome", "label"), [("cured", "治愈"), ("improved", "好转")])
def test_no_cure_without_completed_treatment(cast, case, outcome, label):
    with refused(f"还没有登记完成治疗，不能按“{label}”销号。请先登记完成治疗。", "outcome"):
        cases.close_case(by=cast.lead, case=case, outcome=outcome, reason="痊愈", on=TODAY)
    assert Case.objects.visible_to(cast.lead).get(pk=case.pk).state == "registered"


def test_what_closing_asks(cast, case):
    with refused("请选择销号原因。", "outcome"):
        cases.close_case(by=cast.lead, case=case, outcome="", reason="x", on=TODAY)
    for day in (D(2017, 10, 21), D(2017, 9, 30)):
        with refused(f"销号日期 {day} 要在登记日期和今天之间，请改正。", "on"):
            cases.close_case(by=cast.lead, case=case, outcome="died", reason="病故", on=day)
    with refused("请写明销号的原因。", "reason"):
        cases.close_case(by=cast.lead, case=case, outcome="died", reason="", on=TODAY)
    with refused("您的角色不能办“销号”。"):
        cases.close_case(by=cast.clerk, case=case, outcome="died", reason="病故", on=TODAY)


@pytest.mark.parametrize("outcome", ["died", "refused"])
def test_who_died_or_refused_still_counts(cast, case, outcome):
    case = cases.close_case(by=cast.lead, case=case, outcome=outcome, reason="家属告知", on=D(2017, 10, 15))
    assert days(case) == [("450222", D(2017, 10, 1), None, None)]


def test_a_mistaken_case_counts_until_its_closing_and_again_from_its_reopening(cast, case):
    case = cases.close_case(by=cast.lead, case=case, outcome="mistaken", reason="同名误录", on=D(2017, 10, 15))
    assert days(case) == [("450222", D(2017, 10, 1), D(2017, 10, 15), None)]
    with refused("请写明恢复的原因。", "reason"):
        cases.reopen_case(by=cast.lead, case=case, reason="")
    case = cases.reopen_case(by=cast.lead, case=case, reason="复核无误")
    assert (case.state, case.outcome, case.closed_on) == ("registered", "", None)
    assert last(case) == ("case_reopen", "closed", "registered", "白内障恢复", "复核无误", TODAY)
    # The days on which it stood struck off stay out: a month submitted meanwhile comes out the same when it is rebuilt.
    assert days(case) == [("450222", D(2017, 10, 1), D(2017, 10, 15), None), ("450222", TODAY, None, None)]
    assert differences() == []


def test_struck_off_twice_leaves_two_gaps(cast, case):
    for closed, reopened in ((D(2017, 10, 3), D(2017, 10, 5)), (D(2017, 10, 8), D(2017, 10, 12))):
        with on_day(reopened):
            cases.close_case(by=cast.lead, case=case, outcome="mistaken", reason="同名误录", on=closed)
            cases.reopen_case(by=cast.lead, case=case, reason="复核无误")
    expected = [(D(2017, 10, 1), D(2017, 10, 3)), (D(2017, 10, 5), D(2017, 10, 8)), (D(2017, 10, 12), None)]
    assert [(start, end) for _, start, end, _ in days(case)] == expected
    cases.close_case(by=cast.lead, case=case, outcome="mistaken", reason="确属误录", on=D(2017, 10, 18))
    assert [(start, end) for _, start, end, _ in days(case)] == [*expected[:2], (D(2017, 10, 12), D(2017, 10, 18))]
    assert differences() == []


def test_reopened_on_the_day_it_was_struck_off_leaves_no_gap(cast, case):
    cases.close_case(by=cast.lead, case=case, outcome="mistaken", reason="点错", on=TODAY)
    cases.reopen_case(by=cast.lead, case=case, reason="点错")
    assert days(case) == [("450222", D(2017, 10, 1), None, None)]


@pytest.mark.parametrize("outcome", ["died", "refused"])
def test_another_outcome_taken_back_leaves_no_gap(cast, case, outcome):
    cases.close_case(by=cast.lead, case=case, outcome=outcome, reason="家属告知", on=D(2017, 10, 15))
    cases.reopen_case(by=cast.lead, case=case, reason="核实有误")
    assert days(case) == [("450222", D(2017, 10, 1), None, None)]


def test_a_case_mistaken_on_its_first_day_never_counted(cast):
    case = cast.case_of(cast.register("覃福生"))
    case = cases.close_case(by=cast.lead, case=case, outcome="mistaken", reason="录错", on=TODAY)
    assert days(case) == []


def test_who_left_the_prefecture_counts_until_that_day_and_again_when_back(cast, case):
    case = cast.treat(case.person, on=D(2017, 10, 8))
    case = cases.close_case(by=cast.lead, case=case, outcome="moved_away", reason="随子女迁往广东", on=D(2017, 10, 10))
    assert days(case) == [("450222", D(2017, 10, 1), D(2017, 10, 10), D(2017, 10, 8))]
    assert case.person.residences.get().during.upper == D(2017, 10, 10)
    with refused("这位患者已迁出本市，不能再改住址。", "on"):
        move_house(by=cast.clerk, person=case.person, village=cast.village2, address="1 组", on=TODAY)
    case = cases.reopen_case(by=cast.lead, case=case, reason="返回原籍")
    assert case.state == "treated"
    assert days(case) == [("450222", D(2017, 10, 1), D(2017, 10, 10), D(2017, 10, 8)), ("450222", TODAY, None, D(2017, 10, 8))]


def test_a_found_case_counts_from_its_registration(cast):
    person = cast.register("韦桂兰", by=cast.township, found_only=True, on=D(2017, 9, 1))
    assert days(cast.case_of(person)) == []
    with on_day(D(2017, 9, 5)):
        case = cases.register_case(by=cast.township, case=cast.case_of(person))
    assert (case.state, days(case)) == ("registered", [("450222", D(2017, 9, 5), None, None)])


# ---- age ----


def test_somebody_too_old_waits_for_the_lead_and_is_not_counted(cast):
    case = cast.case_of(cast.register("韦大哥", born_on=D(2002, 10, 20), disease="all"))
    assert (case.age_confirmation_needed, days(case)) == (True, [])
    with refused("韦大哥超过急性淋巴细胞白血病的年龄限制（14 岁），须负责人先确认。"):
        cases.verify_case(by=cast.clerk, case=case)
    with refused("这一例不需要负责人确认年龄。"):
        cases.confirm_age(by=cast.clerk, case=case)
    case = cases.confirm_age(by=cast.lead, case=case)
    assert case.age_confirmed_by == cast.lead
    with refused("这一例不需要负责人确认年龄。"):
        cases.confirm_age(by=cast.lead, case=case)
    case = cases.verify_case(by=cast.clerk, case=case)
    assert (case.state, days(case)) == ("verified", [])


def test_fourteen_is_young_enough(cast):
    case = cast.case_of(cast.register("韦小哥", born_on=D(2002, 10, 21), disease="all"))
    assert (case.age_confirmation_needed, days(case)) == (False, [("450222", TODAY, None, None)])
    with refused("这一例不需要负责人确认年龄。"):
        cases.confirm_age(by=cast.lead, case=case)


def test_found_as_a_child_but_registered_too_late(cast):
    person = cast.register("韦小哥", born_on=D(2002, 10, 15), disease="all", found_only=True, on=D(2017, 10, 14))
    assert cast.case_of(person).age_confirmation_needed is False
    case = cases.register_case(by=cast.clerk, case=cast.case_of(person))
    assert (case.age_confirmation_needed, days(case)) == (True, [])


# ---- opening ----


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ({"found_on": D(2017, 10, 21)}, "发现日期 2017-10-21 晚于今天，请改正。", "found_on"),
        ({"found_on": D(1951, 3, 1)}, "发现日期 1951-03-01 早于出生日期 1951-03-02，请改其中一个。", "found_on"),
        ({"diagnosed_on": D(2017, 10, 21)}, "确诊日期 2017-10-21 要在出生日期和今天之间，请改正。", "diagnosed_on"),
        ({"diagnosed_on": D(1951, 3, 1)}, "确诊日期 1951-03-01 要在出生日期和今天之间，请改正。", "diagnosed_on"),
        ({"icd10": "c16.9"}, "ICD-10 编码 C16.9 不属于白内障（应以 H25、H26 开头）。请核对病种或编码。", "icd10"),
    ],
)
def test_an_impossible_case_is_refused(cast, fields, message, field):
    person = cast.register("韦桂兰", disease=None)
    with refused(message, field):
        cases.open_case(by=cast.clerk, person=person, entry=cast.entry(**fields))
    assert person.cases.count() == 0


def test_a_second_case_of_the_same_disease_is_refused(cast, case):
    with refused("韦桂兰已有白内障病例，状态“待核实”。请打开原病例。", "disease"):
        cases.open_case(by=cast.clerk, person=case.person, entry=cast.entry())
    other = cases.open_case(by=cast.clerk, person=case.person, entry=cast.entry("colon-cancer", icd10="C18.0"))
    assert (other.disease.code, case.person.cases.count()) == ("colon-cancer", 2)


def test_another_county_or_hospital_cannot_move_a_case(cast, case):
    for who in (cast.clerk2, cast.lead2, cast.liaison, cast.township2, cast.operator, cast.auditor):
        with pytest.raises(Case.DoesNotExist):
            cases.verify_case(by=who, case=case)
    with refused("您的角色不能办“核实”。"):
        cases.verify_case(by=cast.civil, case=case)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"completed_on": D(2017, 9, 30)}, "treated_after_found"),
        ({"registered_on": D(2017, 9, 30)}, "registered_after_found"),
        ({"state": "closed"}, "closed_with_an_outcome"),
        ({"outcome": "cured"}, "closed_with_an_outcome"),
    ],
)
def test_the_database_refuses_what_no_action_would_write(cast, case, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Case.objects.everywhere("test").filter(pk=case.pk).update(**values)


def test_withdrawing_a_second_completion_leaves_the_first(cast, case):
    cast.treat(case.person, on=D(2017, 10, 8))
    with on_day(D(2017, 10, 12)):
        cases.admit_case(by=cast.clerk, case=case, on=D(2017, 10, 10), **PLACE)
        cases.complete_case(by=cast.clerk, case=case, on=D(2017, 10, 12))
    withdrawn = cases.withdraw_completion(by=cast.clerk, case=case, reason="录错人")
    assert (withdrawn.state, withdrawn.completed_on) == ("in_treatment", D(2017, 10, 8))
    cases.complete_case(by=cast.clerk, case=case, on=TODAY)
    assert cases.withdraw_completion(by=cast.clerk, case=case, reason="又录错").completed_on == D(2017, 10, 8)


def test_nobody_is_cured_before_the_treatment_was_completed(cast, case):
    cast.treat(case.person, on=D(2017, 10, 18))
    with refused("销号日期 2017-10-17 早于完成治疗日期 2017-10-18，请改正。", "on"):
        cases.close_case(by=cast.lead, case=case, outcome="cured", reason="复查", on=D(2017, 10, 17))


def test_somebody_who_left_gets_no_new_case_before_the_old_one_is_reopened(cast, case):
    cases.close_case(by=cast.lead, case=case, outcome="moved_away", reason="随子女迁出", on=D(2017, 10, 15))
    with refused("韦桂兰已迁出本市。请先恢复按“迁出”销号的病例，再登记新的病种。", "disease"):
        cases.open_case(by=cast.clerk, person=case.person, entry=cast.entry("gastric-cancer"))
    cases.reopen_case(by=cast.lead, case=case, reason="回迁")
    assert cases.open_case(by=cast.clerk, person=case.person, entry=cast.entry("gastric-cancer")).state == "registered"
