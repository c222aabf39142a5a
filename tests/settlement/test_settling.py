"""A bill settled at the window: once, whole, on the year so far; undone once; and refused in a sentence where something is missing."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from ledger.actions.categories import end_category, hold_category
from ledger.models import CaseEvent, Category
from settlement.faults import BillRefused, KeyUsedDifferently, SampleOnly
from settlement.models import PersonYear, RequestKey, Settlement
from settlement.money import to_yuan
from settlement.order import summed
from settlement.recount import recount
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db


def amounts(settlement: Settlement) -> dict[str, str]:
    paid = {line.layer: str(line.amount_yuan) for line in settlement.lines.all()}
    return paid | {"self": str(settlement.self_pay_yuan)}


def codes(refused) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def test_a_bill_of_ten_thousand_is_shared_out_to_the_fen(window):
    person = window.patient("石永福")
    settlement = window.settle(window.bill(person, total=10_000 * YUAN, in_policy=9_000 * YUAN))
    # (9,000 − 400) × 80 % = 6,880; 2,120 left does not reach 7,500; × 50 % = 1,060; (2,060 − 1,000) × 50 % = 530, taken from 1,060 within and 1,000 outside in proportion.
    assert amounts(settlement) == {
        "basic": "6880.00", "critical_illness": "0.00", "medical_assistance": "1060.00", "cataract_subsidy": "0.00",
        "government_backstop": "530.00", "self": "1530.00",
    }  # fmt: skip
    assert (str(settlement.self_pay_in_policy_yuan), settlement.sample, settlement.notices) == ("787.28", True, [])
    assert settlement.stay.discharged_on == datetime.date(2017, 9, 10)
    assert settlement.person_year.state["basic"] == [900000, 688000]
    told = CaseEvent.objects.filter(person=person, move="settled").get()
    assert told.text == "胃癌一站式结算，总费用 10,000.00 元，个人自付 1,530.00 元"


def test_the_second_bill_of_the_year_stands_on_the_first(window):
    person = window.patient("石永福")
    window.settle(window.bill(person, total=60_000 * YUAN))
    second = window.settle(
        window.bill(person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 9, 20), discharged_on=datetime.date(2017, 9, 30))
    )
    assert second.year_before["critical_illness"] == [1232000, 289200]
    # 12,320 + 12,320 − 7,500 = 17,140 × 60 % = 10,284, less the 2,892 of before.
    assert amounts(second)["critical_illness"] == "7392.00"
    assert summed(second.person_year) == second.person_year.state


def test_the_same_request_twice_settles_once(window):
    person = window.patient("石永福")
    entry, request = window.bill(person), window.request("A", {"total": 1})
    first = window.settle(entry, request)
    assert window.settle(entry, request).pk == first.pk
    assert Settlement.objects.everywhere("test").count() == 1


def test_another_content_under_the_same_key_is_refused(window):
    person = window.patient("石永福")
    window.settle(window.bill(person), window.request("A", {"total": 1}))
    with pytest.raises(KeyUsedDifferently, match="同一个请求号已用于另一份内容"):
        window.settle(window.bill(person), window.request("A", {"total": 2}))


def test_a_refused_bill_leaves_no_trace(window):
    person = window.patient("石永福", enrolled=False)
    request = window.request("A")
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person), request)
    assert codes(refused) == ["enrolment_missing"]
    assert not PersonYear.objects.exists() and not RequestKey.objects.exists() and not person.cases.get().stays.exists()


def test_reversed_once_and_everything_is_given_back(window):
    person = window.patient("石永福")
    settlement = window.settle(window.bill(person, bill_no="B1"))
    window.reverse(settlement)
    year = PersonYear.objects.get(person=person)
    assert (year.state, Settlement.objects.everywhere("test").get().stands) == ({}, False)
    from ledger.actions.refusals import Refused

    with pytest.raises(Refused, match="已经冲销过"):
        window.reverse(settlement)
    with pytest.raises(Refused, match="请写明冲销的原因"):
        window.reverse(settlement, reason=" ")
    again = window.settle(window.bill(person, bill_no="B1"))
    assert again.stay_id == settlement.stay_id


def test_a_reversal_sent_twice_is_one(window):
    settlement = window.settle(window.bill(window.patient("石永福")))
    request = window.request("R")
    assert window.reverse(settlement, request=request).pk == window.reverse(settlement, request=request).pk


def test_a_settlement_cannot_be_edited_or_removed(window):
    settlement = window.settle(window.bill(window.patient("石永福")))
    for change in (
        lambda: Settlement.objects.everywhere("test").update(total_yuan=1),
        lambda: Settlement.objects.everywhere("test").update(stands=False, total_yuan=1),
        lambda: settlement.lines.update(amount_yuan=0),
    ):
        with pytest.raises(DatabaseError, match="never edited|append-only"), transaction.atomic():
            change()


def test_stays_settled_out_of_order_are_told_with_the_difference(window):
    person = window.patient("石永福")
    later = window.settle(
        window.bill(person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 9, 20), discharged_on=datetime.date(2017, 9, 30))
    )
    earlier = window.settle(window.bill(person, total=20_000 * YUAN))
    year = PersonYear.objects.get(person=person)
    assert year.differs
    told = {row["settlement"]: row for row in year.differences}
    # In order the earlier stay (4,320 left) stays below 7,500; settled second, it was paid (16,640 − 12,320) × 60 %.
    assert told[earlier.pk]["layers"]["critical_illness"] == -259200
    assert told[later.pk]["layers"]["critical_illness"] == 259200
    window.reverse(later)
    assert PersonYear.objects.get(person=person).differs
    window.reverse(earlier)
    window.settle(window.bill(person, total=20_000 * YUAN))
    window.settle(
        window.bill(person, total=60_000 * YUAN, admitted_on=datetime.date(2017, 9, 20), discharged_on=datetime.date(2017, 9, 30))
    )
    year.refresh_from_db()
    assert (year.differs, year.differences) == (False, [])


def test_a_category_that_began_during_the_stay_is_told_with_the_rule(window):
    person = window.patient("石永福")
    hold_category(by=window.cast.civil, person=person, category=Category.DIBAO, since=datetime.date(2017, 9, 5), basis="低保名单")
    settlement = window.settle(window.bill(person))
    assert settlement.notices == ["住院期间“低保”自 2017-09-05 开始。类别以出院日 2017-09-10 为准，按这一类别计算。"]
    assert settlement.inputs["categories"] == ["dibao", "registered-poor"]


def test_a_category_that_ended_during_the_stay_no_longer_counts(window):
    person = window.patient("石永福", category=Category.DIBAO)
    end_category(by=window.cast.civil, fact=person.categories.get(), on=datetime.date(2017, 9, 5), reason="收入提高")
    settlement = window.settle(window.bill(person))
    assert settlement.notices == ["住院期间“低保”自 2017-09-05 终止。类别以出院日 2017-09-10 为准，不按这一类别计算。"]
    assert settlement.inputs["categories"] == []


@override_settings(SAMPLE_SETTLEMENT=False)
def test_outside_the_trial_unsigned_numbers_block_settlement(window):
    with pytest.raises(SampleOnly, match="示范参数"):
        window.settle(window.bill(window.patient("石永福")))


DAY = datetime.date
REFUSED = [
    ({"discharged_on": DAY(2017, 10, 21)}, ["in_the_future"]),
    ({"in_policy": 10_000_01}, ["wrong_amount"]),
    ({"admitted_on": DAY(2017, 9, 11)}, ["wrong_amount"]),
    ({"drugs_in": 9_000_00, "drugs_out": 1_000_01}, ["drugs_above_total"]),
    ({"given": {"commercial_yuan": 100}}, ["amount_not_taken"]),
    ({"bill_no": " "}, ["bill_number_missing"]),
    ({"bill_no": "=1+1"}, ["bill_number_wrong"]),
    ({"bill_no": "A\nB"}, ["bill_number_wrong"]),
    ({"limit": 99_999_999_99 + 1}, ["wrong_amount"]),
    ({"admitted_on": DAY(2017, 7, 1), "discharged_on": DAY(2017, 7, 20)}, ["no_policy"]),
]


@pytest.mark.parametrize(("changes", "expected"), REFUSED, ids=[str(row[0])[:40] for row in REFUSED])
def test_what_contradicts_itself_is_refused(window, changes, expected):
    person = window.patient("石永福")
    with pytest.raises(BillRefused) as refused:
        window.settle(window.again(window.bill(person), **changes))
    assert codes(refused) == expected


def test_what_the_ledger_does_not_know_is_refused(window):
    person = window.patient("石永福")
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person, disease="colon-cancer"))
    assert codes(refused) == ["disease_not_registered"]
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person, hospital=window.cast.city_hospital))
    assert codes(refused) == ["foreign_hospital"]
    unverified = window.patient("韦桂兰", verified=False)
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(unverified))
    assert codes(refused) == ["category_unverified"]


def test_a_bill_number_and_a_stay_are_settled_once(window):
    person = window.patient("石永福")
    window.settle(window.bill(person, bill_no="B1"))
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person, bill_no="B1", admitted_on=DAY(2017, 9, 20), discharged_on=DAY(2017, 9, 25)))
    assert codes(refused) == ["bill_number_used"]
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person, bill_no="B2"))
    assert codes(refused) == ["stay_settled"]
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(person, bill_no="B3", admitted_on=DAY(2017, 9, 5), discharged_on=DAY(2017, 9, 12)))
    assert codes(refused) == ["stay_overlaps"]


def test_a_settlement_counted_again_is_the_same(window):
    person = window.patient("石永福")
    settlement = window.settle(window.bill(person, total=60_000 * YUAN, in_policy=52_000 * YUAN))
    policy, result = recount(settlement)
    again = {line.terms.layer.name: str(to_yuan(line.amount)) for line in result.lines} | {"self": str(to_yuan(result.self_pay))}
    assert (policy.code, again) == ("liuzhou-2017", amounts(settlement))


def test_a_bill_number_used_by_another_window_in_the_same_moment_is_refused(window, monkeypatch):
    window.settle(window.bill(window.patient("石永福"), bill_no="B1"))
    other = window.patient("韦桂兰")
    monkeypatch.setattr("settlement.preparing._used_before", lambda prepared: None)  # It looked before the other one saved.
    with pytest.raises(BillRefused) as refused:
        window.settle(window.bill(other, bill_no="B1"))
    assert codes(refused) == ["bill_number_used"]
    assert not PersonYear.objects.filter(person=other).exists()


def test_a_year_that_grows_asks_no_more_of_the_database(window):
    person = window.patient("石永福")
    counts = []
    for day in (1, 5, 10, 15, 20):
        entry = window.bill(person, admitted_on=DAY(2017, 9, day), discharged_on=DAY(2017, 9, day + 2))
        with CaptureQueriesContext(connection) as asked:
            window.settle(entry)
        counts.append(len(asked))
    assert len(set(counts[1:])) == 1
