"""Who types faster than the page is answered: Tab leads past what the ID number fills in, and back to it where the number fills in nothing."""

import datetime

import pytest
from django.urls import reverse

from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clerk(cast, desk):
    """At the page of registration, whose checks are answered only when ``answer`` is called."""
    seat = desk()
    seat.sign_in(cast.clerk.username, PASSWORD)
    seat.open(reverse("ledger:register"))
    answer = seat.holds("**/people/new/check/")
    seat.answer = lambda: (answer(), seat.comes_to_rest())
    return seat


def write(seat, *words: str) -> None:
    for word in words:
        seat.page.keyboard.type(word)
        seat.press("Tab")


def shown(seat, *names: str) -> list[str]:
    return [seat.page.input_value(f"#id_{name}") for name in names]


def test_the_next_field_comes_before_the_answer(cast, clerk):
    write(clerk, cast.id_number(datetime.date(1950, 6, 8), "male").number, "石永福", "4502221806217")
    assert clerk.page.evaluate("document.activeElement.id") == "id_native_place"
    clerk.answer()
    clerk.page.wait_for_selector("#born-hint:has-text('67 岁')")
    assert shown(clerk, "name", "sex", "born_on", "insurance_number") == ["石永福", "男", "1950-06-08", "4502221806217"]
    clerk.press("Shift+Tab", "Shift+Tab")
    clerk.stands_at("id_name")


def test_a_wrong_number_gives_the_fields_back(cast, clerk):
    number = cast.id_number(datetime.date(1950, 6, 8), "male").number
    write(clerk, number[:17] + ("1" if number[17] == "0" else "0"), "石永福")
    assert clerk.page.evaluate("document.activeElement.id") == "id_insurance_number"
    clerk.answer()
    clerk.shows("身份证号校验码不对，至少有一位写错。请对照身份证改正。")
    clerk.page.focus("#id_name")
    clerk.press("Tab")
    write(clerk, "男", "1950-6-8")
    clerk.stands_at("id_insurance_number")
    assert shown(clerk, "sex", "born_on") == ["男", "1950-6-8"]


def test_half_a_number_takes_nothing_away(clerk):
    write(clerk, "450222", "石永福")
    assert clerk.page.evaluate("document.activeElement.id") == "id_sex"
    clerk.answer()
