"""Two who draw the same month up at once, and a reversal that comes while the hospital confirms."""

import datetime

import pytest

from ledger.actions.refusals import Refused
from ledger.reference import load_reference
from settlement.actions.statements import move_statement, prepare_month
from settlement.models import Statement, StatementEntry
from tests.cast import Cast, on_day
from tests.racing import at_once, faults, together
from tests.settlement.window import Window

OCTOBER, NOVEMBER = datetime.date(2017, 10, 1), datetime.date(2017, 11, 1)


@pytest.mark.django_db(transaction=True)
def test_drawn_up_by_many_at_once_each_amount_is_there_once():
    load_reference()
    window = Window.open(Cast.assemble())
    for name in ("石永福", "韦桂兰", "莫秀英"):
        window.settle(window.bill(window.patient(name)))
    liaison, lead = window.liaison, window.cast.lead
    assert faults(together(*[lambda by=by: prepare_month(by=by, month=OCTOBER) for by in (liaison, lead) * 3])) == []
    assert StatementEntry.objects.filter(statement__payer="insurance").count() == 3
    assert Statement.objects.everywhere("test").count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [at_once, together])
@pytest.mark.parametrize("confirmed_first", [True, False])
def test_a_reversal_while_confirming_is_either_out_or_given_back(confirmed_first, way):
    load_reference()
    window = Window.open(Cast.assemble())
    settlement = window.settle(window.bill(window.patient("石永福")))
    prepare_month(by=window.liaison, month=OCTOBER)
    one = Statement.objects.everywhere("test").get(payer="insurance")
    with on_day(datetime.date(2017, 11, 2)):
        acts = [lambda: move_statement(by=window.liaison, statement=one, name="confirm"), lambda: window.reverse(settlement)]
        assert faults(way(*(acts if confirmed_first else acts[::-1]))) == []
        for month in (OCTOBER, NOVEMBER):
            try:
                prepare_month(by=window.liaison, month=month)
            except Refused:
                continue
        assert sum(entry.amount_yuan for entry in StatementEntry.objects.filter(statement__payer="insurance")) == 0
