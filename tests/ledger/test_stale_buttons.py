"""A button pressed on a page that is older than a colleague's work: nobody confirms what they have not seen, and hears who changed what."""

import datetime
import re

import pytest
from django.urls import reverse

from ledger.actions.cases import open_case, return_case, verify_case
from ledger.actions.categories import record_enrolment
from ledger.actions.homes import move_house
from ledger.actions.id_numbers import correct_id_number
from ledger.actions.many import VERIFY, do_many, look_through
from ledger.actions.people import reveal
from ledger.actions.since import told_up_to
from ledger.models import Person
from tests.ledger.desks import client_of, text_of

pytestmark = pytest.mark.django_db
BORN = datetime.date(1950, 5, 6)


def seen_on(page: str) -> str:
    (seen,) = set(re.findall(r'name="seen" value="(\d+)"', page))
    return seen


def page_of(person: Person) -> str:
    return reverse("ledger:person", args=[person.pk])


def press(client, person: Person, seen: str) -> list[str]:
    """Verify by a page that had seen so much; what the page says that answers."""
    address = reverse("ledger:case-move", args=[person.cases.get().pk, "verify"])
    return [str(message) for message in client.post(address, {"seen": seen}, follow=True).context["messages"]]


def corrected(cast, person: Person, by) -> str:
    """Another number; what the timeline says of it."""
    correct_id_number(by=by, person=person, version=1, number=cast.id_number(BORN), why="录入错误")
    return person.events.get(move="id_number_corrected").text


def test_a_number_corrected_meanwhile_is_looked_at_before_the_case_is_verified(cast):
    person, client = cast.register("石永福"), client_of(cast.lead)
    older = seen_on(text_of(client.get(page_of(person))))
    told = corrected(cast, person, cast.clerk)
    assert press(client, person, older) == [f"您打开之后，覃玉芳已办：{told}。没有再办，请看过现在的资料。"]
    assert cast.case_of(person).state == "registered"
    assert press(client, person, seen_on(text_of(client.get(page_of(person))))) == ["石永福的白内障：已核实。"]


def test_ones_own_correction_and_what_changes_nothing_are_no_obstacle(cast):
    person, client = cast.register("石永福"), client_of(cast.lead)
    older = seen_on(text_of(client.get(page_of(person))))
    corrected(cast, person, cast.lead)  # In another window.
    reveal(by=cast.clerk, person=person, what="id_number")
    record_enrolment(by=cast.clerk, person=person, year=2017, enrolled=True)
    assert press(client, person, older) == ["石永福的白内障：已核实。"]


def test_whoever_moved_the_case_first_is_named(cast):
    person, client = cast.register("石永福"), client_of(cast.lead)
    older = seen_on(text_of(client.get(page_of(person))))
    return_case(by=cast.clerk, case=cast.case_of(person), reason="缺病理报告")
    assert press(client, person, older) == ["您打开之后，覃玉芳已办：白内障退回补正。没有再办，请看过现在的资料。"]
    assert press(client, person, "") == ["现在的状态是“退回补正”，不能办“核实”。请刷新后再看。"]


def test_of_many_the_one_corrected_since_the_preview_is_left(cast):
    person, other = cast.register("石永福"), cast.register("韦桂兰")
    preview, seen = look_through(by=cast.lead, act=VERIFY, rows=[cast.case_of(one).pk for one in (person, other)], data={}), told_up_to()
    told = corrected(cast, person, cast.clerk)
    done = do_many(by=cast.lead, act=VERIFY, shown={line.pk: line.stands for line in preview}, data={}, seen=seen)
    assert [(line.person.name, line.refusal) for line in done] == [
        ("石永福", f"预览以后，覃玉芳已办：{told}。这一行没有再办。"), ("韦桂兰", ""),
    ]  # fmt: skip


def test_a_second_disease_that_was_verified_meanwhile_does_not_stand_in_the_way(cast):
    person = cast.register("石永福")
    second = open_case(by=cast.clerk, person=person, entry=cast.entry("gastric-cancer"))
    older = seen_on(text_of(client_of(cast.lead).get(page_of(person))))
    verify_case(by=cast.clerk, case=second)
    address = reverse("ledger:case-move", args=[person.cases.get(disease__code="cataract").pk, "verify"])
    answer = client_of(cast.lead).post(address, {"seen": older}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["石永福的白内障：已核实。"]


def test_who_moved_the_person_first_is_named_and_what_was_typed_stays(cast):
    person, client = cast.register("石永福", on=datetime.date(2017, 9, 1)), client_of(cast.lead)
    address = reverse("ledger:move-house", args=[person.pk])
    typed = {"village_code": cast.other_village.code, "address": "2 组", "on": "2017-10-09", "reason": "投靠子女"}
    typed["seen"] = seen_on(text_of(client.get(address)))
    wrong = client.post(address, typed | {"on": "2017-10-21"})  # A mistake of one's own leaves the page as old as it is.
    assert seen_on(text_of(wrong)) == typed["seen"]
    move_house(by=cast.clerk, person=person, village=cast.other_village, address="1 组", on=datetime.date(2017, 10, 5))
    late = client.post(address, typed)
    told = f"2017-10-05 起搬到{cast.other_village.parent.name}{cast.other_village.name}"
    assert late.context["form"].non_field_errors() == [f"您打开之后，覃玉芳已办：{told}。没有再办，请看过现在的资料。"]
    assert 'value="2 组"' in text_of(late) and person.residences.count() == 2
    assert client.post(address, typed | {"seen": seen_on(text_of(late))}).status_code == 302
    assert [home.address for home in person.residences.order_by("during")] == ["3 组 8 号", "1 组", "2 组"]
