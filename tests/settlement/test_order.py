"""Which bill comes first within a year, and that nothing out of order is overlooked."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settlement.order import is_last
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
FIRST, SECOND = datetime.date(2017, 9, 1), datetime.date(2017, 9, 5)


def test_bills_of_one_day_go_by_code_point_in_whatever_language_the_database_sorts(window):
    """A database that a hospital set up in its own language sorts a1 before B2; the chain's order is B2, a1. The one here knows no language."""
    person = window.patient("石永福")
    early = window.settle(window.bill(person, bill_no="a1", total=60_000 * YUAN, admitted_on=FIRST, discharged_on=SECOND))
    late = window.settle(window.bill(person, bill_no="B2", total=60_000 * YUAN, admitted_on=SECOND, discharged_on=SECOND))
    with CaptureQueriesContext(connection) as queries:
        assert (is_last(early), is_last(late)) == (True, False)
    compared = [query["sql"] for query in queries if "bill_no" in query["sql"] and "discharged_on" in query["sql"]]
    assert len(compared) == 2 and all('"bill_no" COLLATE "C"' in sql for sql in compared)
    year = late.person_year
    year.refresh_from_db()
    assert year.differs and {row["settlement"] for row in year.differences} == {early.pk, late.pk}
