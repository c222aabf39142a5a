"""Faults of known systems put back one by one: a named check of its own and the shared bills must notice each."""

import csv
import datetime
from pathlib import Path

import pytest

from ledger import clock
from settlement import batch, order, policy_file
from settlement.actions import settling
from settlement.engine import chain, money, terms
from settlement.engine.bill import Bill, Result
from settlement.engine.errors import ConservationBroken
from settlement.engine.facts import Facts
from settlement.engine.policy import Number
from settlement.management.commands.settle import disease_codes
from tests.cast import on_day
from tests.settlement.conftest import bill as row_of
from tests.settlement.test_cases import CASES, POLICIES
from tests.settlement.window import YUAN

RIGHT_DRAW, RIGHT_CAP, RIGHT_LAYER, RIGHT_HOLD, RIGHT_PREPARE = (
    chain.draw,
    terms._cap,
    chain.run_layer,
    settling.hold_year,
    settling.prepare,
)


# ---- the faults ----


def cents_cut(patch):
    for module in (chain, money):
        patch.setattr(module, "half_up", lambda numerator, denominator: numerator // denominator)


def minus_one_for_no_cap(patch):
    patch.setattr(terms, "_cap", lambda rows, tilt: RIGHT_CAP(rows, tilt) or Number(-1))


def equal_amounts_lost(patch):
    patch.setattr(chain, "sum", lambda amounts: sum(set(amounts)), raising=False)


def deductible_per_stay(patch):
    patch.setitem(chain.KIND, "cumulative", lambda terms, bill, base, before, left: chain.bracketed(terms, base))


def ceiling_starts_anew(patch):
    patch.setattr(chain, "run_layer", lambda t, bill, parts, before, lines: RIGHT_LAYER(t, bill, parts, before._replace(paid=0), lines))


def todays_year(patch):
    patch.setattr(batch, "calendar_year", lambda bill: 2026)


def plus_for_minus(patch):
    patch.setattr(chain, "draw", lambda parts, indices, amount: RIGHT_DRAW(parts, indices, -amount))


# ---- what must be so ----


def settled(*bills: tuple[str, int, int | None], categories: str = "dibao", disease: str = "gastric-cancer") -> list[Result]:
    """One person's bills under liuzhou-2017 in a county hospital, (in-policy = total, limit) in fen; each on the year before it."""
    facts = Facts(frozenset(categories.split()), disease, "level-2", "", frozenset({"in_pooling_area"}))
    right = chain.Chain(policy_file.load("liuzhou-2017"), disease_codes())
    results, year = [], {}
    for day, total, limit in bills:
        when = datetime.date.fromisoformat(day)
        results.append(right.settle(Bill(facts, when, when, total, total, limit), year))
        year = results[-1].year
    return results


def paid(result: Result, layer: str) -> int:
    return next(line.amount for line in result.lines if line.terms.layer.name == layer)


def four_fifths_of_a_fen_is_one_fen(tmp_path):
    (result,) = settled(("2019-09-15", 400_01, None))
    assert (paid(result, "basic"), paid(result, "medical_assistance")) == (1, 280_00)


def who_has_no_cap_is_paid_in_full(tmp_path):
    (result,) = settled(("2019-09-15", 400_000_00, None), categories="tekun")
    assert paid(result, "medical_assistance") > 20_000_00 and result.self_pay == 0


def two_equal_parts_are_two(tmp_path):
    (result,) = settled(("2019-09-15", 20_000_00, 10_000_00))
    assert result.lines[0].base == 20_000_00 and paid(result, "basic") == 15_680_00


def the_annual_deductible_is_charged_once(tmp_path):
    first, second = settled(("2019-09-15", 60_000_00, None), ("2019-10-15", 60_000_00, None))
    # 12,320 is left of each: 4,820 above 7,500 the first time, all of it the second, at 60 %.
    assert (paid(first, "critical_illness"), paid(second, "critical_illness")) == (2_892_00, 7_392_00)


def the_years_ceiling_is_not_given_twice(tmp_path):
    first, second = settled(("2019-09-15", 300_000_00, None), ("2019-10-15", 300_000_00, None))
    assert (paid(first, "basic"), paid(second, "basic")) == (150_000_00, 0)
    assert paid(first, "medical_assistance") + paid(second, "medical_assistance") == 20_000_00


def the_ceiling_is_that_of_the_year_of_discharge(tmp_path):
    bills = batch.BillFile(policy_file.load("liuzhou-2017"), disease_codes())
    big = {"categories": "dibao", "total_yuan": "300000", "in_policy_yuan": "300000"}
    rows = [row_of(bill_no="A1", discharged_on="2019-12-30", **big), row_of(bill_no="A2", discharged_on="2020-01-02", **big)]
    write(tmp_path / "two.csv", rows)
    bills.read(tmp_path / "two.csv")
    assert [line.split(",")[1] for line in batch.output(bills)[0][1:]] == ["150000.00", "150000.00"]


def what_is_paid_is_taken_from_what_is_left(tmp_path):
    (result,) = settled(("2019-09-15", 60_000_00, None))
    assert [line.base for line in result.lines[:3]] == [60_000_00, 12_320_00, 9_428_00]


MUTANTS = {
    cents_cut: four_fifths_of_a_fen_is_one_fen,
    minus_one_for_no_cap: who_has_no_cap_is_paid_in_full,
    equal_amounts_lost: two_equal_parts_are_two,
    deductible_per_stay: the_annual_deductible_is_charged_once,
    ceiling_starts_anew: the_years_ceiling_is_not_given_twice,
    todays_year: the_ceiling_is_that_of_the_year_of_discharge,
    plus_for_minus: what_is_paid_is_taken_from_what_is_left,
}
STOPPED = (equal_amounts_lost, plus_for_minus)  # These never get as far as a wrong answer: the chain stops rather than go on wrong.


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def differing(folder: Path) -> int:
    """How many shared bills come out otherwise than expected, all policies together."""
    differ = 0
    for code in POLICIES:
        cases = [case for case in CASES if case["policy"] == code]
        write(folder / "bills.csv", cases)
        bills = batch.BillFile(policy_file.load(code), disease_codes())
        bills.read(folder / "bills.csv")
        rows = csv.DictReader(batch.output(bills)[0])
        for case, row in zip(cases, rows, strict=True):
            differ += any(row[name] != case[name] for name in row if name != "error")
    return differ


def test_the_right_chain_differs_nowhere(tmp_path):
    assert differing(tmp_path) == 0


@pytest.mark.parametrize("check", MUTANTS.values())
def test_the_right_chain_passes_every_check(check, tmp_path):
    check(tmp_path)


@pytest.mark.parametrize(("mutant", "check"), MUTANTS.items())
def test_a_known_fault_fails_its_check(mutant, check, tmp_path, monkeypatch):
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ConservationBroken)) as noticed:
        check(tmp_path)
    assert (noticed.type is ConservationBroken) == (mutant in STOPPED)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_shared_bills_notice_a_known_fault(mutant, tmp_path, monkeypatch):
    mutant(monkeypatch)
    try:
        assert differing(tmp_path) > 0
    except ConservationBroken:
        assert mutant in STOPPED


