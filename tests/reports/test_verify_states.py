"""``verify_reports`` proves where a return stands: its state follows from its events, and its events from the trail."""

import pytest
from django.db import connection

from reports.actions import accept, agree_unlock, ask_unlock, lock, rebuild_drafts, return_it
from reports.models import ReturnEvent, Submission
from reports.verifying import Verified, verify
from reports.verifying_state import Happened, state_differences
from tests.reports.return_stories import OCTOBER, drafted, handed_in
from tests.reports.tampering import tamper

DRAFTED, CHECKED = Happened("drafted", "", "draft"), Happened("check", "draft", "checked")
SUBMITTED, RECEIVED = Happened("submit", "checked", "submitted"), Happened("receive", "submitted", "received")
AGAIN = Happened("redrafted", "checked", "draft")
ALL = ["drafted", "check", "submit", "receive"]


@pytest.mark.parametrize(
    ("state", "events", "trail", "found"),
    [
        ("received", [DRAFTED, CHECKED, SUBMITTED, RECEIVED], ALL, []),
        ("draft", [DRAFTED, CHECKED, AGAIN, DRAFTED], ["drafted", "check", "redrafted", "drafted"], []),
        ("locked", [], [], []),  # Nothing was told of it.
        ("received", [RECEIVED], ["receive"], []),  # Older than its history.
        ("submitted", [DRAFTED, CHECKED, SUBMITTED, Happened("remark_answered", "", "")], ["drafted", "check", "submit"], []),
        ("locked", [DRAFTED, CHECKED, SUBMITTED, RECEIVED], ALL, [("state", "现在的状态是“已锁定”，按经过应是“市级已接收”。")]),
        (
            "received",
            [DRAFTED, CHECKED, RECEIVED],
            ALL,
            [
                ("events", "经过里“市级接收”接不上：前面是“已核对”。"),
                ("events", "经过（核对完毕、市级接收）与操作记录（核对完毕、上报、市级接收）不符。"),
            ],
        ),
        ("draft", [DRAFTED], ["check"], [("events", "经过（没有办过）与操作记录（核对完毕）不符。")]),
        ("draft", [], ["check"], [("events", "经过（没有办过）与操作记录（核对完毕）不符。")]),
    ],
)  # fmt: skip
def test_what_a_state_follows_from(state, events, trail, found):
    assert list(state_differences(state, events, trail)) == found


@pytest.fixture
def sent(cast, ledger, dues) -> Submission:
    ledger.person("韦桂兰", ("cataract", "06-01"))
    return handed_in(cast)


def told() -> list[tuple]:
    return [(one.form, one.revision, one.what, one.sentence) for one in verify(Verified())]


@pytest.mark.django_db
def test_a_whole_life_agrees_with_its_events(cast, sent):
    locked = lock(by=cast.city, submission=accept(by=cast.city, submission=sent))
    agree_unlock(by=cast.city, unlock=ask_unlock(by=cast.lead, submission=locked, reason="漏报一人"), answer="同意")
    drafted(cast)
    return_it(by=cast.city, submission=handed_in(cast), reason="请核对")
    rebuild_drafts(cast.county, OCTOBER, cast.clerk)
    kept = Submission.objects.everywhere("a test").filter(due=sent.due).order_by("revision")
    assert [one.state for one in kept] == ["unlocked", "returned", "draft"] and told() == []


@pytest.mark.django_db
def test_a_state_that_was_set_by_hand_is_told(cast, sent):
    tamper("reports_submission", "state = %s", ["locked"], sent.pk)
    assert told() == [("F1", 1, "state", "现在的状态是“已锁定”，按经过应是“已报”。")]


@pytest.mark.django_db
def test_events_that_were_set_by_hand_too_are_told_by_the_trail(cast, sent):
    """Sent back is made received again, and the event with it: only the trail, sealed by its own chain, still knows."""
    held = return_it(by=cast.city, submission=sent, reason="请核对")
    tamper("reports_submission", "state = %s", ["received"], held.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_returnevent DISABLE TRIGGER USER")
        ReturnEvent.objects.everywhere("a test").filter(submission=held, what="return").delete()
        cursor.execute("ALTER TABLE reports_returnevent ENABLE TRIGGER USER")
    (one,) = told()
    assert one[2:] == ("events", "经过（核对完毕、上报、市级接收）与操作记录（核对完毕、上报、市级接收、市级退回）不符。")
