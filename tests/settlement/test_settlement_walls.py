"""Between two counties of one patient: what is settled under the one is not told to the other."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db


def page(staff, settlement) -> str:
    client = Client()
    client.force_login(staff)
    return client.get(reverse("settlement:record", args=[settlement.pk])).content.decode()


def test_a_stay_settled_anew_for_another_county_is_not_told_to_the_first(window, cast):
    """The home was recorded wrongly, corrected, and the bill reversed and settled anew: now it is the other county's."""
    person = window.patient("石永福")
    entry = window.bill(person, total=60_000 * YUAN, discharged_on=datetime.date(2017, 9, 10))
    first = window.settle(entry)
    window.reverse(first)
    person.residences.update(county=cast.county2)
    second = window.settle(window.again(entry, bill_no="Z-2"))
    assert (first.county, second.county) == (cast.county, cast.county2)
    assert second.number in page(window.liaison, first)
    assert "账单录错" in page(cast.lead, first) and second.number not in page(cast.lead, first)
