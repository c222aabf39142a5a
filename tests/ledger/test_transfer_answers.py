"""转入 answered: by the old county, or from its day on by the city; what makes a request lapse or stand in the way meanwhile."""

import datetime

import pytest

from ledger.actions.cases import close_case
from ledger.actions.homes import move_house
from ledger.actions.transfers import accept_transfer, obstacle, refuse_transfer, withdraw_transfer
from ledger.models import Case, CategoryFact, Person, Standing
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.asking import CITY_DAY, ask, somebody, third_county
from tests.ledger.transfer_rows import rows, told
from tests.refusing import refusal

D = datetime.date
pytestmark = pytest.mark.django_db


# ---- the old county answers ----


def test_accepted_the_person_goes_with_everything(cast):
    person = somebody(cast)
    cast.treat(person, on=D(2017, 9, 20))
    facts = list(CategoryFact.objects.values())
    before = person.events.count()
    request = ask(cast, person)
    accept_transfer(by=cast.clerk, request=request, answer="已核对户口")
    person = Person.objects.visible_to(cast.clerk2).get()
    case = Case.objects.visible_to(cast.clerk2).get()
    assert (person.county, person.village, person.address, person.version) == (cast.county2, cast.village2, "1 组 2 号", 2)
    assert (case.county, case.township, case.state, case.completed_on) == (cast.county2, cast.village2.parent, "treated", D(2017, 9, 20))
    assert not Person.objects.visible_to(cast.clerk).exists() and not Case.objects.visible_to(cast.clerk).exists()
    assert list(CategoryFact.objects.values()) == facts  # Verified facts stay verified.
    spans = [(s.county.code, s.during.lower, s.during.upper) for s in Standing.objects.order_by("during")]
    assert spans == [("450222", D(2017, 9, 1), D(2017, 10, 10)), ("450223", D(2017, 10, 10), None)]
    assert differences() == []
    assert told(person, before) == [
        ("transfer_asked", "鹿寨县申请转入", "投靠子女，持迁移证", "鹿寨县卫生和计划生育局", "廖美玲"),
        ("transfer_accepted", "转出方同意转入鹿寨县，2017-10-10 起住中渡镇大兆村", "已核对户口", "柳城县卫生和计划生育局", "覃玉芳"),
    ]
    assert rows("transfer_accepted") == [("clerk-450222-1", "person", "450223"), ("clerk-450222-1", "transfer", "450222")]
    request.refresh_from_db()
    assert (request.state, request.answered_by, request.answer) == ("accepted", cast.clerk, "已核对户口")


def test_a_stay_under_way_does_not_block(cast):
    person = somebody(cast)
    case = cast.treat(person, on=D(2017, 9, 20))
    Case.objects.everywhere("test").filter(pk=case.pk).update(state="in_treatment", completed_on=None, assigned_to=cast.clerk)
    accept_transfer(by=cast.lead, request=ask(cast, person))
    case = Case.objects.visible_to(cast.clerk2).get()
    assert (case.state, case.hospital_code, case.assigned_to) == ("in_treatment", cast.hospital.code, None)


def test_refused_the_person_stays_and_the_reason_is_kept(cast):
    person = somebody(cast)
    request = ask(cast, person)
    assert refusal(lambda: refuse_transfer(by=cast.lead, request=request, answer=" ")) == ("请写明不同意的原因，申请方会看到。", "answer")
    refuse_transfer(by=cast.lead, request=request, answer="仍住原处")
    assert Person.objects.visible_to(cast.clerk).get().county == cast.county
    assert told(person)[-1] == ("transfer_refused", "不同意转入鹿寨县", "仍住原处", "柳城县卫生和计划生育局", "韦国强")
    assert rows("transfer_refused") == [("lead-450222-1", "person", "450222"), ("lead-450222-1", "transfer", "450223")]
    done = "这件申请的状态已是“未同意”{}，不用再办。"
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == (done.format("（韦国强办理）"), None)
    assert refusal(lambda: accept_transfer(by=cast.lead, request=request)) == (done.format("（您已办理）"), None)
    assert refusal(lambda: withdraw_transfer(by=cast.clerk2, request=request)) == (done.format(""), None)


# ---- the city ----


