"""Somebody moves house: the case goes along, the past stays, and there is one home at a time."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from ledger.actions.homes import move_house
from ledger.actions.refusals import Refused
from ledger.models import Case, Person
from tests.ledger.person_rows import homes, standings, told

D = datetime.date


def test_a_move_takes_the_case_along_and_leaves_the_past(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组 2 号", on=D(2017, 10, 10), reason="投靠子女")
    person = Person.objects.visible_to(cast.clerk2).get(pk=person.pk)
    case = Case.objects.visible_to(cast.clerk2).get(person=person)
    assert (person.county, person.township, person.village, person.address) == (
        cast.county2, cast.village2.parent, cast.village2, "1 组 2 号",
    )  # fmt: skip
    assert (case.county, case.township) == (cast.county2, cast.village2.parent)
    assert not Person.objects.visible_to(cast.clerk).exists() and not Case.objects.visible_to(cast.clerk).exists()
    assert homes(person) == [
        ("450222", "龙头村", D(2016, 1, 1), D(2017, 10, 10)),
        ("450223", "大兆村", D(2017, 10, 10), None),
    ]
    assert standings(person) == [("450222", True, D(2017, 9, 1), D(2017, 10, 10)), ("450223", True, D(2017, 10, 10), None)]
    assert told(person)[-1] == ("moved_house", "2017-10-10 起搬到鹿寨县中渡镇大兆村")


def test_a_move_inside_the_county_cuts_nothing(cast):
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    move_house(by=cast.clerk, person=person, village=cast.other_village, address="1 组", on=D(2017, 10, 10))
    assert standings(person) == [("450222", True, D(2017, 9, 1), None)]
    assert told(person)[-1] == ("moved_house", "2017-10-10 起搬到太平镇山咀村")


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (D(2017, 10, 21), "搬迁日期 2017-10-21 晚于今天，请改正。"),
        (D(2016, 1, 1), "搬迁日期 2016-01-01 不晚于现住址的起始日期 2016-01-01，请改其中一个。"),
    ],
)
def test_an_impossible_move_is_refused(cast, on, message):
    person = cast.register("韦桂兰")
    with pytest.raises(Refused) as refused:
        move_house(by=cast.clerk, person=person, village=cast.village2, address="1 组", on=on)
    assert (refused.value.message, refused.value.field) == (message, "on")
    assert len(homes(person)) == 1


def test_two_homes_at_once_are_impossible(cast):
    person = cast.register("韦桂兰")
    home = person.residences.get()
    home.pk = None
    with pytest.raises(IntegrityError, match="one_home_at_a_time"), transaction.atomic():
        home.save(force_insert=True)
