"""Two records of one person become one: agreements, deposits and debts go with their stay, and no open money falls out of sight."""

import datetime
from decimal import Decimal

import pytest

from hospitals.deferring import served_until
from hospitals.depositing import record_deposit, withdraw_deposit
from hospitals.models import Deferral, Repayment, Stay
from hospitals.owed_list import owed_by
from hospitals.repaying import record_owed
from ledger.actions.refusals import Refused
from ledger.models import Person
from tests.hospitals.deferral_desk import OUT, TODAY, in_hospital, owing, sign
from tests.ledger.two_records import merge, undo

pytestmark = pytest.mark.django_db
D = datetime.date


def person_of(stay: Stay) -> Person:
    return Person.objects.everywhere("test").get(pk=stay.case.person_id)


def told_twice(cast, **told) -> tuple[Stay, Stay]:
    """One stay on two records of 韦桂兰, the second without a number."""
    first = in_hospital(cast, left=OUT)
    second = in_hospital(cast, left=OUT, id_absent_reason="证件丢失", **told)
    for stay in (first, second):
        sign(cast, stay)
    return first, second


def test_a_debt_goes_with_its_stay_and_comes_back_with_it(cast):
    kept = cast.register("韦桂兰", on=D(2017, 8, 1))
    row = owing(cast, id_absent_reason="证件丢失")
    gone = person_of(row.stay)
    merged = merge(cast, kept, gone)
    assert [one.stay.case.person_id for one in owed_by(cast.clerk).select_related("stay__case")] == [kept.pk]
    assert served_until(cast.county, TODAY) == 1
    undo(cast, merged)
    assert [one.stay.case.person_id for one in owed_by(cast.clerk).select_related("stay__case")] == [gone.pk]
    assert (Repayment.objects.everywhere("test").get().owed_yuan, Deferral.objects.everywhere("test").count()) == (Decimal("1500"), 1)


def test_a_stay_told_twice_counts_once(cast):
    first, second = told_twice(cast)
    assert served_until(cast.county, TODAY) == 2
    merged = merge(cast, person_of(first), person_of(second))
    assert served_until(cast.county, TODAY) == 1
    undo(cast, merged)
    assert served_until(cast.county, TODAY) == 2


def test_open_money_on_the_stay_that_is_left_aside_stands_in_the_way(cast):
    first, second = told_twice(cast)
    kept, gone = person_of(first), person_of(second)
    record_owed(by=cast.liaison, stay=second, self_pay=800_00, paid=0)
    taken = record_deposit(by=cast.liaison, stay=second, taken_on=second.admitted_on, amount=500_00, reason="没有出示证明")
    rest = "合并后看不到。请先登记到另一份资料的同一次住院，再把这里的更正为没有欠费或撤销押金登记；也可以互换保留的资料。"
    with pytest.raises(Refused) as refused:
        merge(cast, kept, gone)
    assert refused.value.message == (
        f"重叠的住院（柳城县人民医院，2017-09-04 入院）还有欠费 800.00 元，{rest}"
        f"重叠的住院（柳城县人民医院，2017-09-04 入院）有没有办结的押金 500.00 元，{rest}"
    )
    record_owed(by=cast.liaison, stay=second, self_pay=0, paid=0, reason="登记在另一份资料")
    withdraw_deposit(by=cast.liaison, deposit=taken, reason="登记在另一份资料")
    merge(cast, kept, gone)
