"""The interface's door: who may pass, and what is told to whom when somebody may not."""

import datetime
import logging
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core import serializers
from django.test import override_settings
from django.urls import reverse

from ledger.models import AuditEvent
from ledger.trail_words import REFUSALS
from settlement.actions.clients import rotate_secret, switch_client
from settlement.api import authentication
from settlement.models import Client, ClientNonce, Settlement
from tests.racing import together
from tests.settlement.api.system import System

pytestmark = pytest.mark.django_db
ASK = "settlements?month=2017-10"


def refused(response) -> str:
    """The code of a refusal at the door, which is a whole problem."""
    problem = response.json()
    assert (response["Content-Type"], problem["status"], response.status_code) == ("application/problem+json", 401, 401)
    assert response["WWW-Authenticate"] == "HMAC-SHA256" and problem["detail"].endswith("。")
    return problem["code"]


def told() -> list[tuple[str, str, str]]:
    rows = AuditEvent.objects.filter(action="client_refused").order_by("id")
    return [(row.username, row.detail["refused"], row.address) for row in rows]


def test_a_signed_request_passes(system):
    assert system.get(ASK).status_code == 200
    assert told() == []
    assert Client.objects.get().last_used_on == datetime.date(2017, 10, 20)


def strangers(system) -> dict:
    """Every way to ask without holding the secret: name → the answer."""
    other = System(system.code, "0" * 64)
    nobody = System("lc01-00000000", system.secret)
    wrong = {
        "wrong secret": other.get(ASK),
        "unknown client": nobody.get(ASK),
        "no client": System("", system.secret).get(ASK),
        "tampered body": system.send("POST", "settlements", b'{"a": 1}', tampered=b'{"a": 2}', key="A"),
        "no signature": system.get(ASK, headers={"X-Signature": ""}),
        "odd signature": system.get(ASK, headers={"X-Signature": "柳" * 64}),
        "odd time": system.get(ASK, headers={"X-Timestamp": "now"}),
        "short nonce": system.get(ASK, headers={"X-Nonce": "1"}),
        "other time": system.get(ASK, headers={"X-Timestamp": str(2**31)}),
        "other nonce": system.get(ASK, headers={"X-Nonce": "0" * 32}),
    }
    system.get(ASK)
    method, target, raw, content_type, headers = system.sent
    system.sent = (method, target.replace("2017-10", "2017-09"), raw, content_type, headers | {"X-Nonce": "1" * 32})
    wrong["other query"] = system.again()
    system.sent = ("POST", target, raw, content_type, headers | {"X-Nonce": "2" * 32})
    wrong["other method"] = system.again()
    return wrong


def test_strangers_are_told_nothing_but_no(system):
    answers = strangers(system)
    assert {name: refused(answer) for name, answer in answers.items()} == dict.fromkeys(answers, "signature_refused")
    assert len({answer.content for answer in answers.values()}) == 1
    assert len(told()) == len(answers) and {why for _, why, _ in told()} == {"signature_refused"}
    assert not Settlement.objects.everywhere("test").exists()


@pytest.mark.parametrize("path", ["entitlements", "settlements", "settlements/preview", "settlements/1/reversal", "nowhere"])
def test_a_session_opens_nothing(client, cast, window, path):
    client.force_login(cast.liaison)
    assert client.post(f"/api/v1/{path}", "{}", content_type="application/json").status_code == 401


def test_a_request_sent_again_is_refused(system, window, body_of):
    body = body_of(window.patient("石永福"))
    assert system.post("settlements", body, key="A").status_code == 201
    assert refused(system.again()) == "nonce_used"
    # Somebody who listened changes the unsigned key: the number has been used all the same.
    method, target, raw, content_type, headers = system.sent
    system.sent = (method, target, raw, content_type, headers | {"Idempotency-Key": "B"})
    assert refused(system.again()) == "nonce_used"
    assert Settlement.objects.everywhere("test").count() == 1


def test_the_nonce_check_is_what_stops_a_replay(system, monkeypatch):
    """With the defect put back, the replay passes: the test above does look at the right thing."""
    monkeypatch.setattr(authentication, "_use_nonce", lambda client, nonce: None)
    assert (system.get(ASK).status_code, system.again().status_code) == (200, 200)


@pytest.mark.parametrize(("ahead", "code"), [(290, ""), (-290, ""), (310, "clock_differs"), (-310, "clock_differs")])
def test_a_clock_may_differ_by_five_minutes(system, ahead, code):
    system.ahead = ahead
    response = system.get(ASK)
    assert (refused(response) if code else response.status_code) == (code or 200)
    if code:
        assert ("快 310" in response.json()["detail"] or "快 309" in response.json()["detail"]) == (ahead > 0)


def test_the_clock_is_the_machines_and_not_the_demos(system, settings):
    settings.BUSINESS_DATE = datetime.date(2017, 11, 3)
    assert system.get("settlements?month=2017-11").status_code == 200


@pytest.mark.parametrize(
    ("addresses", "address", "passes"),
    [
        (["10.1.2.3/32"], "10.1.2.3", True), (["10.1.2.3/32"], "10.1.2.4", False), (["10.1.2.0/24"], "10.1.2.200", True),
        (["10.1.2.0/24"], "::ffff:10.1.2.9", True), (["fd00:1::/64"], "fd00:1::5", True), (["fd00:1::/64"], "10.1.2.3", False),
        ([], "127.0.0.1", False),
    ],
)  # fmt: skip
def test_only_listed_addresses_pass(system, kept, addresses, address, passes):
    Client.objects.filter(pk=kept.pk).update(addresses=addresses)
    system.address = address
    response = system.get(ASK)
    if passes:
        assert response.status_code == 200
    else:
        assert refused(response) == "address_not_listed" and address in response.json()["detail"]
        assert told() == [("liaison-1", "address_not_listed", address)]


