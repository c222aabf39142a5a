"""A hospital's system at the interface, and the bodies it sends."""

import datetime

import pytest

from settlement.actions.clients import open_client
from settlement.models import Client
from tests.settlement.api.system import System


@pytest.fixture
def system(window) -> System:
    """The county hospital's, asking from this machine."""
    client, secret = open_client(
        by=window.cast.operator, name="住院收费系统", staff=window.liaison, addresses="127.0.0.1", expires_on=datetime.date(2018, 12, 31)
    )
    return System(client.code, secret)


@pytest.fixture
def kept(system) -> Client:
    """The client's row."""
    return Client.objects.get(code=system.code)


@pytest.fixture
def body_of():
    """A bill's body: ``body_of(person, total_yuan="60000.00")``."""

    def body_of(person, **changes) -> dict:
        body = {
            "id_number": person.id_number.reveal(), "disease": "gastric-cancer", "bill_no": "ZY20170001", "admitted_on": "2017-09-01",
            "discharged_on": "2017-09-10", "total_yuan": "10000.00", "in_policy_yuan": "9000.00",
        }  # fmt: skip
        body |= changes
        return {name: value for name, value in body.items() if value is not None}

    return body_of
