"""The door and what lies behind it: failures on the trail, notices at rest, passwords that nobody can ask for, places in a post."""

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from ledger.models import AuditEvent


@pytest.mark.django_db
def test_failures_at_the_door_are_on_the_trail(cast):
    client = Client()
    for password in ["wrong"] * 7:
        client.post(reverse("account:login"), {"username": cast.clerk.username, "password": password})
    client.post(reverse("account:login"), {"username": "cedar-lantern-58", "password": "typed in the wrong field"})
    told = list(AuditEvent.objects.order_by("pk").values_list("action", "username", "detail"))
    assert told == [("sign_in_failed", cast.clerk.username, {})] * 4 + [
        ("account_locked", cast.clerk.username, {}), ("sign_in_failed", "", {}),
    ]  # fmt: skip
    # Tries at a locked account are not counted, so nobody can keep it locked for ever.
    assert AccessAttempt.objects.get(username=cast.clerk.username).failures_since_start == 5


@pytest.mark.django_db
def test_a_name_longer_than_any_account_is_answered_like_a_wrong_one(cast):
    assert Client().post(reverse("account:login"), {"username": "x" * 400, "password": "wrong"}).status_code == 401


@pytest.mark.django_db
def test_an_operator_cannot_ask_for_a_password_letter_by_letter(cast):
    client = Client()
    client.force_login(cast.operator)
    accounts = reverse("admin:ledger_staff_changelist")
    assert client.get(accounts, {"role": "clerk"}).status_code == 200
    assert client.get(accounts, {"password__startswith": "argon2"}).status_code == 400


@pytest.mark.django_db
def test_a_notice_rests_sealed_and_in_no_cookie(cast):
    person = cast.register("石永福", phone="13900000815")
    client = Client()
    client.force_login(cast.clerk)
    answer = client.post(reverse("ledger:case-move", args=[person.cases.get().pk, "verify"]))
    assert answer.status_code == 302 and set(answer.cookies) <= {"sessionid", "csrftoken"}
    kept = str(Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded())
    assert "石永福" not in kept and "\\u77f3" not in kept and "aesgcm1:" in kept
    shown = client.get(reverse("ledger:person", args=[person.pk])).content.decode()
    assert "石永福的白内障：已核实。" in shown


@pytest.mark.django_db
def test_a_village_of_another_county_in_a_post_registers_nobody(cast):
    client = Client()
    client.force_login(cast.township)
    for village in (cast.village2, cast.other_village):
        answer = client.post(reverse("ledger:register"), {"township": village.parent_id, "village": village.pk, "name": "韦桂兰"})
        assert answer.status_code == 422 and village.name not in answer.content.decode()
