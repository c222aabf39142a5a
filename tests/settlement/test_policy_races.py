"""A bill settled while a new version is being published: it is counted, or it is refused; never under a policy that no longer holds.

The switch: with the database's guard taken away, a settlement stands under the version that had just ended.
"""

import datetime

import pytest
from django.db import connection

from ledger.actions.refusals import Refused
from settlement.actions.policies import publish
from settlement.faults import BillRefused
from settlement.models import Settlement
from settlement.policy_scope import versions_for
from tests.racing import at_once
from tests.settlement.policy_desk import PolicyDesk
from tests.settlement.window import Window

pytestmark = pytest.mark.django_db(transaction=True)
GUARD = "ALTER TABLE settlement_settlement {} TRIGGER settlement_settlement_version"


@pytest.fixture
def scene(cast):
    """A draft that begins before a bill's discharge, and the bill; everybody fetched before the threads start."""
    desk = PolicyDesk(cast)
    window = Window.open(cast)
    entry = window.bill(window.patient("石永福"), admitted_on=datetime.date(2017, 10, 2), discharged_on=datetime.date(2017, 10, 10))
    draft = versions_for(desk.second).get(pk=desk.draft().pk)
    return desk, window, entry, window.request(), draft


def standing() -> list[int]:
    return [one.version.number for one in Settlement.objects.everywhere("test").select_related("version")]


def test_publishing_waits_for_a_bill_that_is_being_settled_and_counts_it(scene):
    desk, window, entry, request, draft = scene
    settled, refused = at_once(lambda: window.settle(entry, request), lambda: publish(by=desk.second, version=draft))
    assert isinstance(settled, Settlement), settled
    assert isinstance(refused, Refused) and "已用于 1 笔出院日期在 2017-10-01 及以后的有效结算" in refused.message
    assert (standing(), desk.version().during.upper) == ([1], None)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "guard taken away"])
def test_a_bill_looked_up_before_the_publication_is_refused_and_settles_anew(scene, guarded):
    desk, window, entry, request, draft = scene
    with connection.cursor() as cursor:
        cursor.execute(GUARD.format("ENABLE" if guarded else "DISABLE"))
    try:
        plan, answer = at_once(lambda: publish(by=desk.second, version=draft), lambda: window.settle(entry, request))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(GUARD.format("ENABLE"))
    assert plan.faults == [], plan
    if not guarded:
        assert standing() == [1]  # The defect: settled under the version that ended on 30 September.
        return
    assert isinstance(answer, BillRefused), answer
    assert [fault.code for fault in answer.faults] == ["policy_changed"]
    assert standing() == []
    window.settle(entry, request)
    assert standing() == [2]
