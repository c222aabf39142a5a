"""Two at one return at once: whoever holds the due acts first, and the other acts on what is there then.

Each race has its switch: without the locks both look before either writes, and what must never be is then there, every time.
"""

import pytest
from django.db import DatabaseError

import reports.checking
import reports.drafting
import reports.extending
import reports.hands
import reports.receiving
import reports.submitting
import reports.unlocking
from ledger.models import Role, Staff
from reports.actions import (
    accept,
    agree_unlock,
    ask_extension,
    ask_unlock,
    check,
    grant_extension,
    rebuild_drafts,
    refuse_unlock,
    return_it,
    send_back,
    submit,
)
from reports.models import ReturnEvent, Submission, Unlock
from reports.returns import payload_of
from tests.handing_in import NIL, make_ready
from tests.racing import Race, said
from tests.reports.conftest import day
from tests.reports.return_stories import OCTOBER, drafted, due_of, events, handed_in, locked, revisions

pytestmark = pytest.mark.django_db(transaction=True)
held_or_not = pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])


def without_locks(monkeypatch) -> None:
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)


def moves(cast) -> list[str]:
    return [what for what, *_ in events(cast)]


@held_or_not
def test_submitted_and_given_back_to_the_clerk(cast, one_waiting, monkeypatch, held):
    make_ready(cast.county, OCTOBER, ["F1"])
    lead, county = cast.lead, cast.county
    other = Staff.objects.create_user("lead-450222-2", "x", full_name="罗志强", role=Role.LEAD, area=county)
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.checking, "bring_up"), race.before(reports.checking, "undo_check"):
        found = race.run(
            lambda: submit(by=lead, county=county, period=OCTOBER, forms=["F1"]),
            lambda: send_back(by=other, county=county, period=OCTOBER, forms=["F1"], reason="再看"),
        )
    assert [what for what in moves(cast) if what in ("submit", "send_back")] == ["submit"]
    assert said(found)[0] == "done"
    if held:
        assert said(found)[1] == "报表现在的状态是“已报”，不能办“退回经办人”。请刷新后再看。"
    else:  # The last word is the database's: a fault instead of a sentence.
        assert isinstance(found[1], DatabaseError) and "is frozen" in str(found[1]), found


@held_or_not
def test_accepted_and_sent_back(cast, one_waiting, monkeypatch, held):
    sent, city = handed_in(cast), cast.city
    other = Staff.objects.create_user("city-450200-2", "x", full_name="江晓燕", role=Role.CITY, area=cast.prefecture)
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.receiving, "hold_submission"):
        found = race.run(lambda: accept(by=city, submission=sent), lambda: return_it(by=other, submission=sent, reason="白内障一行不对"))
    received = moves(cast).count("receive")
    if held:
        assert said(found) == ["done", "done"] and received == 1  # What is accepted may still be sent back.
        assert moves(cast)[-3:] == ["receive", "accept", "return"]
    else:
        assert received == 2  # Received twice, by two who each found it untouched.


@held_or_not
def test_submitted_and_given_more_time(cast, one_waiting, monkeypatch, held):
    make_ready(cast.county, OCTOBER, ["F1"])
    lead, city, county = cast.lead, cast.city, cast.county
    (asked,) = ask_extension(by=cast.clerk, county=county, period=OCTOBER, forms=["F1"], until_on=day("10-27"), reason="山洪")
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.submitting, "ready_drafts"), race.after(reports.extending, "_refuse_submitted"):
        found = race.run(
            lambda: submit(by=lead, county=county, period=OCTOBER, forms=["F1"]),
            lambda: grant_extension(by=city, extension=asked, granted_on=day("10-27")),
        )
    if held:
        assert said(found) == ["done", "这份展期申请已经答复：已撤回。请刷新后再看。"] and due_of(cast).extended_until is None
    else:
        assert said(found) == ["done", "done"] and due_of(cast).extended_until is not None