# ---- the same faults where bills are stored ----


def todays_year_held(patch):
    patch.setattr(settling, "hold_year", lambda person, area, year: RIGHT_HOLD(person, area, clock.today().year))


def cents_cut_at_the_door(patch):
    patch.setattr(order, "to_fen", lambda amount: int(amount) * 100)


def year_begins_with_every_bill(patch):
    def prepare(**asked):
        asked["year"].state = {}
        return RIGHT_PREPARE(**asked)

    patch.setattr(settling, "prepare", prepare)


def december_and_september_cumulate(window) -> None:
    """A bill of December, settled in January, stands on September's of its own year."""
    person = window.patient("石永福")
    window.settle(window.bill(person, total=60_000 * YUAN + 33))
    with on_day(datetime.date(2018, 1, 10)):
        days = {"admitted_on": datetime.date(2017, 12, 1), "discharged_on": datetime.date(2017, 12, 28)}
        later = window.settle(window.bill(person, total=60_000 * YUAN, **days))
    assert later.person_year.year == 2017
    assert later.year_before["basic"] == [60_000_33, 47_680_26]
    assert str(later.lines.get(layer="critical_illness").amount_yuan) == "7392.00"


STORED = [todays_year_held, cents_cut_at_the_door, year_begins_with_every_bill]


@pytest.mark.django_db
def test_stored_bills_of_one_year_cumulate(window):
    december_and_september_cumulate(window)


@pytest.mark.django_db
@pytest.mark.parametrize("mutant", STORED)
def test_a_known_fault_is_noticed_where_bills_are_stored(mutant, window, monkeypatch):
    mutant(monkeypatch)
    with pytest.raises((AssertionError, ConservationBroken)):
        december_and_september_cumulate(window)
