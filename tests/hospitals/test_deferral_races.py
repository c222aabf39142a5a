"""Two at once at one debt or one deposit: the second waits and hears a sentence; nothing is repaid beyond what is owed.

The switch: with the locks taken away, the defect is back and is seen.
"""

import datetime

import pytest

from hospitals import deferring, depositing, repaying
from hospitals.depositing import tell_refund, verify_refund, withdraw_deposit
from hospitals.models import Deposit, Repaid, Repayment, Stay
from hospitals.repaying import record_repaid
from tests.hospitals.deferral_desk import owing
from tests.hospitals.test_deposits import refunded, taken
from tests.racing import Race, said

pytestmark = pytest.mark.django_db(transaction=True)
D = datetime.date
TODAY = D(2017, 10, 20)


def without_locks(monkeypatch) -> None:
    """The switch: stay, case and person are looked up and not held, and so is what hangs on the stay."""

    def bare(stay, by):
        stay = (
            Stay.objects.visible_to(by).select_related("hospital", "case__person", "case__disease", "case__county__parent").get(pk=stay.pk)
        )
        return stay, stay.case

    for module in (deferring, depositing, repaying):
        monkeypatch.setattr(module, "hold_stay", bare)

    def bare_repayment(repayment, by):
        found = Repayment.objects.visible_to(by).select_related("stay").get(pk=repayment.pk)
        return found, *bare(found.stay, by)

    def bare_deposit(deposit, by):
        found = Deposit.objects.visible_to(by).select_related("stay__hospital", "recorded_by").get(pk=deposit.pk)
        return found, bare(found.stay, by)[1]

    monkeypatch.setattr(repaying, "_hold", bare_repayment)
    monkeypatch.setattr(depositing, "_hold", bare_deposit)


def repaying_at_once(cast) -> tuple[list[str], int]:
    """The rest twice, by the hospital and by the county; what each heard, and how much came back in fen."""
    row, race = owing(cast), Race()
    acts = [lambda by=by: record_repaid(by=by, repayment=row, paid_on=TODAY, amount=1_000_00) for by in (cast.liaison, cast.clerk)]
    with race.after(repaying, "still_owed"):
        answers = race.run(*acts)
    return said(answers), sum(int(one.amount_yuan * 100) for one in Repaid.objects.everywhere("test"))


def test_no_more_comes_back_than_is_owed(cast):
    heard, back = repaying_at_once(cast)
    assert sorted(heard) == ["done", "还款 1,000.00 元多于尚欠的 500.00 元，请改正。"] and back == 1_000_00


def test_without_the_lock_more_comes_back_than_is_owed(cast, monkeypatch):
    without_locks(monkeypatch)
    assert repaying_at_once(cast) == (["done", "done"], 2_000_00)


def verifying_what_is_withdrawn(cast) -> list[str]:
    row, race = refunded(cast, taken(cast)), Race()
    with race.after(depositing, "_refuse_verified"):
        answers = race.run(
            lambda: withdraw_deposit(by=cast.liaison, deposit=row, reason="登记错人"), lambda: verify_refund(by=cast.clerk, deposit=row)
        )
    return said(answers)


def test_what_is_being_withdrawn_is_not_verified(cast):
    assert verifying_what_is_withdrawn(cast) == ["done", "这笔押金登记已在 2017-10-20 撤销。请刷新后再看。"]
    row = Deposit.objects.everywhere("test").get()
    assert (row.withdrawn_on, row.verified_on) == (TODAY, None)


def test_without_the_lock_only_the_database_stands_in_the_way(cast, monkeypatch):
    without_locks(monkeypatch)
    first, second = verifying_what_is_withdrawn(cast)
    assert first == "done" and "verified_when_refunded_in_full" in second


def refunding_what_is_verified(cast) -> tuple[list[str], str]:
    row, race = refunded(cast, taken(cast)), Race()
    with race.after(depositing, "_refuse_verified"):
        answers = race.run(
            lambda: verify_refund(by=cast.clerk, deposit=row),
            lambda: tell_refund(by=cast.liaison, deposit=row, refunded_on=TODAY, refunded=500_00, remedy="改写"),
        )
    return said(answers), Deposit.objects.everywhere("test").get().remedy


def test_what_was_verified_is_not_written_over(cast):
    heard, remedy = refunding_what_is_verified(cast)
    assert heard == ["done", "这笔押金的退还和整改已在 2017-10-20 核实，不能再改。请刷新后再看。"]
    assert remedy == "培训入院窗口，名单每日核对"


def test_without_the_lock_it_is_written_over(cast, monkeypatch):
    without_locks(monkeypatch)
    assert refunding_what_is_verified(cast) == (["done", "done"], "改写")
