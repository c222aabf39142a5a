"""The sums behind 质量控制: what is shown never reaches more than is true."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.quality_tally import Tally, cut, decimal

GOAL = Fraction("0.95")
COUNT = st.integers(0, 10**9)
TALLIES = st.builds(
    Tally, stays=COUNT, bed_days=COUNT, followed=COUNT, left=COUNT, reasons=st.builds(Counter), waited=COUNT, wait_days=COUNT, settled=COUNT,
    cost=COUNT, limited=COUNT, limited_cost=COUNT, limit=COUNT, above_limit=COUNT, planned=COUNT, planned_cost=COUNT, plan=COUNT,
    drugs_in=COUNT, drugs_out=COUNT, readmitted=COUNT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("drugs_in", "drugs_out", "shown", "reached"),
    [
        (95, 5, "95.00%", True),
        (949_999, 50_001, "94.99%", False),
        (950_001, 49_999, "95.00%", True),
        (1, 0, "100.00%", True),
        (0, 1, "0.00%", False),
        (99_999_999, 1, "99.99%", True),  # Never 100 % while something was outside.
        (0, 0, "—", None),
    ],
)
def test_the_share_of_drugs_within_the_catalogue_is_exact(drugs_in, drugs_out, shown, reached):
    tally = Tally(drugs_in=drugs_in, drugs_out=drugs_out)
    assert (cut(tally.catalogue_share), tally.reaches(GOAL)) == (shown, reached)


def test_averages_round_halves_upwards_and_nothing_is_averaged_over_nobody():
    tally = Tally(stays=4, bed_days=9, waited=3, wait_days=5, settled=2, cost=10_001, limited_cost=11, limit=10, planned_cost=1, plan=3)
    assert tally.average_cost == 5_001
    assert [decimal(one) for one in (tally.average_days, tally.average_wait)] == ["2.3", "1.7"]
    assert [cut(one, 1) for one in (tally.cost_to_limit, tally.cost_to_plan)] == ["110.0%", "33.3%"]
    nobody = Tally()
    shares = (nobody.average_cost, nobody.average_days, nobody.average_wait, nobody.cost_to_limit, nobody.cost_to_plan, nobody.path_share)
    assert shares == (None,) * 6 and decimal(None) == cut(None) == "—"
    assert cut(Fraction(1, 3), 0) == "33%"


@given(TALLIES, TALLIES)
def test_two_tallies_add_up_to_that_of_all(one, other):
    together = Tally()
    together.add(one)
    together.add(other)
    assert together.cost == one.cost + other.cost and together.stays == one.stays + other.stays
    shares = [tally.catalogue_share for tally in (one, other) if tally.catalogue_share is not None]
    if shares:
        assert min(shares) <= together.catalogue_share <= max(shares)


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(0, 4))
def test_what_is_shown_is_never_above_the_truth_and_less_than_one_step_below(part, rest, digits):
    share = Fraction(part, part + rest)
    shown = Fraction(cut(share, digits).removesuffix("%")) / 100
    assert shown <= share < shown + Fraction(1, 100 * 10**digits)
