"""Two at once: the second hears a sentence or waits its turn; never a fault, never two, never a lost fact.

The switch: with the lock on the person taken away, the defect is back and is seen.
"""

import datetime
from contextlib import contextmanager

import pytest

from hospitals import actions as hospital_actions
from ledger import standing
from ledger.actions import cases, categories, locking, people
from ledger.actions.cases import close_case, open_case, verify_case
from ledger.actions.categories import give_policy_card, hold_category, verify_category
from ledger.actions.homes import move_house
from ledger.actions.people import register_person
from ledger.models import Case, Category, CategoryFact, Person, Standing
from ledger.standing import differences
from tests.racing import Race, at_once, faults, said

pytestmark = pytest.mark.django_db(transaction=True)
D = datetime.date
SINCE = D(2017, 1, 1)


@contextmanager
def without_the_lock(monkeypatch):
    """The switch: people and cases are looked up and not held."""
    with monkeypatch.context() as patch:
        for module in (people, categories, cases):
            patch.setattr(module, "hold_person", lambda person, by: Person.objects.visible_to(by).get(pk=person.pk))
        bare = lambda case, by: Case.objects.visible_to(by).select_related("person", "disease", "county__parent").get(pk=case.pk)  # noqa: E731
        for module in (cases, hospital_actions):
            patch.setattr(module, "hold_case", bare)
        patch.setattr(standing, "hold_people", lambda people: None)
        patch.setattr(people, "_refuse_twice", lambda by, facts: None)
        yield


def held_twice(cast) -> list:
    person = cast.register("韦桂兰", category=None, on=D(2017, 10, 1))
    hold = {"person": person, "category": Category.DIBAO, "since": SINCE, "basis": "低保证"}
    return at_once(lambda: hold_category(by=cast.clerk, **hold), lambda: hold_category(by=cast.civil, **hold))


def test_the_same_category_twice(cast):
    assert said(held_twice(cast)) == ["done", "低保在 2017-01-01 至今 已有记录，和这一段重叠。请改起始日期。"]
    assert CategoryFact.objects.count() == 1


