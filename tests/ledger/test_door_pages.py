"""The door: wrong passwords, where signing in leads, and what every page forbids."""

import pytest
from django.urls import reverse

from tests.ledger.desks import client_of

pytestmark = pytest.mark.django_db


def test_five_wrong_passwords_lock_the_account(cast, client):
    door = reverse("account:login")
    said = [client.post(door, {"username": cast.clerk.username, "password": "wrong"}) for _ in range(5)]
    assert [answer.status_code for answer in said] == [401, 401, 401, 401, 429]
    assert "用户名或密码不对，还可以试 4 次。" in said[0].content.decode()
    assert "这个账号已锁定 30 分钟" in said[4].content.decode()
    assert client.post(door, {"username": cast.clerk.username, "password": "cedar-lantern-58"}).status_code == 429


def test_signing_in_leads_on_only_within_the_house(cast, client):
    door = reverse("account:login")
    answer = client.post(door, {"username": cast.clerk.username, "password": "cedar-lantern-58", "next": "https://example.org/"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("reports:workbench"))


def test_pages_forbid_what_they_do_not_need(cast):
    answer = client_of(cast.clerk).get(reverse("ledger:case-list"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (answer["X-Frame-Options"], answer["Cache-Control"]) == ("DENY", "private, no-store")
