"""What a patient owes on leaving and how it comes back: by the settlement or as typed, in parts that sum to the fen, never beyond."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospitals import repaying
from hospitals.models import Instalment, Repaid, Repayment
from hospitals.owing import late_instalments, owing, unrecorded
from hospitals.repaying import Part, agree, even_parts, record_owed, record_repaid, repaid_so_far, still_owed, withdraw_repaid
from ledger.actions.refusals import Refused
from tests.hospitals.deferral_desk import OUT, TODAY, in_hospital, sign
from tests.hospitals.deferral_desk import owing as somebody_owing

pytestmark = pytest.mark.django_db
D = datetime.date
MOVES = ("owed_recorded", "owed_changed", "repayment_agreed", "repaid", "repaid_withdrawn")


def agreed(cast, row: Repayment, *parts: tuple[D, int], signed_on: D = OUT, signed_by: str = "韦大山（儿子）") -> Repayment:
    return agree(by=cast.liaison, repayment=row, signed_on=signed_on, signed_by=signed_by, parts=[Part(*part) for part in parts])


def back(cast, row: Repayment, amount: int, on: D = TODAY, receipt: str = "") -> Repaid:
    return record_repaid(by=cast.liaison, repayment=row, paid_on=on, amount=amount, receipt=receipt)


def test_from_leaving_to_the_last_fen(cast):
    stay = in_hospital(cast, left=OUT)
    sign(cast, stay)
    assert [one.pk for one in unrecorded(cast.liaison)] == [stay.pk]
    row = record_owed(by=cast.liaison, stay=stay, self_pay=1_600_00, paid=100_00)
    assert list(unrecorded(cast.liaison)) == []
    assert (row.self_pay_yuan, row.paid_yuan, row.owed_yuan, row.settled) == (Decimal("1600"), Decimal("100"), Decimal("1500"), False)
    agreed(cast, row, (D(2017, 10, 10), 500_00), (D(2017, 11, 10), 1_000_00))
    assert list(Instalment.objects.values_list("number", "due_on", "amount_yuan", "upto_yuan")) == [
        (1, D(2017, 10, 10), Decimal("500.00"), Decimal("500.00")), (2, D(2017, 11, 10), Decimal("1000.00"), Decimal("1500.00")),
    ]  # fmt: skip
    assert [(one.pk, one.since) for one in late_instalments(cast.liaison)] == [(row.pk, D(2017, 10, 10))]
    back(cast, row, 300_00, D(2017, 10, 12), "0001")
    assert [one.since for one in late_instalments(cast.liaison)] == [D(2017, 10, 10)]  # Not all of the part.
    wrong = back(cast, row, 200_00, D(2017, 10, 13), "0002")
    assert list(late_instalments(cast.liaison)) == []
    withdraw_repaid(by=cast.liaison, repaid=wrong, reason="收据号登记错")
    assert [one.since for one in late_instalments(cast.liaison)] == [D(2017, 10, 10)]
    back(cast, row, 200_00, D(2017, 10, 13), "0002")
    back(cast, row, 1_000_00)
    assert (still_owed(row), repaid_so_far(row)) == (0, 1_500_00)
    assert list(owing(cast.liaison)) == []
    events = stay.case.events.filter(move__in=MOVES).order_by("pk")
    assert [(event.move, event.on, event.text, event.reason) for event in events] == [
        ("owed_recorded", OUT, "白内障出院，个人自付 1,600.00 元，已付 100.00 元，尚欠 1,500.00 元", ""),
        ("repayment_agreed", OUT, "签还款协议，1,500.00 元分 2 期，2017-10-10 至 2017-11-10", ""),
        ("repaid", D(2017, 10, 12), "还款 300.00 元，尚欠 1,200.00 元，柳城县人民医院", ""),
        ("repaid", D(2017, 10, 13), "还款 200.00 元，尚欠 1,000.00 元，柳城县人民医院", ""),
        ("repaid_withdrawn", TODAY, "撤销 2017-10-13 的还款 200.00 元，柳城县人民医院", "收据号登记错"),
        ("repaid", D(2017, 10, 13), "还款 200.00 元，尚欠 1,000.00 元，柳城县人民医院", ""),
        ("repaid", TODAY, "还款 1,000.00 元，已还清，柳城县人民医院", ""),
    ]
    with pytest.raises(Refused, match="欠费已经还清，不用再登记还款。"):
        back(cast, row, 1)
    with pytest.raises(Refused, match="没有欠费，不用签还款协议。"):
        agreed(cast, row, (D(2017, 11, 10), 1))


def test_the_settlements_own_part_stands_before_what_is_typed(cast, monkeypatch):
    monkeypatch.setattr(repaying, "settled_self_pay", lambda stay: 987_65)
    stay = in_hospital(cast, left=OUT)
    sign(cast, stay)
    with pytest.raises(Refused) as refused:
        record_owed(by=cast.liaison, stay=stay, self_pay=900_00, paid=0)
    assert refused.value.message == "结算的个人自付是 987.65 元，和填写的 900.00 元不同。请刷新后再登记。"
    row = record_owed(by=cast.liaison, stay=stay, self_pay=None, paid=87_65)
    assert (row.self_pay_yuan, row.owed_yuan, row.settled) == (Decimal("987.65"), Decimal("900.00"), True)


def test_what_contradicts_itself_is_refused(cast):
    inside = in_hospital(cast, "莫小妹")
    sign(cast, inside)
    with pytest.raises(Refused, match="还没有登记出院。请先登记出院，再登记欠费。"):
        record_owed(by=cast.liaison, stay=inside, self_pay=1, paid=0)
    stay = in_hospital(cast, left=OUT)
    with pytest.raises(Refused, match="这次住院没有办理先诊疗后付费。请先办理，再登记欠费。"):
        record_owed(by=cast.liaison, stay=stay, self_pay=1, paid=0)
    sign(cast, stay)
    for told, field, sentence in (
        ({"self_pay": None, "paid": 0}, "self_pay", "这次住院还没有结算，请填写个人自付金额。"),
        ({"self_pay": -1, "paid": 0}, "self_pay", "金额不能是负数，请核对。"),
        ({"self_pay": 1, "paid": -1}, "paid", "金额不能是负数，请核对。"),
        ({"self_pay": 100_00, "paid": 100_01}, "paid", "已付 100.01 元多于个人自付 100.00 元，请改正。"),
    ):
        with pytest.raises(Refused) as refused:
            record_owed(by=cast.liaison, stay=stay, **told)
        assert (refused.value.field, refused.value.message) == (field, sentence)
    record_owed(by=cast.liaison, stay=stay, self_pay=100_00, paid=100_00)  # Paid in full: nothing is owed, and it is told.
    assert list(owing(cast.liaison)) == []


def test_a_correction_tells_why_and_undoes_an_agreement_over_another_amount(cast):
    row = somebody_owing(cast)
    with pytest.raises(Refused, match="这次住院已经登记过欠费。要改动的，请写明原因。"):
        record_owed(by=cast.liaison, stay=row.stay, self_pay=1_700_00, paid=100_00)
    agreed(cast, row, (D(2017, 11, 10), 1_500_00))
    back(cast, row, 400_00)
    with pytest.raises(Refused, match="已还 400.00 元，欠费不能少于已还。请先核对还款。"):
        record_owed(by=cast.liaison, stay=row.stay, self_pay=399_99, paid=0, reason="重新结算")
    record_owed(by=cast.liaison, stay=row.stay, self_pay=1_700_00, paid=100_00, reason="重新结算")
    row.refresh_from_db()
    assert (row.owed_yuan, row.signed_on, row.signed_by, row.agreed_yuan, row.instalments.count()) == (Decimal("1600"), None, "", None, 0)
    event = row.stay.case.events.get(move="owed_changed")
    assert (event.text, event.reason) == (
        "白内障出院，个人自付 1,700.00 元，已付 100.00 元，尚欠 1,500.00 → 1,600.00 元；原还款协议作废，须重新签订", "重新结算",
    )  # fmt: skip
    agreed(cast, row, (D(2017, 11, 10), 1_200_00))  # What is still owed: 400 came back before.
    assert Instalment.objects.get().upto_yuan == Decimal("1600.00")


NOV, DEC = D(2017, 11, 10), D(2017, 12, 10)
WRONG = [  # (parts, told, field, sentence)
    ((), {}, "due_1", "请至少填写一期。"),
    (((NOV, 1_000_00), (DEC, 499_99)), {}, "amount_1", "各期合计 1,499.99 元，比尚欠的 1,500.00 元少 0.01 元。请改到一分不差。"),
    (((NOV, 1_000_00), (DEC, 500_01)), {}, "amount_1", "各期合计 1,500.01 元，比尚欠的 1,500.00 元多 0.01 元。请改到一分不差。"),
    (((DEC, 1_000_00), (NOV, 500_00)), {}, "due_2", "第 2 期 2017-11-10 不晚于第 1 期 2017-12-10。请按日期先后填写。"),
    (((NOV, 1_000_00), (NOV, 500_00)), {}, "due_2", "第 2 期 2017-11-10 不晚于第 1 期 2017-11-10。请按日期先后填写。"),
    (((NOV, 1_500_00), (DEC, 0)), {}, "amount_2", "第 2 期的金额要大于 0 元。"),
    (((NOV, 1_600_00), (DEC, -100_00)), {}, "amount_2", "第 2 期的金额要大于 0 元。"),
    (((D(2017, 9, 11), 1_500_00),), {}, "due_1", "第 1 期 2017-09-11 早于签订日期 2017-09-12，请改正。"),
    (((D(2022, 9, 13), 1_500_00),), {}, "due_1", "第 1 期 2022-09-13 太远，最晚到 2022-09-12。"),
    (((NOV, 1_500_00),), {"signed_by": ""}, "signed_by", "请填写签订人（患者本人或家属）。"),
    (((NOV, 1_500_00),), {"signed_on": D(2017, 9, 11)}, "signed_on", "签订日期 2017-09-11 早于出院日期 2017-09-12，请改正。"),
    (((NOV, 1_500_00),), {"signed_on": D(2017, 10, 21)}, "signed_on", "签订日期 2017-10-21 晚于今天，请改正。"),
    (tuple((D(2018 + n // 12, n % 12 + 1, 1), 60_00) for n in range(25)), {}, None, "最多分 24 期，现在是 25 期。"),
]


@pytest.mark.parametrize(("parts", "told", "field", "sentence"), WRONG, ids=[str(index) for index in range(len(WRONG))])
def test_an_agreement_that_does_not_hold_is_refused(cast, parts, told, field, sentence):
    row = somebody_owing(cast)
    with pytest.raises(Refused) as refused:
        agreed(cast, row, *parts, **told)
    assert (refused.value.field, refused.value.message) == (field, sentence)
    assert not Instalment.objects.exists()


def test_a_repayment_that_cannot_be_is_refused(cast):
    row = somebody_owing(cast)
    back(cast, row, 100_00, receipt="0001")
    for amount, on, receipt, field, sentence in (
        (0, TODAY, "", "amount", "还款要大于 0 元，请改正。"),
        (-1, TODAY, "", "amount", "还款要大于 0 元，请改正。"),
        (1_400_01, TODAY, "", "amount", "还款 1,400.01 元多于尚欠的 1,400.00 元，请改正。"),
        (1, D(2017, 9, 11), "", "paid_on", "还款日期 2017-09-11 早于出院日期 2017-09-12，请改正。出院时付的，记在欠费登记的“已付”里。"),
        (1, D(2017, 10, 21), "", "paid_on", "还款日期 2017-10-21 晚于今天，请改正。"),
        (1, TODAY, "0001", "receipt", "收据号 0001 已经登记过，请核对。"),
    ):
        with pytest.raises(Refused) as refused:
            back(cast, row, amount, on, receipt)
        assert (refused.value.field, refused.value.message) == (field, sentence)
    assert still_owed(row) == 1_400_00
    once = Repaid.objects.everywhere("test").get()
    with pytest.raises(Refused, match="请写明撤销的原因。"):
        withdraw_repaid(by=cast.liaison, repaid=once, reason="")
    withdraw_repaid(by=cast.clerk, repaid=once, reason="登记错人")
    with pytest.raises(Refused, match="这笔还款已在 2017-10-20 撤销。请刷新后再看。"):
        withdraw_repaid(by=cast.clerk, repaid=once, reason="登记错人")
    with pytest.raises(Repayment.DoesNotExist):
        record_repaid(by=cast.clerk2, repayment=row, paid_on=TODAY, amount=1)


@given(amount=st.integers(1, 10**9), number=st.integers(1, 24), day=st.dates(D(2017, 1, 1), D(2020, 12, 31)))
def test_even_parts_sum_to_the_fen_and_follow_each_other(amount, number, day):
    parts = even_parts(amount, number, day)
    assert sum(part.amount for part in parts) == amount and len(parts) == number
    assert all(one.due_on < other.due_on for one, other in zip(parts, parts[1:], strict=False))
    assert max(part.amount for part in parts) - min(part.amount for part in parts) < number


def test_three_parts_of_a_hundred_yuan():
    assert even_parts(100_00, 3, D(2017, 10, 31)) == [
        Part(D(2017, 10, 31), 33_34), Part(D(2017, 11, 30), 33_33), Part(D(2017, 12, 31), 33_33),
    ]  # fmt: skip
