"""转入 by two at once ends in a sentence, and without the lock in the fault that it guards against."""

import datetime
from contextlib import contextmanager

import pytest

from ledger.actions import homes, transfers
from ledger.actions.homes import move_house
from ledger.actions.transfers import accept_transfer, ask_transfer, withdraw_transfer
from ledger.models import Person, Transfer
from ledger.standing import differences
from tests.ledger.asking import ask, number_of, somebody, third_county, typed
from tests.racing import at_once, said

D = datetime.date
pytestmark = pytest.mark.django_db


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
    assert moved_and_accepted(cast) == ["done", "这件申请的状态已是“已失效”（覃玉芳办理），不用再办。"]
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
