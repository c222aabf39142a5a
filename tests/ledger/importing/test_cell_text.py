"""What a cell says as text, whichever list it stands in."""

import datetime

import pytest

from ledger.importing.reader.cells import Broken, Number, text_of
from settlement.cells import is_formula


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("　ＷＦ－１\u200b ", "WF-1"), (Number(450222101201.0), "450222101201"), (Number(7680.119999999999), "7680.12"),
        (Number(1.005), "1.005"), (Number(0.1 + 0.2), "0.3"), (datetime.date(2017, 9, 20), "2017-09-20"),
        (datetime.datetime(2017, 9, 20, 10, 33, 5, tzinfo=datetime.UTC), "2017-09-20"),
    ],
)  # fmt: skip
def test_a_cell_is_one_plain_line(cell, text):
    assert text_of(cell) == text


def test_a_formula_without_a_value_is_taken_for_no_bill_number():
    """#REF! as plain text would be kept as a number that many bills share."""
    assert is_formula(text_of(Broken("#REF!")))