def test_the_city_decides_from_its_day_on_with_a_reason(cast):
    request = ask(cast, somebody(cast))
    early = ("转出方还在答复期内。市级从 2017-10-26 起可以决定。", None)
    with on_day(D(2017, 10, 25)):
        assert refusal(lambda: accept_transfer(by=cast.city, request=request, answer="逾期")) == early
        assert refusal(lambda: refuse_transfer(by=cast.city, request=request, answer="逾期")) == early
    with on_day(CITY_DAY):
        assert refusal(lambda: accept_transfer(by=cast.city, request=request)) == ("请写明市级决定的理由。", "answer")
        person = accept_transfer(by=cast.city, request=request, answer="转出方逾期未答复，凭迁移证")
    assert told(person)[-1] == (
        "transfer_accepted", "市级决定转入鹿寨县，2017-10-10 起住中渡镇大兆村", "转出方逾期未答复，凭迁移证",
        "柳州市卫生和计划生育委员会", "林海燕",
    )  # fmt: skip


def test_the_old_county_may_still_answer_on_the_citys_day(cast):
    request = ask(cast, somebody(cast))
    with on_day(CITY_DAY):
        assert refuse_transfer(by=cast.lead, request=request, answer="仍住原处").state == "refused"


def test_the_city_may_refuse(cast):
    person = somebody(cast)
    request = ask(cast, person)
    with on_day(CITY_DAY):
        refuse_transfer(by=cast.city, request=request, answer="没有材料")
    assert told(person)[-1][:3] == ("transfer_refused", "市级决定不同意转入鹿寨县", "没有材料")


# ---- the person meanwhile ----


def test_what_was_asked_lapses_when_the_person_moves_to_a_third_county(cast):
    person = somebody(cast)
    request = ask(cast, person)
    third_county(cast)
    village = cast.division("450224100201")
    move_house(by=cast.clerk, person=person, village=village, address="3 组", on=D(2017, 10, 12))
    request.refresh_from_db()
    assert (request.state, request.answer) == ("lapsed", "患者已另行搬迁，不在原县（区）了。")
    assert rows("transfer_lapsed") == [("clerk-450222-1", "transfer", "450223")]
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == ("这件申请的状态已是“已失效”（您已办理），不用再办。", None)
    assert ask(cast, person, village=cast.village2, by=cast.clerk2).from_county.code == "450224"


def test_moved_to_the_asking_county_by_the_old_one_the_request_is_granted(cast):
    person = somebody(cast)
    request = ask(cast, person)
    move_house(by=cast.clerk, person=person, village=cast.village2, address="3 组", on=D(2017, 10, 12))
    request.refresh_from_db()
    assert (request.state, request.answer, request.answered_by) == ("accepted", "转出方已办理搬迁。", cast.clerk)
    assert rows("transfer_accepted") == [("clerk-450222-1", "transfer", "450223")]


def test_a_move_inside_the_county_leaves_the_request_open(cast):
    person = somebody(cast)
    request = ask(cast, person)
    move_house(by=cast.clerk, person=person, village=cast.other_village, address="3 组", on=D(2017, 10, 12))
    message = "申请的搬迁日期 2017-10-10 不晚于现住址的起始日期 2017-10-12，不能转出。请不同意，并告诉对方搬迁日期要晚于 2017-10-12。"
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == (message, None)
    request.refresh_from_db()
    assert request.state == "asked"


def test_somebody_who_left_the_prefecture_cannot_be_given_over(cast):
    person = somebody(cast)
    request = ask(cast, person)
    close_case(by=cast.lead, case=cast.case_of(person), outcome="moved_away", reason="去外省", on=D(2017, 10, 15))
    message = "这位患者已按迁出本市销号，不能转出。请先恢复病例；不恢复的，请不同意并写明原因。"
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == (message, None)


def test_a_record_merged_away_and_an_ended_village_cannot_be_given_over(cast):
    person, other = somebody(cast), cast.register("韦桂蓝", on=D(2017, 9, 1))
    request = ask(cast, person)
    person.merged_into = other
    assert obstacle(request, person) == "这份资料已并入另一份，不能转出。请不同意，并请对方重新申请。"
    person.merged_into, request.village.ended_on = None, D(2017, 10, 1)
    assert obstacle(request, person) == "申请的新住址大兆村已停用，不能转出。请不同意，并请对方改填现在的村。"
    request.village.ended_on, request.from_county = None, cast.county2
    assert obstacle(request, person) == "这位患者已不在原来的县（区），不能转出。请不同意，并请对方重新申请。"
