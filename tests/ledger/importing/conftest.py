"""The lines that the tests of importing build their lists of."""

import pytest

from tests.ledger.importing.lines import Lines


@pytest.fixture
def lines(cast) -> Lines:
    return Lines(cast)
