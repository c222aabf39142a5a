"""The kinds of the work list: each by its limit to the day, each role its own."""

import datetime

import pytest
from django.urls import reverse

from hospitals.actions import choose_hospital, complete
from hospitals.designating import close_hospital
from hospitals.models import FollowUp, Visitor
from hospitals.planning import return_plan
from ledger import clock
from ledger.actions.cases import close_case, return_case, verify_case
from ledger.actions.categories import end_category, hold_category, verify_category
from ledger.models import Case, Category
from reports.work_kinds import KINDS, kinds_of
from reports.work_lists import number_waiting
from tests.cast import on_day
from tests.hospitals import plans
from tests.ledger.asking import ask
from tests.ledger.desks import client_of
from tests.reports.work_stories import LIST, D, day, in_hospital, leave, listed, one_planned_one_discharged, told

pytestmark = pytest.mark.django_db


# ---- the kinds ----


def test_registered_and_not_verified_for_more_than_three_days(cast):
    for name, number in (("今天的", 20), ("四天的", 16), ("三天的", 17)):
        cast.register(name, on=day(number))
    cast.register("外县的", village=cast.village2, on=day(1))
    expected = [
        ("四天的", "白内障", "2017-10-16", 4, True), ("三天的", "白内障", "2017-10-17", 3, False), ("今天的", "白内障", "2017-10-20", 0, False),
    ]  # fmt: skip
    assert listed("registered", cast.clerk) == listed("registered", cast.township) == expected
    assert told(cast.clerk) == {"registered": (3, "2017-10-16", 1)}
    assert (number_waiting(cast.clerk), number_waiting(cast.township)) == (3, 0)  # The town waits for the county.


def test_verified_and_without_a_plan_for_more_than_ten_days(cast):
    for name, number in (("十天的", 10), ("十一天的", 9)):
        person = cast.register(name, on=day(1))
        with on_day(day(number)):
            verify_case(by=cast.clerk, case=cast.case_of(person))
    assert listed("unplanned", cast.lead) == [("十一天的", "白内障", "2017-10-09", 11, True), ("十天的", "白内障", "2017-10-10", 10, False)]
    assert "unplanned" not in {kind.code for kind in kinds_of("liaison")}


def test_a_plan_that_waits_for_the_answer_is_told_once(cast):
    """Written or returned, it is the county's to hurry as a case without a plan; filed, it is a plan to answer and nothing else."""
    case = plans.waiting(cast, "韦桂兰")
    plans.drafted(cast, case)
    assert set(told(cast.lead)) == {"unplanned"}
    filed = plans.filed(cast, case)
    assert set(told(cast.lead)) == {"plan-answer"}
    return_plan(by=cast.lead, plan=filed, remarks={"treatment": "请写明手术方式"})
    assert set(told(cast.lead)) == {"unplanned"}


def test_discharged_and_not_marked_treated_for_more_than_seven_days(cast):
    for name, number in (("七天的", 13), ("八天的", 12)):
        leave(cast, in_hospital(cast, name, day(2)), day(number))
    in_hospital(cast, "还在院的", day(2))
    expected = [("八天的", "白内障", "2017-10-12", 8, True), ("七天的", "白内障", "2017-10-13", 7, False)]
    assert listed("discharged", cast.clerk) == listed("discharged", cast.liaison) == expected
    complete(by=cast.liaison, case=Case.objects.everywhere("test").get(person__name="八天的"), on=day(12))
    assert listed("discharged", cast.clerk) == expected[1:]


def test_a_category_that_ended_while_in_treatment(cast):
    case = in_hospital(cast, "韦桂兰", day(2), category=Category.DIBAO, since=D(2016, 1, 1))
    before = in_hospital(cast, "入院前终止的", day(5), category=Category.DIBAO, since=D(2016, 1, 1))
    for one, number in ((case, 10), (before, 4)):
        end_category(by=cast.civil, fact=one.person.categories.get(), on=day(number), reason="退保")
    expected = [("韦桂兰", "低保，白内障", "2017-10-10", 10, True)]
    for staff in (cast.clerk, cast.lead, cast.civil):
        assert listed("category-ended", staff) == expected
    assert listed("category-ended", cast.poverty) == listed("category-ended", cast.disabled) == []
    fact = hold_category(by=cast.civil, person=case.person, category=Category.DIBAO, since=day(15), basis="新低保证")
    assert listed("category-ended", cast.clerk) == []
    end_category(by=cast.civil, fact=fact, on=day(18), reason="退保")
    assert listed("category-ended", cast.clerk) == expected
    leave(cast, case, day(19))
    complete(by=cast.liaison, case=cast.case_of(case.person), on=day(19))
    assert listed("category-ended", cast.clerk) == []


