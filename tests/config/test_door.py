"""The door and what lies behind it: failures on the trail, notices at rest, passwords that nobody can ask for, places in a post."""

import datetime

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


@pytest.mark.django_db
def test_half_an_hour_begins_anew_with_every_page_and_is_written_down_once_a_minute(cast, time_machine):
    start = datetime.datetime(2026, 11, 20, 1, 0, tzinfo=datetime.UTC)
    page, client = reverse("account:password"), Client()

    def ends_after(minutes: float) -> float | None:
        """Minutes from the start to the session's end once a page was opened then; None where the door was shown."""
        time_machine.move_to(start + datetime.timedelta(minutes=minutes), tick=False)
        if client.get(page).status_code == 302:
            return None
        return (Session.objects.get(pk=client.cookies["sessionid"].value).expire_date - start).total_seconds() / 60

    time_machine.move_to(start, tick=False)
    client.force_login(cast.clerk)
    assert [ends_after(minutes) for minutes in (0, 0.5, 0.9, 1, 25, 54.9)] == [30, 30, 30, 31, 55, 84.9]
    assert ends_after(85) is None