def asked_to_unlock(cast) -> tuple[Unlock, Staff]:
    """The lead asks for a locked return to be opened; the city has two people who may answer."""
    other = Staff.objects.create_user("city-450200-2", "x", full_name="江晓燕", role=Role.CITY, area=cast.prefecture)
    return ask_unlock(by=cast.lead, submission=locked(cast), reason="漏人"), other


@held_or_not
def test_unlocked_and_refused(cast, one_waiting, monkeypatch, held):
    city, (unlock, other) = cast.city, asked_to_unlock(cast)
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.unlocking, "_hold"):
        found = race.run(lambda: agree_unlock(by=city, unlock=unlock), lambda: refuse_unlock(by=other, unlock=unlock, answer="不用"))
    state = Unlock.objects.everywhere("a test").get(pk=unlock.pk).state
    if held:
        assert said(found) == ["done", "这份解锁申请已经答复：已解锁。请刷新后再看。"]
        assert (state, revisions(cast)[0].state, moves(cast)[-1]) == ("agreed", "unlocked", "unlock")
    else:  # Open, although it was refused.
        assert (state, revisions(cast)[0].state) == ("refused", "unlocked")


@held_or_not
def test_two_who_agree_unlock_once(cast, one_waiting, monkeypatch, held):
    city, (unlock, other) = cast.city, asked_to_unlock(cast)
    if not held:
        without_locks(monkeypatch)
    race = Race()
    with race.after(reports.unlocking, "_hold"):
        found = race.run(lambda: agree_unlock(by=city, unlock=unlock), lambda: agree_unlock(by=other, unlock=unlock))
    assert said(found) == (["done", "这份解锁申请已经答复：已解锁。请刷新后再看。"] if held else ["done", "done"])
    assert moves(cast).count("unlock") == (1 if held else 2)


@held_or_not
def test_checked_while_the_ledger_changes_the_draft(cast, one_waiting, monkeypatch, held):
    """The sweep rebuilds while the clerk checks: the row is the last draft that was told of, and checked only if that one was."""
    drafted(cast)
    clerk, county = cast.clerk, cast.county
    nil = dict.fromkeys(["F1"], NIL)
    if not held:
        without_locks(monkeypatch)
    race = Race()

    def change_and_rebuild():
        race.meet()  # Until the clerk's checks have seen the ledger as it was.
        one_waiting.person("覃月英", ("cataract", "06-01"))
        return rebuild_drafts(county, OCTOBER)

    with race.after(reports.checking, "freeze_checks"):
        found = race.run(change_and_rebuild, lambda: check(by=clerk, county=county, period=OCTOBER, forms=["F1"], nil_reasons=nil))
    assert said(found) == ["done", "done"], found
    (kept,) = revisions(cast)
    if held:
        assert moves(cast) == ["drafted", "check", "redrafted", "drafted"]
        assert (kept.state, kept.draft_number, payload_of(kept)["total"]["total"]) == ("draft", 2, 2)
    else:  # What the clerk found right is gone, and nobody was told.
        assert (moves(cast), kept.state, kept.draft_number) == (["drafted", "check", "drafted"], "draft", 2)


def test_nobody_is_left_waiting_when_two_answer_each_others_returns(cast, one_waiting):
    """All acts take the dues in one order: F1 before F2, county by county."""
    make_ready(cast.county, OCTOBER, ["F1", "F2"])
    lead, clerk, county = cast.lead, cast.clerk, cast.county
    found = Race(lockstep=True).run(
        lambda: submit(by=lead, county=county, period=OCTOBER, forms=["F2", "F1"]),
        lambda: ask_extension(by=clerk, county=county, period=OCTOBER, forms=["F2", "F1"], until_on=day("10-27"), reason="山洪"),
    )
    assert sorted(said(found)) in (["F1 已经上报，不用展期。", "done"], ["done", "done"])
    assert Submission.objects.everywhere("a test").filter(state="submitted").count() == 2
    assert ReturnEvent.objects.everywhere("a test").filter(what="submit").count() == 2