def test_an_expired_client_is_told_so_and_its_last_day_counts(system, kept):
    kept.expires_on = datetime.date(2017, 10, 20)
    kept.save()
    assert system.get(ASK).status_code == 200
    kept.expires_on = datetime.date(2017, 10, 19)
    kept.save()
    assert refused(system.get(ASK)) == "client_expired"


def test_a_client_switched_off_stands_outside(system, kept, window):
    switch_client(by=window.cast.operator, client=kept, active=False)
    assert refused(system.get(ASK)) == "client_off"
    switch_client(by=window.cast.operator, client=kept, active=True)
    assert system.get(ASK).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "clerk", "hospital_code": ""}, {"hospital_code": "nowhere"}])
def test_a_client_goes_with_its_liaison(system, window, change):
    type(window.liaison).objects.filter(pk=window.liaison.pk).update(**change)
    assert refused(system.get(ASK)) == "account_off"


def test_a_hospital_no_longer_in_use_settles_nothing(system, window):
    type(window.cast.hospital).objects.filter(pk=window.cast.hospital.pk).update(is_active=False)
    assert refused(system.get(ASK)) == "account_off"


def test_a_new_secret_voids_the_old_at_once(system, kept, window):
    secret = rotate_secret(by=window.cast.operator, client=kept)
    assert refused(system.get(ASK)) == "signature_refused"
    system.secret = secret
    assert system.get(ASK).status_code == 200


def test_the_secret_is_nowhere_to_be_read(system, kept, window, caplog, body_of, client):
    caplog.set_level(logging.DEBUG)
    system.post("settlements", body_of(window.patient("石永福")), key="A")
    System(system.code, "1" * 64).get(ASK)
    new = rotate_secret(by=window.cast.operator, client=kept)
    client.force_login(window.cast.operator)
    pages = [client.get(reverse("settlement:clients")), client.get(reverse("settlement:client-edit", args=[kept.pk]))]
    out = StringIO()
    serializers.serialize("json", AuditEvent.objects.all(), stream=out)
    stored = Client.objects.filter(pk=kept.pk).extra(select={"raw": "secret"}).values_list("raw", flat=True)[0]
    everything = [caplog.text, out.getvalue(), repr(kept), str(kept), repr(kept.secret), f"{vars(kept)}", stored]
    everything += [page.content.decode() for page in pages]
    for secret in (system.secret, new):
        assert re.fullmatch("[0-9a-f]{64}", secret)
        assert [text for text in everything if secret in text] == []
    assert kept.secret.reveal() == new


@override_settings(CLIENT_REQUESTS_PER_MINUTE=3)
def test_too_many_requests_are_put_off(system):
    answers = [system.get(ASK) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[3]["Retry-After"], answers[3].json()["code"]) == ("60", "too_many_requests")
    ClientNonce.objects.update(received_at=datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC))
    assert system.get(ASK).status_code == 200


def test_knocking_on_and_on_does_not_fill_the_trail(system, monkeypatch):
    monkeypatch.setattr(authentication, "REFUSALS_KEPT", 3)
    stranger = System(system.code, "0" * 64)
    assert [stranger.get(ASK).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert len(told()) == 3
    # Whoever holds the secret is not kept out by it.
    assert system.get(ASK).status_code == 200


def test_used_numbers_go_once_they_are_too_old_to_matter(system, kept, monkeypatch):
    system.get(ASK)
    ClientNonce.objects.update(received_at=datetime.datetime(2017, 1, 1, tzinfo=datetime.UTC))
    monkeypatch.setattr(authentication, "CLEANED_EVERY", 1)
    system.get(ASK)
    assert ClientNonce.objects.count() == 1
    passing = datetime.timedelta(seconds=2 * authentication.CLOCK_TOLERANCE)  # From the first to the last moment a request may arrive.
    assert passing < authentication.KEPT


def test_what_a_client_asked_for_is_forgotten_after_its_request(system, window):
    from ledger.actions.trail import acting_client, record

    system.get(ASK)
    assert acting_client.get() == ""
    assert "client" not in record("viewed_list", by=window.liaison).detail


def test_an_auditor_reads_why_in_words(system, window, client):
    System(system.code, "1" * 64).get(ASK)
    system.address = "10.9.9.9"
    system.get(ASK)
    client.force_login(window.cast.auditor)
    page = client.get(reverse("ledger:trail")).content.decode()
    assert "原因 签名不对" in page and "原因 来源地址没有登记" in page and "接口客户端 住院收费系统" in page
    codes = set(re.findall(r'refusal\(client, "(\w+)"', Path(authentication.__file__).read_text(encoding="utf-8")))
    assert codes == set(REFUSALS)


@pytest.mark.django_db(transaction=True)
def test_the_same_request_sixteen_times_at_once_passes_once(system):
    """Whoever listened and is quicker than the first answer gains nothing: the database takes a number once."""
    system.get(ASK)
    ClientNonce.objects.all().delete()

    statuses = together(*[lambda: system.again().status_code] * 16)
    assert sorted(statuses) == [200] + [401] * 15


@pytest.mark.django_db(transaction=True)
def test_the_same_bill_eight_times_at_once_is_settled_once(system, window, body_of):
    body = body_of(window.patient("石永福"))

    def ask() -> tuple[int, bytes]:
        answer = System(system.code, system.secret).post("settlements", body, key="A")
        return answer.status_code, answer.content

    answers = together(*[ask] * 8)
    assert len(set(answers)) == 1 and answers[0][0] == 201
    assert Settlement.objects.everywhere("test").count() == 1
