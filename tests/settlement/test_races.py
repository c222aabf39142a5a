"""Many processes on one person's year: no fen above the cap, nothing booked twice, every reversal once, the sums always whole.

``make race-test`` runs the full size, 16 processes and 2,000 attempts; every test run a smaller one. The switches put each
defect back in the racing processes, and the same look at the result must then find it.
"""

import os

import pytest

from tests.settlement import racing
from tests.settlement.racing import Size

pytestmark = pytest.mark.django_db(transaction=True)

FULL = os.environ.get("LEDGER_RACE") == "full"
SIZE = Size(processes=16, attempts=2_000) if FULL else Size(processes=4, attempts=60)
SMALL = Size(processes=4, attempts=60)
EACH = 5  # Attempts a bill.


def settled_at_once(window, size: Size, defect=racing.nullcontext) -> tuple:
    person = racing.patient_with_many_stays(window)
    jobs = racing.attempts_on(racing.bills_of(window, person, size.attempts // EACH))
    answers = racing.at_once(size.processes, jobs, racing.settling_as(window.liaison), defect)
    return person, answers


def test_bills_at_once_never_pass_the_cap_and_are_booked_once_and_each_reversal_succeeds_once(window):
    person, answers = settled_at_once(window, SIZE, racing.nullcontext if FULL else racing.slowly)
    assert racing.wrong_after_settling(answers, person, SIZE) == []
    assert len(answers) == SIZE.attempts
    reversals = racing.reversals_of(person)
    assert len(reversals) == 2 * SIZE.attempts // EACH
    answers = racing.at_once(SIZE.processes, reversals, racing.reversing_as(window.liaison))
    assert racing.wrong_after_reversing(answers, person) == []
    assert sum(answer.kind == "done" for answer in answers) == len(reversals) // 2


def test_without_locks_the_sums_stop_the_settlement(window):
    person, answers = settled_at_once(window, SMALL, racing.nothing_locked)
    wrong = racing.wrong_after_settling(answers, person, SMALL)
    assert any("ConservationBroken" in sentence for sentence in wrong), wrong


def test_without_locks_and_sums_the_cap_is_passed(window):
    person, answers = settled_at_once(window, SMALL, racing.nothing_locked_nor_checked)
    wrong = racing.wrong_after_settling(answers, person, SMALL)
    assert any("fen above the cap" in sentence for sentence in wrong), wrong
    assert "the year's state is not the sum of its lines" in wrong


def test_with_keys_outside_the_transaction_one_request_is_answered_in_two_ways(window):
    person, answers = settled_at_once(window, SMALL, racing.keys_kept_outside)
    wrong = racing.wrong_after_settling(answers, person, SMALL)
    assert any("one request was answered in two ways" in sentence for sentence in wrong), wrong


def test_without_locks_two_reversals_of_one_settlement_collide(window):
    person, _ = settled_at_once(window, SMALL)
    answers = racing.at_once(SMALL.processes, racing.reversals_of(person), racing.reversing_as(window.liaison), racing.nothing_locked)
    assert racing.wrong_after_reversing(answers, person) != []
