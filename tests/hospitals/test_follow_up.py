"""Follow-up after discharge: planned by the city's rule, made, missed, cancelled; what ends it, and who may."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from hospitals import actions, visit_rules, visits
from hospitals.models import FollowUp, FollowUpRule
from hospitals.visits import cancel_visit, months_after, plan_visit, record_visit
from ledger.actions import cases
from ledger.models import AuditEvent, Case, DataChange, Role
from tests.cast import on_day
from tests.refusing import refused

D = datetime.date
TODAY = D(2017, 10, 20)
DOCUMENT = "柳卫发〔2017〕9号"
PLACE = {"hospital_code": "450222-1", "hospital_name": "柳城县人民医院"}


def rule(cast, months=(1, 3), visitor: str = "township", disease: str = "cataract") -> FollowUpRule:
    return visit_rules.keep_rule(by=cast.city, disease=cast.disease(disease), months=list(months), visitor=visitor, document=DOCUMENT)


def planned(case: Case) -> list[tuple]:
    rows = FollowUp.objects.everywhere("test").filter(case=case).order_by("due_on", "pk")
    return [(row.due_on, row.visitor, row.cancelled_reason or ("done" if row.done_on else "open")) for row in rows]


def events(case: Case, *moves: str) -> list[tuple]:
    rows = case.events.filter(move__in=moves or ("visit_planned", "visit_made", "visit_cancelled")).order_by("pk")
    return [(row.text, row.reason, row.on) for row in rows]


@pytest.fixture
def case(cast) -> Case:
    """韦桂兰, 白内障, in the county hospital since 9 October."""
    case = cast.case_of(cast.register("韦桂兰", on=D(2017, 9, 1)))
    case = cases.verify_case(by=cast.clerk, case=case)
    actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 9))
    return cast.case_of(case.person)


@pytest.fixture
def left(cast, case) -> Case:
    """The same, discharged and treated on 13 October, with the rule 1、3 months."""
    rule(cast)
    actions.discharge(by=cast.liaison, stay=case.stays.get(), on=D(2017, 10, 13), completed=True)
    return cast.case_of(case.person)


def only(case: Case, due_on: D) -> FollowUp:
    return FollowUp.objects.everywhere("test").get(case=case, due_on=due_on)


def made(cast, case: Case, due_on: D, *, by=None, on: D = TODAY, finding: str = "better", **told) -> FollowUp:
    told = {"way": "home", "text": ""} | told
    return record_visit(by=by or cast.township, visit=only(case, due_on), on=on, finding=finding, **told)


# ---- planned ----


@pytest.mark.parametrize(
    ("day", "number", "then"),
    [
        (D(2017, 10, 13), 1, D(2017, 11, 13)), (D(2017, 8, 31), 1, D(2017, 9, 30)), (D(2017, 12, 31), 2, D(2018, 2, 28)),
        (D(2016, 1, 31), 1, D(2016, 2, 29)), (D(2017, 10, 13), 12, D(2018, 10, 13)), (D(2017, 10, 13), 36, D(2020, 10, 13)),
    ],
)  # fmt: skip
def test_a_month_later_is_the_same_day_or_the_months_last(day, number, then):
    assert months_after(day, number) == then


@pytest.mark.django_db
def test_leaving_hospital_plans_what_the_rule_asks_for(cast, left):
    assert planned(left) == [(D(2017, 11, 13), "township", "open"), (D(2018, 1, 13), "township", "open")]
    assert events(left) == [("白内障安排随访 2 次：2017-11-13、2018-01-13，乡镇卫生院", "", TODAY)]
    visit = only(left, D(2017, 11, 13))
    assert (visit.stay.discharged_on, visit.planned_by) == (D(2017, 10, 13), cast.liaison)
    assert AuditEvent.objects.filter(action="visit_planned", subject_type="case", subject_id=left.pk).count() == 1


@pytest.mark.django_db
def test_without_a_rule_nothing_is_planned_by_itself(cast, case):
    rule(cast, disease="gastric-cancer")
    actions.discharge(by=cast.liaison, stay=case.stays.get(), on=D(2017, 10, 13))
    assert planned(case) == [] and events(case) == []


@pytest.mark.django_db
def test_days_that_were_over_when_the_discharge_was_recorded_are_not_planned(cast, case):
    rule(cast, months=(1, 2, 3))
    with on_day(D(2017, 12, 20)):
        actions.discharge(by=cast.clerk, stay=case.stays.get(), on=D(2017, 10, 20))
    assert planned(case) == [(D(2017, 12, 20), "township", "open"), (D(2018, 1, 20), "township", "open")]


@pytest.mark.django_db
def test_a_stay_recorded_after_it_was_over_is_followed_up_too_unless_it_is_not_the_last(cast, left):
    with transaction.atomic():
        actions.record_stay(by=cast.liaison, case=left, hospital=cast.hospital, admitted_on=D(2017, 9, 2), discharged_on=D(2017, 9, 20))
    assert [row[2] for row in planned(left)] == ["open", "open"]
    with transaction.atomic():
        actions.record_stay(by=cast.liaison, case=left, hospital=cast.hospital, admitted_on=D(2017, 10, 14), discharged_on=D(2017, 10, 18))
    reason = "补记住院，按新的出院日期重新安排"
    assert planned(left) == [
        (D(2017, 11, 13), "township", reason), (D(2017, 11, 18), "township", "open"), (D(2018, 1, 13), "township", reason),
        (D(2018, 1, 18), "township", "open"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_closed_case_is_not_followed_up_though_it_leaves_hospital_afterwards(cast, case):
    rule(cast)
    cases.close_case(by=cast.lead, case=case, outcome="died", reason="医院告知", on=TODAY)
    actions.discharge(by=cast.liaison, stay=case.stays.get(), on=TODAY)
    assert planned(case) == []


@pytest.mark.django_db
def test_a_new_admission_ends_what_was_planned(cast, left):
    actions.admit(by=cast.liaison, case=left, hospital=cast.hospital, on=D(2017, 10, 19))
    assert [row[2] for row in planned(left)] == ["再次入院", "再次入院"]
    assert events(left, "visit_cancelled") == [("白内障取消 2 次随访：2017-11-13、2018-01-13", "再次入院", TODAY)]


@pytest.mark.django_db
def test_closing_ends_what_was_planned_and_reopening_plans_nothing(cast, left):
    made(cast, left, D(2017, 11, 13))
    case = cases.close_case(by=cast.lead, case=left, outcome="cured", reason="视力恢复", on=TODAY)
    assert [row[2] for row in planned(case)] == ["done", "病例销号（治愈）"]
    cases.reopen_case(by=cast.lead, case=case, reason="复发")
    assert [row[2] for row in planned(case)] == ["done", "病例销号（治愈）"]


@pytest.mark.django_db
def test_a_refused_discharge_plans_nothing(cast, case):
    rule(cast)
    refused(actions.discharge, by=cast.liaison, stay=case.stays.get(), on=D(2017, 10, 8))
    assert planned(case) == []


# ---- by hand ----


@pytest.mark.django_db
def test_a_visit_planned_by_hand(cast, left):
    visit = plan_visit(by=cast.township, case=left, due_on=D(2017, 10, 27), visitor="township")
    assert (visit.due_on, visit.stay.discharged_on) == (D(2017, 10, 27), D(2017, 10, 13))
    assert refused(plan_visit, by=cast.clerk, case=left, due_on=D(2017, 10, 27), visitor="bureau") == (
        "白内障在 2017-10-27 已经安排了随访，请换一天。", "due_on",
    )  # fmt: skip
    assert refused(plan_visit, by=cast.township, case=left, due_on=D(2017, 10, 28), visitor="hospital") == (
        "您只能安排本单位（乡镇卫生院）的随访；其他单位的，请告诉县卫健部门。", "visitor",
    )  # fmt: skip
    assert refused(plan_visit, by=cast.clerk, case=left, due_on=D(2017, 10, 19), visitor="hospital") == (
        "计划日期 2017-10-19 早于今天，请改正。已经做过的随访请直接登记。", "due_on",
    )  # fmt: skip
    assert refused(plan_visit, by=cast.clerk, case=left, due_on=D(2020, 10, 21), visitor="hospital") == (
        "计划日期 2020-10-21 太远，最多安排到 2020-10-20。", "due_on",
    )  # fmt: skip
    found = cast.case_of(cast.register("覃水莲"))
    assert refused(plan_visit, by=cast.clerk, case=found, due_on=D(2017, 10, 28), visitor="bureau") == (
        "白内障的状态是“待核实”，治疗开始以后、销号以前才能安排随访。", "due_on",
    )  # fmt: skip


# ---- made ----


@pytest.mark.django_db
def test_a_visit_is_made_and_told(cast, left):
    visit = made(cast, left, D(2017, 11, 13), way="phone", text="视力 0.8，按时滴药", next_on=D(2017, 12, 1))
    assert (visit.done_on, visit.done_by, visit.way, visit.finding, visit.text) == (
        TODAY,
        cast.township,
        "phone",
        "better",
        "视力 0.8，按时滴药",
    )
    assert events(left, "visit_made") == [("白内障随访（电话）：好转。视力 0.8，按时滴药", "", TODAY)]
    assert planned(left)[1] == (D(2017, 12, 1), "township", "open")
    assert refused(record_visit, by=cast.township, visit=visit, on=TODAY, way="home", finding="stable", text="") == (
        "这次随访已在 2017-10-20 登记。请刷新后再看。", None,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "sentence", "field"),
    [
        ({"on": D(2017, 10, 21)}, "随访日期 2017-10-21 晚于今天，请改正。", "done_on"),
        ({"on": D(2017, 10, 12)}, "随访日期 2017-10-12 早于出院日期 2017-10-13，请改正。", "done_on"),
        ({"finding": "lost"}, "请写明怎样找过、为什么没有找到。", "text"),
        ({"finding": "fine"}, "请选择情况。", "finding"),
        ({"way": "letter"}, "请选择方式。", "way"),
        ({"text": "长" * 201}, "随访记录超过 200 个字，请缩短。", "text"),
        ({"finding": "died", "next_on": D(2017, 12, 1)}, "患者已死亡，不用再安排随访。请去掉下次日期。", "next_on"),
        ({"next_on": D(2017, 10, 19)}, "计划日期 2017-10-19 早于今天，请改正。已经做过的随访请直接登记。", "next_on"),
        ({"next_on": D(2018, 1, 13)}, "白内障在 2018-01-13 已经安排了随访，请换一天。", "next_on"),
    ],
)
def test_what_a_visit_cannot_say(cast, left, told, sentence, field):
    told = {"on": TODAY, "way": "home", "finding": "better", "text": ""} | told
    assert refused(record_visit, by=cast.township, visit=only(left, D(2017, 11, 13)), **told) == (sentence, field)
    assert planned(left)[0][2] == "open"


@pytest.mark.django_db
def test_a_missed_visit_is_told_as_lost(cast, left):
    visit = made(cast, left, D(2017, 11, 13), finding="lost", text="两次入户无人，邻居说外出务工")
    assert (visit.finding, events(left, "visit_made")[0][0]) == ("lost", "白内障随访（入户）：失访。两次入户无人，邻居说外出务工")


@pytest.mark.django_db
def test_a_visit_is_its_units_and_the_bureaus(cast, left):
    visit = only(left, D(2017, 11, 13))
    said = {"on": TODAY, "way": "home", "finding": "better", "text": ""}
    assert refused(record_visit, by=cast.liaison, visit=visit, **said) == ("这次随访由乡镇卫生院办理。", None)
    assert refused(cancel_visit, by=cast.liaison, visit=visit, reason="已搬走") == ("这次随访由乡镇卫生院办理。", None)
    for stranger in (cast.clerk2, cast.township2):
        with pytest.raises(FollowUp.DoesNotExist):
            record_visit(by=stranger, visit=visit, **said)
    assert record_visit(by=cast.lead, visit=visit, **said).done_by == cast.lead
    assert [visits.visits_as(cast.clerk, unit) for unit in ("township", "hospital", "bureau")] == [True, True, True]
    assert not visits.visits_as(cast.city, "bureau") and visits.UNIT[Role.LIAISON] == "hospital"


@pytest.mark.django_db
def test_a_visit_is_cancelled_with_a_reason(cast, left):
    visit = only(left, D(2017, 11, 13))
    assert refused(cancel_visit, by=cast.township, visit=visit, reason="  ") == ("请写明取消的原因。", "reason")
    visit = cancel_visit(by=cast.township, visit=visit, reason="改到县医院复查")
    assert (visit.cancelled_on, visit.cancelled_by) == (TODAY, cast.township)
    assert events(left, "visit_cancelled") == [("白内障取消 2017-11-13 的随访", "改到县医院复查", TODAY)]
    assert refused(cancel_visit, by=cast.township, visit=visit, reason="再取消") == ("这次随访已取消：改到县医院复查。请刷新后再看。", None)


@pytest.mark.django_db
def test_the_database_holds_no_visit_half_made_or_half_cancelled(cast, left):
    visit = FollowUp.objects.everywhere("test").filter(due_on=D(2017, 11, 13))
    for wrong in ({"done_on": TODAY}, {"finding": "better"}, {"cancelled_reason": "x"}, {"cancelled_on": TODAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            visit.update(**wrong)


# ---- the city's rules ----


@pytest.mark.django_db
def test_a_rule_is_kept_with_its_document_and_holds_from_then_on(cast, left):
    rule(cast, months=(6, 2, 2), visitor="hospital")
    kept = FollowUpRule.objects.get()
    assert (kept.months, kept.visitor, kept.document, kept.months_words) == ([2, 6], "hospital", DOCUMENT, "出院后 2、6 个月")
    assert [(row.kind, row.subject, row.text, row.document) for row in DataChange.objects.order_by("pk")] == [
        ("follow-up-rule", "白内障", "没有规则 → 出院后 1、3 个月，乡镇卫生院", DOCUMENT),
        ("follow-up-rule", "白内障", "出院后 1、3 个月，乡镇卫生院 → 出院后 2、6 个月，定点医院", DOCUMENT),
    ]
    assert planned(left) == [(D(2017, 11, 13), "township", "open"), (D(2018, 1, 13), "township", "open")]  # Planned before.
    visit_rules.drop_rule(by=cast.city, disease=cast.disease("cataract"), document="柳卫发〔2017〕12号")
    assert not FollowUpRule.objects.exists()
    assert DataChange.objects.order_by("pk").last().text == "出院后 2、6 个月，定点医院 → 停用"


@pytest.mark.django_db
def test_what_a_rule_cannot_be(cast):
    keep, cataract = visit_rules.keep_rule, cast.disease("cataract")
    told = {"by": cast.city, "disease": cataract, "months": [1], "visitor": "township", "document": DOCUMENT}
    sentence = "请填 1 到 36 的整数，中间用顿号，最多 12 个，例如 1、3、6。"
    for months in ([], [0], [37], list(range(1, 14))):
        assert refused(keep, **told | {"months": months}) == (sentence, "months")
    assert refused(keep, **told | {"visitor": "nobody"}) == ("请选择由谁随访。", "visitor")
    assert refused(keep, **told | {"document": " "}) == ("请写明依据的文件或文号。", "document")
    assert not FollowUpRule.objects.exists()
    keep(**told)
    assert refused(keep, **told) == ("月数和随访单位都没有改动，不用保存。", "months")
    assert refused(visit_rules.drop_rule, by=cast.city, disease=cast.disease("vsd"), document=DOCUMENT) == (
        "儿童先天性心脏室间隔缺损还没有随访规则。请刷新后再看。", None,
    )  # fmt: skip
