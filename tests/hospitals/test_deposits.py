"""A deposit from somebody who need not pay one: recorded, refunded, looked at by the county, withdrawn where it was entered by mistake."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from hospitals.depositing import record_deposit, send_back, tell_refund, verify_refund, withdraw_deposit
from hospitals.models import Deposit
from ledger.actions.refusals import Refused
from ledger.models import AuditEvent
from tests.hospitals.deferral_desk import IN, OUT, TODAY, in_hospital

pytestmark = pytest.mark.django_db
D = datetime.date
MOVES = ("deposit_taken", "deposit_refunded", "deposit_verified", "deposit_sent_back", "deposit_withdrawn")


def taken(cast, *, by=None, amount: int = 500_00, on: D = IN, **told) -> Deposit:
    stay = told.pop("stay", None) or in_hospital(cast)
    return record_deposit(by=by or cast.liaison, stay=stay, taken_on=on, amount=amount, reason="没有出示证明，按普通患者收取", **told)


def refunded(cast, row: Deposit, amount: int = 500_00, **told) -> Deposit:
    given = {"refunded_on": D(2017, 9, 20), "refunded": amount, "remedy": "培训入院窗口，名单每日核对"} | told
    return tell_refund(by=cast.liaison, deposit=row, **given)


def state(row: Deposit) -> tuple[int, int]:
    """(with the hospital, with the county)"""
    rows = Deposit.objects.everywhere("test").filter(pk=row.pk)
    return rows.with_the_hospital().count(), rows.to_verify().count()


def test_from_the_deposit_to_the_countys_word(cast):
    row = taken(cast)
    assert (row.county, row.taken_on, row.amount_yuan, row.reason, row.remedy) == (
        cast.county, IN, Decimal("500.00"), "没有出示证明，按普通患者收取", "",
    )  # fmt: skip
    assert state(row) == (1, 0)
    refunded(cast, row, 200_00)
    assert state(row) == (1, 0)  # Not all of it yet.
    with pytest.raises(Refused, match="押金还没有退清，或没有写整改措施，现在不能核实。请等医院办理。"):
        verify_refund(by=cast.clerk, deposit=row)
    refunded(cast, row)
    assert state(row) == (0, 1)
    send_back(by=cast.clerk, deposit=row, objection="家属说只收到 300 元")
    assert state(row) == (1, 0)
    with pytest.raises(Refused, match="已退回医院重办：家属说只收到 300 元。请等医院再报。"):
        verify_refund(by=cast.clerk, deposit=row)
    refunded(cast, row, refunded_on=D(2017, 10, 18))
    verify_refund(by=cast.lead, deposit=row)
    row.refresh_from_db()
    assert state(row) == (0, 0)
    assert (row.refunded_on, row.refunded_yuan, row.remedy, row.told_on, row.objection, row.verified_on, row.verified_by) == (
        D(2017, 10, 18), Decimal("500.00"), "培训入院窗口，名单每日核对", TODAY, "", TODAY, cast.lead,
    )  # fmt: skip
    events = row.stay.case.events.filter(move__in=MOVES).order_by("pk")
    assert [(event.move, event.on, event.text, event.reason) for event in events] == [
        ("deposit_taken", IN, "柳城县人民医院违规收取住院押金 500.00 元", "没有出示证明，按普通患者收取"),
        ("deposit_refunded", D(2017, 9, 20), "柳城县人民医院退还住院押金 200.00 元，还差 300.00 元。整改：培训入院窗口，名单每日核对", ""),
        ("deposit_refunded", D(2017, 9, 20), "柳城县人民医院退还住院押金 500.00 元。整改：培训入院窗口，名单每日核对", ""),
        ("deposit_sent_back", TODAY, "押金退还和整改退回柳城县人民医院重办", "家属说只收到 300 元"),
        ("deposit_refunded", D(2017, 10, 18), "柳城县人民医院退还住院押金 500.00 元。整改：培训入院窗口，名单每日核对", ""),
        ("deposit_verified", TODAY, "核实住院押金 500.00 元已退还、已整改，柳城县人民医院", ""),
    ]
    assert AuditEvent.objects.filter(action__in=MOVES).count() == 6
    for again in (lambda: refunded(cast, row), lambda: verify_refund(by=cast.clerk, deposit=row),
                  lambda: withdraw_deposit(by=cast.clerk, deposit=row, reason="登记错")):  # fmt: skip
        with pytest.raises(Refused, match="这笔押金的退还和整改已在 2017-10-20 核实，不能再改。请刷新后再看。"):
            again()


WRONG = [  # (what is told, field, sentence)
    ({"amount": 0}, "amount", "押金要大于 0 元。没有收押金的，不用登记。"),
    ({"amount": -500_00}, "amount", "押金要大于 0 元。没有收押金的，不用登记。"),
    ({"on": D(2017, 9, 3)}, "taken_on", "收取日期 2017-09-03 早于入院日期 2017-09-04，请改正。"),
    ({"on": D(2017, 9, 13)}, "taken_on", "收取日期 2017-09-13 晚于出院日期 2017-09-12，请改正。"),
]


@pytest.mark.parametrize(("told", "field", "sentence"), WRONG, ids=[str(index) for index in range(len(WRONG))])
def test_a_deposit_that_cannot_be_is_refused(cast, told, field, sentence):
    stay = in_hospital(cast, left=OUT)
    with pytest.raises(Refused) as refused:
        taken(cast, stay=stay, **told)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert not Deposit.objects.everywhere("test").exists()


def test_from_somebody_not_eligible_it_is_no_violation(cast):
    stay = in_hospital(cast, category=None)
    with pytest.raises(Refused) as refused:
        taken(cast, stay=stay)
    assert refused.value.message == (
        "韦桂兰在入院当天 2017-09-04 没有建档立卡、低保、特困供养、孤儿、贫困残疾人中的任何一类，不适用先诊疗后付费。"
        "类别记错的，请先改正类别。收取押金不按违规登记。"
    )
    with pytest.raises(Refused, match="覃水莲 2017 年未参保，不适用先诊疗后付费。参保记录有误的，请医保部门核对。收取押金不按违规登记。"):
        taken(cast, stay=in_hospital(cast, "覃水莲", enrolled=False))
    assert not Deposit.objects.everywhere("test").exists()


REFUNDS = [  # (what is told, field, sentence)
    ({"refunded_on": D(2017, 9, 3)}, "refunded_on", "退还日期 2017-09-03 早于收取日期 2017-09-04，请改正。"),
    ({"refunded_on": D(2017, 10, 21)}, "refunded_on", "退还日期 2017-10-21 晚于今天，请改正。"),
    ({"amount": 0}, "refunded", "退还金额要大于 0 元。还没有退的，退了再登记。"),
    ({"amount": 500_01}, "refunded", "退还金额 500.01 元多于收取的 500.00 元，请改正。"),
    ({"remedy": " "}, "remedy", "请填写整改措施。"),
    ({"remedy": "改" * 201}, "remedy", "整改措施超过 200 个字，请缩短。"),
]


@pytest.mark.parametrize(("told", "field", "sentence"), REFUNDS, ids=[str(index) for index in range(len(REFUNDS))])
def test_a_refund_that_cannot_be_is_refused(cast, told, field, sentence):
    row = taken(cast)
    with pytest.raises(Refused) as refused:
        refunded(cast, row, **told)
    assert (refused.value.field, refused.value.message) == (field, sentence)


def test_an_entry_by_mistake_is_withdrawn_with_a_reason_by_its_own_side(cast):
    row = taken(cast)
    with pytest.raises(Refused, match="请写明撤销的原因。"):
        withdraw_deposit(by=cast.liaison, deposit=row, reason=" ")
    withdraw_deposit(by=cast.liaison, deposit=row, reason="登记错人")
    row.refresh_from_db()
    assert (row.withdrawn_on, row.withdrawn_reason, state(row)) == (TODAY, "登记错人", (0, 0))
    with pytest.raises(Refused, match="这笔押金登记已在 2017-10-20 撤销。请刷新后再看。"):
        refunded(cast, row)
    found = taken(cast, stay=row.stay, by=cast.clerk)  # The county found this one on a visit.
    with pytest.raises(Refused, match="这笔押金由县卫健部门登记，医院不能撤销。登记有误的，请告诉县卫健部门。"):
        withdraw_deposit(by=cast.liaison, deposit=found, reason="登记错人")
    withdraw_deposit(by=cast.lead, deposit=found, reason="核对后没有收")


def test_nobody_verifies_for_the_county_and_no_other_county_sees_it(cast):
    row = refunded(cast, taken(cast))
    with pytest.raises(Refused, match="退还和整改由县卫健部门核实。"):
        verify_refund(by=cast.liaison, deposit=row)
    with pytest.raises(Deposit.DoesNotExist):
        verify_refund(by=cast.lead2, deposit=row)
    with pytest.raises(Refused, match="请填写退回的意见。"):
        send_back(by=cast.clerk, deposit=row, objection="")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"amount_yuan": Decimal("-1")}, "deposit_above_zero"),
        ({"refunded_on": D(2017, 9, 1), "refunded_yuan": Decimal("1")}, "refunded_after_taken"),
        ({"refunded_on": IN, "refunded_yuan": Decimal("501")}, "refunded_after_taken"),
        ({"verified_on": TODAY}, "refund_verified_by_somebody"),
        ({"verified_on": TODAY, "verified_by": 1}, "verified_when_refunded_in_full"),
    ],
)
def test_the_database_keeps_no_such_deposit(cast, values, name):
    row = taken(cast)
    if "verified_by" in values:
        values = values | {"verified_by": cast.lead}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Deposit.objects.everywhere("test").filter(pk=row.pk).update(**values)