def test_an_infant_without_a_number_stands_before_others_without_one(cast):
    baby = {"id_absent_reason": "婴儿未上户", "disease": "vsd"}
    cast.register("陈小月", born_on=D(2017, 5, 1), on=day(13), **baby)
    cast.register("满过周岁的", born_on=D(2016, 10, 13), on=day(12), **baby)
    cast.register("当天满周岁的", born_on=D(2016, 10, 13), on=day(13), **baby)
    cast.register("差一天的", born_on=D(2016, 10, 21), **baby)
    cast.register("有证号的", born_on=D(2017, 5, 1), disease="vsd")
    gone = cast.register("销号的", born_on=D(2017, 5, 1), on=day(1), **baby)
    close_case(by=cast.lead, case=cast.case_of(gone), outcome="died", reason="病故", on=day(20))
    for staff in (cast.clerk, cast.township):
        assert listed("infant", staff) == [
            ("满过周岁的", "婴儿未上户", "2017-10-12", 8, True),  # Turned one without a number: waited for as before.
            ("陈小月", "婴儿未上户", "2017-10-13", 7, True),
            ("差一天的", "婴儿未上户", "2017-10-20", 0, False),
        ]
        assert listed("no-number", staff) == [("当天满周岁的", "婴儿未上户", "2017-10-13", 7, False)]
    assert number_waiting(cast.township) == 3


def test_a_leap_day_does_not_stop_the_list(cast):
    with on_day(D(2020, 2, 29)):
        cast.register("陈小月", born_on=D(2019, 3, 1), id_absent_reason="婴儿未上户", disease="vsd")
        assert [row[0] for row in listed("infant", cast.clerk)] == ["陈小月"]


def test_what_waits_for_the_town(cast):
    cast.register("莫秀英", found_only=True, by=cast.civil, category=Category.DIBAO, on=day(12))
    sent_back = cast.register("覃福生", on=day(10))
    with on_day(day(18)):
        return_case(by=cast.clerk, case=cast.case_of(sent_back), reason="缺病理报告")
    cast.register("邻镇的", village=cast.other_village, found_only=True)
    assert listed("found", cast.township) == [("莫秀英", "白内障", "2017-10-12", 8, False)]
    assert listed("returned", cast.township) == [("覃福生", "白内障", "2017-10-18", 2, False)]
    assert [row[0] for row in listed("found", cast.clerk)] == ["莫秀英", "邻镇的"]


def test_categories_wait_for_their_keeper_since_they_were_recorded(cast):
    person = cast.register("韦桂兰", category=None, on=D(2017, 1, 9))
    with on_day(day(17)):
        hold_category(by=cast.clerk, person=person, category=Category.DIBAO, since=day(1), basis="低保证")
    first = cast.register("莫秀英", category=Category.TEKUN, since=D(2016, 1, 1), on=day(12))
    assert listed("category", cast.civil) == [
        ("莫秀英", "特困供养", "2017-10-12", 8, True), ("韦桂兰", "低保", "2017-10-17", 3, False),
    ]  # fmt: skip
    verify_category(by=cast.civil, fact=first.categories.get())
    assert told(cast.civil) == {"category": (1, "2017-10-17", 0)} and told(cast.poverty) == {}


