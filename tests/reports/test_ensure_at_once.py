"""Several who look after what is due at once make it once, wait for nobody, and leave nothing half."""

import logging
import threading

import pytest
from django.db import connection, transaction
from django.db.models.query import QuerySet

from ledger import after_sign_in, clock
from ledger.actions.holidays import add_days
from reports import due_keeping, ensuring
from reports.due_keeping import keep_dues
from reports.ensuring import ensure_due
from tests.racing import LIMIT, Race
from tests.reports.conftest import day
from tests.reports.due_stories import NOTICE, NOW, deadlines, dues_of, hand_in

pytestmark = pytest.mark.django_db


# ---- at once ----


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_two_who_find_the_same_rows_missing_make_them_once(cast, october, monkeypatch, held):
    """The switch takes the lock on the prefecture away: both see that nothing is there, and the second breaks at the database's word."""
    if not held:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    prefecture, now = cast.prefecture, NOW
    race = Race()
    with race.after(due_keeping, "_standing"):
        answers = race.run(*[lambda: keep_dues(prefecture, now)] * 2)
    if held:
        assert sorted(len(answer.made) for answer in answers) == [0, 30]
    else:
        assert [type(answer).__name__ for answer in answers].count("IntegrityError") == 1, answers
    assert dues_of().count() == 30


@pytest.mark.django_db(transaction=True)
def test_who_signs_in_does_not_wait_for_who_is_at_it(cast, october, nudges, sent_no_mail):
    prefecture, now = cast.prefecture, NOW
    race = Race()
    with race.after(due_keeping, "_standing"):
        first, second = race.run(lambda: keep_dues(prefecture, now), lambda: keep_dues(prefecture, now, wait=False))
    assert (len(first.made), second) == (30, None)


@pytest.mark.django_db(transaction=True)
def test_who_signs_in_waits_for_no_row_that_somebody_holds(cast, october, nudges, sent_no_mail, monkeypatch, caplog):
    """Somebody is submitting November while its deadline has to move: the sign-in gives up soon, and the deadline moves with the next."""
    keep_dues(cast.prefecture, NOW)
    add_days(by=cast.city, first=day("11-23"), last=None, works=False, name="县庆", document=NOTICE)
    monkeypatch.setattr(ensuring, "LOCK_PATIENCE", "50ms")
    holds, over = threading.Event(), threading.Event()

    def submitting():
        with transaction.atomic():
            list(dues_of(period=day("11-01")).select_for_update())
            holds.set()
            over.wait(LIMIT)
        connection.close()

    thread = threading.Thread(target=submitting)
    thread.start()
    assert holds.wait(LIMIT)
    try:
        with caplog.at_level(logging.CRITICAL, "ledger.after_sign_in"):
            after_sign_in.see_to(cast.clerk)
        assert deadlines()["2017-11"] == "11-23" and nudges == []
    finally:
        over.set()
        thread.join()
    after_sign_in.see_to(cast.clerk)
    assert deadlines()["2017-11"] == "11-22" and nudges != []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_a_deadline_does_not_move_under_who_submits(cast, october, monkeypatch, held):
    """A return is submitted between the look and the move. The switch leaves out the second look, and the submitted one moves."""
    keep_dues(cast.prefecture, NOW)
    add_days(by=cast.city, first=day("11-23"), last=None, works=False, name="县庆", document=NOTICE)
    if not held:
        monkeypatch.setattr(due_keeping, "_held_and_open", lambda prefecture, groups: list(due_keeping._of_groups(prefecture, groups)))
    prefecture, county, now = cast.prefecture, cast.county, NOW
    race = Race()
    with race.after(due_keeping, "_standing"):
        kept, sent = race.run(lambda: keep_dues(prefecture, now), lambda: hand_in(county, day("11-01")))
    assert (sent.state, [one.counties for one in kept.moved]) == ("submitted", [1 if held else 2])
    assert deadlines()["2017-11"] == ("11-23" if held else "11-22")


def test_a_process_killed_in_the_middle_leaves_nothing_half(cast, october, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(due_keeping, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            ensure_due(clock.now())
    assert not dues_of().exists()
    assert len(keep_dues(cast.prefecture, NOW).made) == 30
