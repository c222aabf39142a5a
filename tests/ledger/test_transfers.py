"""转入: the new county asks blind and may withdraw; who is waited for, who sees it, and that both sides keep it."""

import datetime

import pytest

from ledger.actions import people as people_actions
from ledger.actions.transfers import accept_transfer, ask_transfer, refuse_transfer, transfers_waiting_for, withdraw_transfer
from ledger.models import Person, Transfer
from tests.cast import on_day
from tests.ledger.asking import CITY_DAY, ask, somebody, third_county, typed
from tests.ledger.transfer_rows import rows, told
from tests.refusing import refusal

D = datetime.date
pytestmark = pytest.mark.django_db


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


# ---- while it waits ----


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


def test_who_is_waited_for(cast):
    ask(cast, somebody(cast))
    staff = (cast.clerk, cast.lead, cast.clerk2, cast.city)
    assert [transfers_waiting_for(one) for one in staff] == [1, 1, 0, 0]
    with on_day(CITY_DAY):
        assert [transfers_waiting_for(one) for one in staff] == [1, 1, 0, 1]
