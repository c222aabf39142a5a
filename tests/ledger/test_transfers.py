"""转入: the new county asks blind, the old answers, the city after three working days; histories stay, races end in a sentence."""

import datetime
from contextlib import contextmanager

import pytest

from ledger.actions import homes, transfers
from ledger.actions import people as people_actions
from ledger.actions.cases import close_case
from ledger.actions.homes import move_house
from ledger.actions.refusals import Refused
from ledger.actions.transfers import (
    accept_transfer,
    ask_transfer,
    obstacle,
    refuse_transfer,
    transfers_waiting_for,
    withdraw_transfer,
)
from ledger.models import AuditEvent, Case, CategoryFact, Person, Standing, Transfer
from ledger.standing import differences
from tests.cast import on_day
from tests.ledger.asking import ask, number_of, third_county, typed
from tests.racing import at_once, said

D = datetime.date
CITY_DAY = D(2017, 10, 26)  # Asked on Friday the 20th: Monday, Tuesday and Wednesday pass, and Thursday is the city's.
pytestmark = pytest.mark.django_db


def somebody(cast, **facts) -> Person:
    return cast.register("韦桂兰", on=D(2017, 9, 1), **facts)


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.message, refused.value.field


def told(person: Person, since: int = 0) -> list[tuple]:
    return [(e.move, e.text, e.reason, e.unit, e.by_name) for e in person.events.order_by("pk")][since:]


def rows(action: str) -> list[tuple]:
    asked = AuditEvent.objects.filter(action=action).order_by("pk")
    return [(row.username, row.subject_type, row.county_code) for row in asked]


# ---- asking ----


def test_the_new_county_asks_and_both_sides_keep_it(cast):
    person = somebody(cast)
    before = person.events.count()
    request = ask(cast, person)
    assert (request.given_number, request.given_name) == (str(person.id_number), "韦桂兰")
    assert (request.from_county, request.to_county, request.village, request.state) == (cast.county, cast.county2, cast.village2, "asked")
    assert (request.asked_by, request.moved_on, request.city_from) == (cast.clerk2, D(2017, 10, 10), CITY_DAY)
    assert told(person, before) == [
        ("transfer_asked", "鹿寨县申请转入", "投靠子女，持迁移证", "鹿寨县卫生和计划生育局", "廖美玲"),
    ]
    assert rows("transfer_asked") == [("clerk-450223-1", "person", "450222"), ("clerk-450223-1", "transfer", "450223")]
    assert rows("held_elsewhere") == [("clerk-450223-1", "", "")]
    assert (Person.objects.visible_to(cast.clerk2).exists(), Person.objects.visible_to(cast.clerk).get()) == (False, person)


def test_whether_the_name_fits_is_not_told_to_the_asking_side(cast):
    """Two requests alike but for the name: what the asking county can read of them is what it typed."""
    fits, differs = somebody(cast), cast.register("莫秀英", on=D(2017, 9, 1))
    first, second = ask(cast, fits), ask(cast, differs, name="莫秀兰")
    assert (first.state, first.city_from, first.answer) == (second.state, second.city_from, second.answer)
    assert (second.given_name, second.given_number) == ("莫秀兰", str(differs.id_number))


def test_a_day_before_the_present_home_is_not_told_to_the_asking_side(cast):
    """When somebody came to live where they live is the old county's to know: only its answer says that the day cannot be."""
    person = somebody(cast, since=D(2016, 1, 1))
    assert ask(cast, person, moved_on=D(2015, 1, 1)).state == "asked"


@pytest.mark.parametrize(
    ("changes", "message", "field"),
    [
        ({"moved_on": D(2017, 10, 21)}, "搬迁日期 2017-10-21 晚于今天，请改正。", "moved_on"),
        ({"moved_on": D(1951, 3, 1)}, "搬迁日期 1951-03-01 早于证号里的出生日期 1951-03-02，请改其中一个。", "moved_on"),
    ],
)
def test_an_impossible_day_is_refused(cast, changes, message, field):
    person = somebody(cast)
    assert refusal(lambda: ask(cast, person, **changes)) == (message, field)
    assert not Transfer.objects.everywhere("test").exists()


