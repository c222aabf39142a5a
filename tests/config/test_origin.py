"""Where a request comes from is told by our own proxies only, and only by the entry they added themselves."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from config.environment import Environment
from config.origin import came_from

PROXY, OUTSIDE, LIAR = "172.18.0.1", "10.1.2.3", "10.9.9.9"


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        (PROXY, OUTSIDE, OUTSIDE), (PROXY, f"{LIAR}, {OUTSIDE}", OUTSIDE), (PROXY, f"{LIAR},{OUTSIDE} ", OUTSIDE), (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY), (PROXY, f"{OUTSIDE}, x", PROXY), (PROXY, "fd00::5", "fd00::5"), (OUTSIDE, LIAR, OUTSIDE), ("", LIAR, None),
    ],
)  # fmt: skip
@override_settings(PROXIES=[ip_network("172.16.0.0/12")])
def test_only_our_proxy_is_believed(remote, forwarded, expected):
    assert came_from({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}) == expected


@override_settings(PROXIES=[])
def test_without_a_proxy_nobody_is():
    assert came_from({"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": LIAR}) == PROXY


def test_proxies_are_read_as_networks_and_a_wrong_one_is_named():
    assert Environment({"LEDGER_PROXIES": "172.16.0.0/12, 10.0.0.1"}).networks("LEDGER_PROXIES") == [
        ip_network("172.16.0.0/12"), ip_network("10.0.0.1"),
    ]  # fmt: skip
    with pytest.raises(ImproperlyConfigured, match="LEDGER_PROXIES"):
        Environment({"LEDGER_PROXIES": "172.16.0.1/12"}).networks("LEDGER_PROXIES")


@pytest.mark.django_db
@override_settings(PROXIES=[ip_network("172.16.0.0/12")])
def test_the_trail_tells_the_address_behind_the_proxy(client, cast):
    from ledger.models import AuditEvent

    client.post(
        "/account/login/", {"username": "clerk-450222-1", "password": "x"}, REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": f"{LIAR}, {OUTSIDE}"}
    )  # fmt: skip
    assert AuditEvent.objects.get(action="sign_in_failed").address == OUTSIDE
