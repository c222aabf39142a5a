"""Faults of known systems put back one by one: the shared bills must notice each."""

import csv
from pathlib import Path

import pytest

from settlement import batch, policy_file
from settlement.engine import chain, money, terms
from settlement.engine.errors import ConservationBroken
from settlement.engine.policy import Number
from settlement.management.commands.settle import disease_codes
from tests.settlement.test_cases import CASES, POLICIES

RIGHT_DRAW, RIGHT_CAP, RIGHT_LAYER = chain.draw, terms._cap, chain.run_layer


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


MUTANTS = [cents_cut, minus_one_for_no_cap, equal_amounts_lost, deductible_per_stay, ceiling_starts_anew, todays_year, plus_for_minus]


def differing(folder: Path) -> int:
    """How many shared bills come out otherwise than expected, all policies together."""
    differ = 0
    for code in POLICIES:
        cases = [case for case in CASES if case["policy"] == code]
        with open(folder / "bills.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(cases[0]))
            writer.writeheader()
            writer.writerows(cases)
        bills = batch.BillFile(policy_file.load(code), disease_codes())
        bills.read(folder / "bills.csv")
        rows = csv.DictReader(batch.output(bills)[0])
        for case, row in zip(cases, rows, strict=True):
            differ += any(row[name] != case[name] for name in row if name != "error")
    return differ


def test_the_right_chain_differs_nowhere(tmp_path):
    assert differing(tmp_path) == 0


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_known_fault_is_noticed(mutant, tmp_path, monkeypatch):
    mutant(monkeypatch)
    try:
        assert differing(tmp_path) > 0
    except ConservationBroken:
        assert mutant in (equal_amounts_lost, plus_for_minus), "stopped rather than go on wrong"