def test_a_village_of_another_county_or_an_ended_one_is_refused(cast):
    person = somebody(cast)
    elsewhere = ("新的行政村不在本县，请重新选择。", "village")
    assert refusal(lambda: ask(cast, person, village=cast.village)) == elsewhere
    assert refusal(lambda: ask(cast, person, village=cast.village2.parent)) == elsewhere
    type(cast.village2).objects.filter(pk=cast.village2.pk).update(ended_on=D(2017, 10, 1))
    assert refusal(lambda: ask(cast, person, village=cast.division("450223101201"))) == elsewhere


def test_a_number_of_nobodys_or_of_ones_own_needs_no_transfer(cast):
    person = somebody(cast)
    nobody = cast.id_number(D(1950, 1, 1))
    assert refusal(lambda: ask(cast, person, number=nobody)) == (
        "没有登记过这个身份证号，不用申请转入。请直接登记这位患者。",
        "id_number",
    )
    assert refusal(lambda: ask_transfer(by=cast.clerk, asked=typed(cast, person, village=cast.village))) == (
        "本县已有韦桂兰用这个身份证号登记，不用申请转入。",
        "id_number",
    )


def test_asking_counts_with_the_questions_of_the_day(cast, monkeypatch):
    monkeypatch.setattr(people_actions, "ELSEWHERE_PER_DAY", 1)
    first, second = somebody(cast), cast.register("莫秀英", on=D(2017, 9, 1))
    ask(cast, first)
    used_up = ("今天查询外县已登记人员的次数已用完，请明天再试。", "id_number")
    assert refusal(lambda: ask(cast, second)) == used_up
    assert refusal(lambda: ask(cast, second, number=cast.id_number(D(1950, 1, 1)))) == used_up  # Or the refusal itself would tell.
    assert ask(cast, second, by=cast.lead2).state == "asked"


def test_one_open_request_a_person(cast):
    person = somebody(cast)
    request = ask(cast, person)
    assert refusal(lambda: ask(cast, person)) == ("本县已在 2017-10-20 申请转入这位患者，请等答复。", "id_number")
    Transfer.objects.everywhere("test").update(to_county=third_county(cast))
    assert refusal(lambda: ask(cast, person)) == ("这位患者已有别的县（区）的转入申请在办。请过几天再申请。", "id_number")
    refuse_transfer(by=cast.lead, request=request, answer="仍住原处")
    assert ask(cast, person).state == "asked"


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
    done = ("这件申请的状态已是“未同意”，不用再办。", None)
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == done
    assert refusal(lambda: withdraw_transfer(by=cast.clerk2, request=request)) == done


def test_the_asking_county_withdraws_and_cannot_answer_itself(cast):
    person = somebody(cast)
    request = ask(cast, person)
    assert refusal(lambda: accept_transfer(by=cast.lead2, request=request)) == ("这件申请由转出方答复，本县可以撤回。", None)
    assert refusal(lambda: withdraw_transfer(by=cast.clerk, request=request)) == ("只有申请转入的县（区）可以撤回。", None)
    withdraw_transfer(by=cast.lead2, request=request)
    assert told(person)[-1] == ("transfer_withdrawn", "鹿寨县撤回转入申请", "", "鹿寨县卫生和计划生育局", "黄永福")
    assert rows("transfer_withdrawn") == [("lead-450223-1", "person", "450222"), ("lead-450223-1", "transfer", "450223")]
    assert ask(cast, person).state == "asked"


def test_a_third_county_does_not_see_it(cast):
    request = ask(cast, somebody(cast))
    staff = cast.clerk2
    type(staff).objects.filter(pk=staff.pk).update(area=third_county(cast))
    staff.refresh_from_db()
    with pytest.raises(Transfer.DoesNotExist):
        withdraw_transfer(by=staff, request=request)


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


def test_who_is_waited_for(cast):
    ask(cast, somebody(cast))
    staff = (cast.clerk, cast.lead, cast.clerk2, cast.city)
    assert [transfers_waiting_for(one) for one in staff] == [1, 1, 0, 0]
    with on_day(CITY_DAY):
        assert [transfers_waiting_for(one) for one in staff] == [1, 1, 0, 1]


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
    assert refusal(lambda: accept_transfer(by=cast.clerk, request=request)) == ("这件申请的状态已是“已失效”，不用再办。", None)
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


