"""Many processes on one person's year: no fen above the cap, nothing booked twice, every reversal once, the sums always whole.

``make race-test`` runs the full size, 16 processes and 2,000 attempts; every test run a smaller one. After them few meet at the
very moment where it matters: the same look at the result is empty as it is, and finds each defect that a switch puts back.
"""

import os

import pytest

from tests.settlement import racing
from tests.settlement.racing import Size

pytestmark = pytest.mark.django_db(transaction=True)

FULL = os.environ.get("LEDGER_RACE") == "full"
SIZE = Size(desks=16, attempts=2_000) if FULL else Size(desks=4, attempts=60)
FOUR, TWO = Size(desks=4, attempts=4), Size(desks=2, attempts=2)
EACH = 5  # Attempts a bill.


def kinds(answers: list) -> list[str]:
    return [answer.kind for answer in answers]


def test_bills_at_once_never_pass_the_cap_and_are_booked_once_and_each_reversal_succeeds_once(window):
    person = racing.patient_with_many_stays(window)
    jobs = racing.attempts_on(racing.bills_of(window, person, SIZE.attempts // EACH))
    way = racing.nullcontext if FULL else racing.slowly
    answers = racing.at_once(SIZE.desks, jobs, racing.settling_as(window.liaison), way)
    assert racing.wrong_after_settling(answers, person, SIZE) == []
    assert len(answers) == SIZE.attempts
    reversals = racing.reversals_of(person)
    assert len(reversals) == 2 * SIZE.attempts // EACH
    answers = racing.at_once(SIZE.desks, reversals, racing.reversing_as(window.liaison))
    assert racing.wrong_after_reversing(answers, person) == []
    assert sum(answer.kind == "done" for answer in answers) == len(reversals) // 2


def test_four_bills_in_one_moment_are_settled_one_upon_the_other(window):
    person, answers = racing.settled_by_few(window, 4)
    assert racing.wrong_after_settling(answers, person, FOUR) == []
    assert kinds(answers) == ["done"] * 4


def test_without_locks_the_sums_stop_the_settlement(window):
    person, answers = racing.settled_by_few(window, 4, defect=racing.nothing_locked)
    wrong = racing.wrong_after_settling(answers, person, FOUR)
    assert kinds(answers) == ["done"] + ["fault"] * 3
    assert sum("ConservationBroken" in sentence for sentence in wrong) == 3, wrong


def test_without_locks_and_sums_the_cap_is_passed(window):
    person, answers = racing.settled_by_few(window, 4, defect=racing.nothing_locked_nor_checked)
    assert kinds(answers) == ["done"] * 4
    assert racing.wrong_after_settling(answers, person, FOUR) == [
        "2458194 fen above the cap", "the year's state is not the sum of its lines", "R1 does not stand on the year before it",
    ]  # fmt: skip


def test_one_request_twice_in_one_moment_is_settled_once_and_answered_twice(window):
    person, answers = racing.settled_by_few(window, 1, again=2)
    assert racing.wrong_after_settling(answers, person, TWO) == []
    assert kinds(answers) == ["done"] * 2


def test_with_keys_outside_the_transaction_one_request_is_answered_in_two_ways(window):
    person, answers = racing.settled_by_few(window, 1, again=2, defect=racing.keys_kept_outside)
    assert kinds(answers) == ["done", "refused"]
    assert "one request was answered in two ways: R0" in racing.wrong_after_settling(answers, person, TWO)


def test_two_reversals_in_one_moment_reverse_once(window):
    person, _ = racing.settled_by_few(window, 1)
    answers = racing.reversed_by_two(window, person)
    assert racing.wrong_after_reversing(answers, person) == []
    assert kinds(answers) == ["done", "refused"]


def test_without_locks_two_reversals_of_one_settlement_collide(window):
    person, _ = racing.settled_by_few(window, 1)
    answers = racing.reversed_by_two(window, person, racing.nothing_locked)
    wrong = racing.wrong_after_reversing(answers, person)
    assert kinds(answers) == ["done", "fault"]
    assert wrong[0].startswith("fault: IntegrityError"), wrong
