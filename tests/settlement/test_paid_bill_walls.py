"""Files of paid bills of two counties: neither learns the other's numbers, and the same file sent twice at once is kept once."""

import datetime

import pytest

from ledger.actions.refusals import Refused
from ledger.reference import load_reference
from settlement.actions.checking import import_paid_bills
from settlement.models import PaidBill
from settlement.paid_rows import PaidRow
from tests.cast import Cast
from tests.racing import faults, together
from tests.settlement.window import YUAN, Window


def row(person, hospital, *, bill_no: str = "WF-1", line: int = 2) -> PaidRow:
    return PaidRow(
        line=line, person=person.pk, hospital=hospital.pk, disease=person.cases.get().disease_id, bill_no=bill_no,
        admitted_on=datetime.date(2017, 9, 1), discharged_on=datetime.date(2017, 9, 10), total=10_000 * YUAN, in_policy=10_000 * YUAN,
        limit=None, paid={"basic": 7_680 * YUAN}, self_pay=2_320 * YUAN,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_number_that_another_county_holds_is_not_refused(window, cast):
    ours, theirs = window.patient("石永福"), cast.register("覃水莲", village=cast.village2)
    import_paid_bills(by=cast.lead2, rows=[row(theirs, cast.city_hospital)])
    (kept,) = import_paid_bills(by=cast.lead, rows=[row(ours, cast.city_hospital)])
    assert kept.county == cast.county and PaidBill.objects.everywhere("test").count() == 2
    with pytest.raises(Refused, match="已经导入过"):
        import_paid_bills(by=cast.lead, rows=[row(window.patient("韦桂兰"), cast.city_hospital)])


@pytest.mark.django_db
def test_a_number_settled_for_another_county_is_not_refused(window, cast):
    ours = window.patient("石永福")
    window.settle(window.bill(window.patient("韦桂兰"), bill_no="ZY-9"))
    with pytest.raises(Refused, match="已在本系统结算"):
        import_paid_bills(by=cast.lead, rows=[row(ours, cast.hospital, bill_no="ZY-9")])
    theirs = cast.register("覃水莲", village=cast.village2)
    assert import_paid_bills(by=cast.lead2, rows=[row(theirs, cast.hospital, bill_no="ZY-9")])


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_by_two_at_once_is_kept_once():
    load_reference()
    window = Window.open(Cast.assemble())
    cast = window.cast
    one, other = window.patient("石永福"), window.patient("韦桂兰")
    rows = [row(one, cast.hospital), row(other, cast.hospital, bill_no="WF-2", line=3)]
    senders = [(cast.lead, rows), (cast.insurance, rows[::-1]), (cast.clerk, rows), (cast.civil, rows[::-1])]
    assert faults(together(*[lambda by=by, rows=rows: import_paid_bills(by=by, rows=rows) for by, rows in senders])) == []
    assert PaidBill.objects.everywhere("test").count() == 2