# ---- two at once ----


@contextmanager
def without_the_lock(monkeypatch):
    """The switch: neither person nor request is held, and none is written by its state."""
    with monkeypatch.context() as patch:
        patch.setattr(transfers, "hold_person_of", lambda pk: None)
        bare = lambda request, by: (
            Transfer.objects.visible_to(by).select_related("from_county", "to_county", "village__parent").get(pk=request.pk)
        )  # noqa: E731, E501
        patch.setattr(transfers, "hold_transfer", bare)
        patch.setattr(
            homes, "hold_person", lambda person, by: Person.objects.visible_to(by).select_related("county__parent").get(pk=person.pk)
        )
        yield


def asked_by_two(cast) -> list[str]:
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    third = third_county(cast)
    neighbour = type(cast.lead2).objects.get(pk=cast.lead2.pk)
    type(neighbour).objects.filter(pk=neighbour.pk).update(area=third)
    neighbour = type(neighbour).objects.select_related("area__parent").get(pk=neighbour.pk)
    village, number = cast.division("450224100201"), number_of(person)
    first, second = typed(cast, person), typed(cast, person, village=village, number=number)
    cast.clerk2.area.parent  # noqa: B018 - read before the threads start
    return said(at_once(lambda: ask_transfer(by=cast.clerk2, asked=first).state, lambda: ask_transfer(by=neighbour, asked=second).state))


@pytest.mark.django_db(transaction=True)
def test_two_counties_ask_at_once(cast):
    assert asked_by_two(cast) == ["done", "这位患者已有别的县（区）的转入申请在办。请过几天再申请。"]
    assert Transfer.objects.everywhere("test").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_request_is_a_fault(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert "one_open_transfer_a_person" in asked_by_two(cast)[1]


def accepted_and_withdrawn(cast) -> list[str]:
    request = ask(cast, somebody(cast))
    return said(
        at_once(lambda: accept_transfer(by=cast.clerk, request=request), lambda: withdraw_transfer(by=cast.clerk2, request=request))
    )


@pytest.mark.django_db(transaction=True)
def test_accepted_while_it_is_withdrawn(cast):
    assert accepted_and_withdrawn(cast) == ["done", "这件申请的状态已是“已转入”，不用再办。"]
    assert Transfer.objects.everywhere("test").get().state == "accepted"


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_it_is_withdrawn_after_the_person_went(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert accepted_and_withdrawn(cast) == ["done", "done"]
    assert (Transfer.objects.everywhere("test").get().state, Person.objects.everywhere("test").get().county) == (
        "withdrawn",
        cast.county2,
    )


def moved_and_accepted(cast) -> list[str]:
    person = somebody(cast)
    request = ask(cast, person)
    third_county(cast)
    village = cast.division("450224100201")
    return said(
        at_once(
            lambda: move_house(by=cast.clerk, person=person, village=village, address="3 组", on=D(2017, 10, 5)),
            lambda: accept_transfer(by=cast.lead, request=request),
        )
    )


@pytest.mark.django_db(transaction=True)
def test_accepted_while_the_person_moves_house(cast):
    assert moved_and_accepted(cast) == ["done", "这件申请的状态已是“已失效”，不用再办。"]
    assert (Person.objects.everywhere("test").get().county.code, differences()) == ("450224", [])


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_somebody_is_fetched_from_a_county_that_was_never_asked(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert moved_and_accepted(cast) == ["done", "done"]
    assert Person.objects.everywhere("test").get().county == cast.county2


@pytest.mark.django_db(transaction=True)
def test_moved_while_the_transfer_is_accepted(cast):
    person = somebody(cast)
    request = ask(cast, person)
    answers = at_once(
        lambda: accept_transfer(by=cast.clerk, request=request),
        lambda: move_house(by=cast.lead, person=person, village=cast.other_village, address="3 组", on=D(2017, 10, 12)),
    )
    assert isinstance(answers[1], Person.DoesNotExist)
    assert Person.objects.everywhere("test").get().county == cast.county2