def test_without_the_lock_the_second_category_is_a_fault(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert "category_held_once_at_a_time" in said(held_twice(cast))[1]


def test_two_categories_are_both_counted(cast):
    person = cast.register("韦桂兰", category=None, on=D(2017, 10, 1))
    hold = {"person": person, "since": SINCE, "basis": "名单"}
    answers = at_once(
        lambda: hold_category(by=cast.poverty, category=Category.REGISTERED_POOR, **hold),
        lambda: hold_category(by=cast.civil, category=Category.DIBAO, **hold),
    )
    assert (said(answers), differences()) == (["done", "done"], [])
    assert Standing.objects.filter(registered_poor=True, civil_verified=True).count() == 1


def test_two_verify_one_category(cast):
    person = cast.register("韦桂兰", category=Category.DIBAO, on=D(2017, 10, 1))
    fact = person.categories.get()
    answers = at_once(lambda: verify_category(by=cast.civil, fact=fact), lambda: verify_category(by=cast.civil, fact=fact))
    assert said(answers) == ["done", "低保已在 2017-10-20 核实过。"]


def verified_twice(cast) -> list[str]:
    case = cast.case_of(cast.register("韦桂兰"))
    return said(at_once(lambda: verify_case(by=cast.clerk, case=case), lambda: verify_case(by=cast.lead, case=case)))


def test_two_verify_one_case(cast):
    assert verified_twice(cast) == ["done", "现在的状态是“已核实”，不能办“核实”。请刷新后再看。"]


def test_without_the_lock_a_case_is_verified_twice(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert verified_twice(cast) == ["done", "done"]


def test_two_close_one_case(cast):
    case = cast.case_of(cast.register("韦桂兰"))
    told = {"case": case, "reason": "本人拒绝", "on": D(2017, 10, 20)}
    answers = at_once(
        lambda: close_case(by=cast.lead, outcome="refused", **told), lambda: close_case(by=cast.lead, outcome="mistaken", **told)
    )
    assert said(answers) == ["done", "现在的状态是“已销号”，不能办“销号”。请刷新后再看。"]
    case.refresh_from_db()
    assert (case.outcome, case.events.filter(move="case_close").count()) == ("refused", 1)


def one_disease_twice(cast) -> list[str]:
    person = cast.register("韦桂兰")
    entry = cast.entry("gastric-cancer")
    return said(at_once(*[lambda: open_case(by=cast.clerk, person=person, entry=entry)] * 2))


def test_the_same_disease_twice(cast):
    assert one_disease_twice(cast) == ["done", "韦桂兰已有胃癌病例，状态“待核实”。请打开原病例。"]


def test_without_the_lock_the_second_disease_is_a_fault(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        assert "one_case_a_disease" in one_disease_twice(cast)[1]


def opened_while_moving(cast) -> list:
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move = {"village": cast.village2, "address": "1 组", "on": D(2017, 10, 10)}
    return at_once(
        lambda: move_house(by=cast.clerk, person=person, **move),
        lambda: open_case(by=cast.clerk, person=person, entry=cast.entry("gastric-cancer")),
    )


def test_no_case_stays_behind_in_the_old_county(cast):
    assert isinstance(opened_while_moving(cast)[1], Person.DoesNotExist)
    assert set(Case.objects.everywhere("test").values_list("county__code", flat=True)) == {"450223"}


def test_without_the_lock_a_case_stays_behind(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        opened_while_moving(cast)
    assert set(Case.objects.everywhere("test").values_list("county__code", flat=True)) == {"450222", "450223"}


def moved_and_verified(cast, first: int = 0) -> list[str]:
    """A person moves house while their case is verified, both statement by statement; what went wrong."""
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    case = cast.case_of(person)
    acts = [
        lambda: verify_case(by=cast.lead, case=case),
        lambda: move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组", on=D(2017, 10, 10)),
    ]
    return faults(Race(lockstep=True).run(acts[first], acts[1 - first]), Case.DoesNotExist)  # It may have gone to the other county.


@pytest.mark.parametrize("first", [0, 1], ids=["verified first", "moved first"])
def test_moving_and_verifying_do_not_wait_for_each_other_for_ever(cast, first):
    assert moved_and_verified(cast, first) == []
    assert differences() == []


def test_holding_the_case_before_the_person_they_wait_for_each_other_for_ever(cast, monkeypatch):
    monkeypatch.setattr(locking, "hold_person_of", lambda person_id: None)  # The switch.
    (wrong,) = moved_and_verified(cast)
    assert "deadlock detected" in wrong


def test_two_cards_for_one_household(cast):
    person = cast.register("韦桂兰")
    answers = at_once(*[lambda: give_policy_card(by=cast.clerk, person=person, since=SINCE)] * 2)
    assert said(answers) == ["done", "已有明白卡记录。"]


def infant_twice(cast) -> list[str]:
    facts = cast.facts("韦小宝", born_on=D(2017, 10, 1), id_absent_reason="婴儿未上户")
    save = {"by": cast.clerk, "facts": facts, "categories": [], "case": cast.entry("vsd")}
    return said(at_once(*[lambda: register_person(**save)] * 2))


def test_a_button_pressed_twice_registers_an_infant_once(cast):
    told = infant_twice(cast)
    assert told == ["done", "韦小宝刚刚已经登记，没有再登记一次。确是同名的另一个人，请过一分钟再保存。"]
    assert Person.objects.everywhere("test").count() == 1


def test_without_the_lock_the_infant_stands_twice(cast, monkeypatch):
    with without_the_lock(monkeypatch):
        infant_twice(cast)
    assert Person.objects.everywhere("test").count() == 2


def test_a_form_with_a_number_posted_twice_registers_once(cast):
    facts = cast.facts("韦桂兰")
    save = {"by": cast.clerk, "facts": facts, "categories": [], "case": cast.entry()}
    told = said(at_once(*[lambda: register_person(**save)] * 2))
    assert told == ["done", "这个身份证号刚刚由别人登记。请打开已有的资料。"]
    assert Person.objects.everywhere("test").count() == 1
