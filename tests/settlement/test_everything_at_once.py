"""Settling, reversing, drawing up statements, checking paid bills and corrections of a person at once: nobody waits for ever, no fen goes astray."""

import datetime

import pytest

from ledger.actions.categories import end_category
from ledger.actions.refusals import Refused
from ledger.reference import load_reference
from settlement.actions.checking import check_again, import_paid_bills
from settlement.actions.statements import move_statement, prepare_month
from settlement.models import PersonYear, Settlement, Statement, StatementEntry
from settlement.order import summed
from settlement.verification import Verified, one_moment, verify
from tests.cast import Cast, on_day
from tests.racing import faults, together
from tests.settlement.test_paid_bill_walls import row
from tests.settlement.window import YUAN, Window

OCTOBER, NOVEMBER = datetime.date(2017, 10, 1), datetime.date(2017, 11, 1)


@pytest.mark.django_db(transaction=True)
def test_everything_at_once_ends_and_adds_up():
    load_reference()
    window = Window.open(Cast.assemble())
    cast, people = window.cast, [window.patient(name) for name in ("石永福", "韦桂兰", "莫秀英")]
    first = [window.settle(window.bill(person, total=60_000 * YUAN)) for person in people]
    later = [
        window.bill(
            person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 9, 11 + turn * 5), discharged_on=datetime.date(2017, 9, 15 + turn * 5)
        )
        for person in people for turn in range(2)
    ]  # fmt: skip
    prepare_month(by=window.liaison, month=OCTOBER)
    paid = [row(person, cast.city_hospital, bill_no=f"WF-{place}", line=place) for place, person in enumerate(people, start=2)]
    statements = list(Statement.objects.everywhere("test"))
    fact = people[0].categories.get()
    requests = [window.request() for _ in range(20)]
    with on_day(datetime.date(2017, 11, 2)):
        acts = [
            *[lambda one=one, request=request: window.reverse(one, request=request) for one, request in zip(first, requests, strict=False)],
            *[lambda one=one, request=request: window.settle(one, request) for one, request in zip(later, requests[10:], strict=False)],
            *[lambda by=by: prepare_month(by=by, month=OCTOBER) for by in (window.liaison, cast.lead)],
            *[lambda one=one: move_statement(by=window.liaison, statement=one, name="confirm") for one in statements],
            lambda: import_paid_bills(by=cast.lead, rows=paid),
            lambda: check_again(by=cast.insurance),
            lambda: end_category(by=cast.poverty, fact=fact, on=datetime.date(2017, 9, 18), reason="脱贫"),
        ]
        assert faults(together(*acts)) == []
        for month in (OCTOBER, NOVEMBER):
            try:
                prepare_month(by=window.liaison, month=month)
            except Refused:
                continue
        check_again(by=cast.lead)
    for year in PersonYear.objects.all():
        assert year.state == summed(year)
    with one_moment():
        assert list(verify(Verified())) == []
    owed = [line.amount_yuan for one in Settlement.objects.everywhere("test").standing() for line in one.lines.exclude(payer="hospital")]
    assert sum(entry.amount_yuan for entry in StatementEntry.objects.all()) == sum(owed) > 0