@pytest.mark.parametrize("visitor", list(Visitor))
def test_a_missed_visit_waits_for_whoever_was_to_make_it(cast, visitor):
    case = cast.treat(cast.register("韦桂兰", on=D(2017, 9, 1)), on=day(2))
    for due in (19, 20):
        FollowUp.objects.create(case=case, due_on=day(due), visitor=visitor, planned_at=clock.now(), planned_by=cast.clerk)
    for staff, unit in ((cast.township, "township"), (cast.liaison, "hospital"), (cast.clerk, "bureau"), (cast.lead, "bureau")):
        expected = [("韦桂兰", "白内障", "2017-10-19", 1, True)] if unit == visitor else []
        assert listed("follow-up", staff) == expected
    # The bureau is told of those that a town or a hospital missed, and need not go itself.
    others = (
        []
        if visitor == "bureau"
        else [("韦桂兰", {"township": "白内障，乡镇卫生院", "hospital": "白内障，柳城县人民医院"}[visitor], "2017-10-19", 1, True)]
    )
    assert listed("follow-up-others", cast.clerk) == listed("follow-up-others", cast.lead) == others
    assert listed("follow-up-others", cast.clerk2) == [] and number_waiting(cast.clerk) == (visitor == "bureau")


def test_a_transfer_waits_for_the_old_county_and_then_for_the_city(cast):
    request = ask(cast, cast.register("韦桂兰", on=D(2017, 9, 1)))
    assert listed("transfer", cast.clerk) == [("韦桂兰", "鹿寨县申请转入", "2017-10-20", 0, False)]
    assert listed("transfer-unanswered", cast.city) == listed("transfer", cast.clerk2) == []
    with on_day(request.city_from):
        assert listed("transfer", cast.clerk) == [("韦桂兰", "鹿寨县申请转入", "2017-10-20", 6, True)]
        assert listed("transfer-unanswered", cast.city) == [("韦桂兰", "柳城县 → 鹿寨县", "2017-10-26", 0, False)]
        assert number_waiting(cast.city) == 1
    with on_day(request.city_from + datetime.timedelta(days=1)):
        assert listed("transfer-unanswered", cast.city) == [("韦桂兰", "柳城县 → 鹿寨县", "2017-10-26", 1, True)]


def test_the_hospital_admits_and_settles(cast):
    one_planned_one_discharged(cast)
    assert listed("planned", cast.liaison) == [("待入院的", "白内障", "2017-10-11", 9, False)]
    assert listed("unsettled", cast.liaison) == [("出院的", "白内障", "2017-10-16", 4, False)]
    assert told(cast.liaison) == {
        "discharged": (1, "2017-10-16", 0), "planned": (1, "2017-10-11", 0), "unsettled": (1, "2017-10-16", 0),
    }  # fmt: skip


def test_whoever_was_to_go_to_a_hospital_that_closed_is_found_another_by_the_county(cast):
    waiting_one = cast.register("待入院的", on=day(9))
    with on_day(day(11)):
        choose_hospital(by=cast.clerk, case=verify_case(by=cast.clerk, case=cast.case_of(waiting_one)), hospital=cast.hospital)
    in_hospital(cast, "住着的", day(2))
    assert listed("hospital-closed", cast.clerk) == []
    close_hospital(by=cast.city, hospital=cast.hospital, document="柳卫医〔2018〕6号")
    expected = [("待入院的", "白内障，柳城县人民医院", "2017-10-11", 9, False)]
    assert listed("hospital-closed", cast.clerk) == listed("hospital-closed", cast.lead) == expected
    assert told(cast.clerk) == {"hospital-closed": (1, "2017-10-11", 0)} and told(cast.clerk2) == {}
    page = client_of(cast.clerk).get(LIST).content.decode()
    assert "定点医院停用或不再定点，要另选" in page and reverse("hospitals:arrange", args=[cast.case_of(waiting_one).pk]) in page


def test_the_lead_confirms_ages_and_closes(cast):
    cast.register("大孩子", disease="vsd", born_on=D(2000, 1, 2), on=day(19))
    cast.treat(cast.register("治好的", on=D(2017, 9, 1)), on=day(9))
    assert listed("age", cast.lead) == [("大孩子", "室间隔缺损", "2017-10-19", 1, False)]
    assert listed("treated", cast.lead) == [("治好的", "白内障", "2017-10-09", 11, False)]
    assert {"age", "treated"}.isdisjoint(kind.code for kind in kinds_of("clerk"))


def test_every_kind_is_somebodys_and_says_what_to_do():
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert (kind.roles or kind.told) and kind.words and kind.verb and kind.since, kind.code
        assert bool(kind.told) == bool(kind.told_words) and kind.roles.isdisjoint(kind.told), kind.code
