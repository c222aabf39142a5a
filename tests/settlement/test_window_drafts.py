"""A bill typed at the window and not yet confirmed: settled once, by whoever made it, as it was looked at."""

import datetime

import pytest
from django.urls import reverse

from settlement.models import Settlement
from tests.settlement.counter import TYPED, Counter
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(window):
    return Counter(window.liaison)


def settlements():
    return Settlement.objects.everywhere("test")


def test_pressed_twice_or_reloaded_it_settles_once_and_lands_on_the_same_record(window, counter):
    preview = counter.preview(window.patient("石永福"))
    button = counter.button(preview)
    confirm = preview.replace("/preview/", "/confirm/")
    first, second = (counter.client.post(confirm, button) for _ in range(2))
    record = reverse("settlement:record", args=[settlements().get().pk])
    assert (first["Location"], second["Location"]) == (record, record)
    for address in (preview, preview.replace("preview/", "")):
        assert counter.client.get(address)["Location"] == record


def test_the_second_press_finds_its_record_even_when_the_session_has_forgotten_the_draft(window, counter):
    preview = counter.preview(window.patient("石永福"))
    button, confirm = counter.button(preview), preview.replace("/preview/", "/confirm/")
    counter.client.post(confirm, button)
    session = counter.client.session
    session["settlement_drafts"] = {}
    session.save()
    assert counter.client.post(confirm, button)["Location"] == reverse("settlement:record", args=[settlements().get().pk])


def test_a_draft_belongs_to_the_session_that_made_it(window, counter):
    preview = counter.preview(window.patient("石永福"))
    other = Counter(window.liaison)
    for address in (preview, preview.replace("preview/", ""), preview.replace("preview/", "case/")):
        answer = other.client.get(address, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("settlement:bill")
        assert "请重新按身份证号查找" in answer.content.decode() and "石永福" not in answer.content.decode()


def _typed(**changes) -> dict:
    return TYPED | changes


def test_what_another_tab_changed_is_not_confirmed(window, counter):
    preview = counter.preview(window.patient("石永福"))
    button = counter.button(preview)
    counter.client.post(preview.replace("preview/", ""), {**_typed(), "total_yuan": "12000"})
    answer = counter.client.post(preview.replace("/preview/", "/confirm/"), button, follow=True)
    assert answer.redirect_chain == [(preview, 302)] and "在另一页改过" in answer.content.decode()
    assert not settlements().exists()
    counter.confirm(preview)
    assert settlements().get().total_yuan == 12_000


def test_a_result_that_changed_since_the_preview_is_shown_first(window, counter):
    person = window.patient("石永福")
    preview = counter.preview(person, total_yuan="60000", in_policy_yuan="60000")
    button = counter.button(preview)
    window.settle(window.bill(person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 8, 1), discharged_on=datetime.date(2017, 8, 20)))
    answer = counter.client.post(preview.replace("/preview/", "/confirm/"), button, follow=True)
    assert "个人自付不再是刚才显示的数" in answer.content.decode()
    assert settlements().count() == 1
    counter.confirm(preview)
    assert settlements().count() == 2


def test_a_fragment_of_a_lost_draft_takes_the_whole_page_to_the_search(window, counter):
    address = counter.find(window.patient("石永福"))
    other = Counter(window.liaison)
    answer = other.client.post(address, _typed(), headers={"HX-Request": "true", "HX-Trigger-Name": "disease"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("settlement:bill"))


def test_a_draft_does_not_follow_its_maker_to_another_hospital(window, counter, cast):
    address = counter.find(window.patient("石永福"))
    type(window.liaison).objects.filter(pk=window.liaison.pk).update(hospital_code=cast.city_hospital.code)
    assert counter.client.get(address)["Location"] == reverse("settlement:bill")
