"""A month between hospital and payers: drawn up, confirmed by each side in turn, paid; disputes and reversals find their place."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from ledger.actions.refusals import Refused
from ledger.clock import standing_at
from ledger.models import AuditEvent
from settlement.actions.disputes import accept_dispute, put_back, refuse_dispute, set_aside
from settlement.actions.statements import move_statement, prepare_again, prepare_month, totals
from settlement.models import Dispute, Outcome, SettlementLine, Statement, StatementEntry
from settlement.statement_states import MOVES, STATES, may
from tests.cast import on_day
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = datetime.date(2017, 10, 1), datetime.date(2017, 11, 1)


@pytest.fixture(autouse=True)
def october():
    with on_day(datetime.date(2017, 10, 20)):
        yield


def statement(payer: str, month: datetime.date = OCTOBER) -> Statement:
    return Statement.objects.everywhere("test").get(payer=payer, month=month)


def rows(one: Statement) -> list[tuple]:
    return [(e.patient, e.kind, e.layer, str(e.amount_yuan), e.standing) for e in one.entries.order_by("position")]


def payable(one: Statement) -> str:
    return str(totals(one.entries.all())["all"]["payable"])


def step(by, one: Statement, name: str, **more) -> Statement:
    return move_statement(by=by, statement=one, name=name, **more)


def confirmed(window, day=datetime.date(2017, 11, 2)) -> Statement:
    """October's insurance statement, confirmed by the hospital after the month's end."""
    with on_day(day):
        prepare_month(by=window.liaison, month=OCTOBER)
        return step(window.liaison, statement("insurance"), "confirm")


def test_a_month_is_shared_out_among_its_payers(window):
    window.settle(window.bill(window.patient("石永福"), total=10_000 * YUAN, in_policy=9_000 * YUAN))
    made = prepare_month(by=window.liaison, month=OCTOBER)
    assert [one.payer for one in made] == ["civil", "finance", "insurance"]
    assert rows(statement("insurance")) == [("石永福", "charge", "basic", "6880.00", "payable")]
    assert rows(statement("civil")) == [("石永福", "charge", "medical_assistance", "1060.00", "payable")]
    assert rows(statement("finance")) == [("石永福", "charge", "government_backstop", "530.00", "payable")]
    entry = statement("insurance").entries.get()
    assert entry.id_mask.startswith("450222********") and statement("insurance").sample
    assert (entry.number, entry.bill_no) == (entry.line.settlement.number, "ZY20170001")


def test_from_drawn_up_to_paid_each_side_makes_its_own_steps(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    assert one.state == "hospital_confirmed" and len(one.rows_hash) == 64
    with on_day(datetime.date(2017, 11, 6)):
        for stranger in (window.liaison, cast.lead):
            with pytest.raises(Refused, match="不能支付方确认"):
                step(stranger, one, "accept")
        step(cast.insurance, one, "accept")
        with pytest.raises(Refused, match="支付凭证号"):
            step(cast.insurance, one, "pay", paid_on=datetime.date(2017, 11, 6), voucher=" ")
        with pytest.raises(Refused, match="支付日期不能晚于今天，请改正。"):
            step(cast.insurance, one, "pay", paid_on=datetime.date(2017, 11, 7), voucher="PZ-11-003")
        paid = step(cast.insurance, one, "pay", paid_on=datetime.date(2017, 11, 6), voucher="PZ-11-003")
        assert (paid.state, paid.voucher) == ("paid", "PZ-11-003")
        with pytest.raises(Refused, match="现在是“已支付”"):
            step(cast.insurance, one, "reopen", reason="写错凭证号")
    assert [event.move for event in paid.events.all()] == ["pay", "accept", "confirm", "prepare"]
    actions = AuditEvent.objects.filter(subject_type="statement", subject_id=paid.pk).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["statement_prepare", "statement_confirm", "statement_accept", "statement_pay"]


def test_a_payer_sees_and_moves_nobody_elses_statement(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    assert [s.payer for s in Statement.objects.visible_to(cast.civil)] == ["civil"]
    assert [s.payer for s in Statement.objects.visible_to(cast.finance)] == ["finance"]
    assert Statement.objects.visible_to(cast.lead2).count() == Statement.objects.visible_to(cast.civil2).count() == 0
    assert Statement.objects.visible_to(cast.city).count() == Statement.objects.visible_to(cast.lead).count() == 3
    with pytest.raises(Statement.DoesNotExist):
        step(cast.civil, one, "accept")


def test_the_month_must_be_over_before_anybody_confirms(window):
    window.settle(window.bill(window.patient("石永福")))
    prepare_month(by=window.liaison, month=OCTOBER)
    with pytest.raises(Refused, match="10 月还没有结束，2017-11-01 起才能确认"):
        step(window.liaison, statement("insurance"), "confirm")
    with pytest.raises(Refused, match="还没有到"):
        prepare_month(by=window.liaison, month=NOVEMBER)


def test_drawn_up_again_until_confirmed_and_never_after(window):
    first = window.settle(window.bill(window.patient("石永福")))
    prepare_month(by=window.liaison, month=OCTOBER)
    window.reverse(first)
    second = window.settle(window.bill(window.patient("韦桂兰")))
    with on_day(datetime.date(2017, 11, 2)), pytest.raises(Refused, match="请先重新生成"):
        step(window.liaison, statement("insurance"), "confirm")
    again = prepare_again(by=window.liaison, statement=statement("insurance"))
    assert [(row[0], row[1]) for row in rows(again)] == [("韦桂兰", "charge")]
    one = confirmed(window)
    kept = one.rows_hash
    with on_day(datetime.date(2017, 11, 3)):
        window.reverse(second)
        with pytest.raises(Refused, match="明细不再改动"):
            prepare_again(by=window.liaison, statement=one)
        with pytest.raises(Refused, match="没有要生成的对账单"):
            prepare_month(by=window.liaison, month=datetime.date(2017, 9, 1))
    assert rows(statement("insurance")) == rows(one) and statement("insurance").rows_hash == kept


def test_settled_and_reversed_before_drawing_up_shows_neither(window):
    window.reverse(window.settle(window.bill(window.patient("石永福"))))
    window.settle(window.bill(window.patient("韦桂兰")))
    prepare_month(by=window.liaison, month=OCTOBER)
    assert {row[0] for row in rows(statement("insurance"))} == {"韦桂兰"}


def test_a_reversal_after_confirming_is_given_back_in_the_next_one(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    with on_day(datetime.date(2017, 11, 8)):
        window.reverse(settlement, reason="费用退还")
        window.settle(window.bill(window.patient("韦桂兰")))
        prepare_month(by=window.liaison, month=NOVEMBER)
        later = statement("insurance", NOVEMBER)
        assert [(row[0], row[1], row[3]) for row in rows(later)] == [("韦桂兰", "charge", "7680.00"), ("石永福", "reversal", "-7680.00")]
        assert payable(later) == "0.00"
        with pytest.raises(Refused, match="已在 2017-11 的对账单中冲减，不能撤回确认"):
            step(window.liaison, one, "recall", reason="重新核对")
    assert payable(one) == "7680.00"


def test_the_month_is_that_of_the_local_clock(window):
    """Half past midnight on 1 November is still 31 October in Greenwich."""
    with standing_at(datetime.datetime(2017, 10, 31, 16, 30, tzinfo=datetime.UTC)):
        settlement = window.settle(window.bill(window.patient("石永福")))
        assert settlement.settled_at.astimezone(datetime.UTC).month == 10 and settlement.number.startswith("JS201711-")
        with pytest.raises(Refused, match="没有要生成的对账单"):
            prepare_month(by=window.liaison, month=OCTOBER)
        assert len(prepare_month(by=window.liaison, month=NOVEMBER)) == 3


def test_going_back_a_step_asks_for_a_reason(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    with pytest.raises(Refused, match="请写明撤回确认的原因"):
        step(window.liaison, one, "recall")
    step(cast.insurance, one, "return", reason="少一张账单")
    assert (statement("insurance").state, statement("insurance").rows_hash) == ("prepared", "")
    one = confirmed(window)
    step(cast.insurance, one, "accept")
    step(cast.insurance, one, "reopen", reason="金额再核")
    assert statement("insurance").state == "hospital_confirmed"
    assert [event.reason for event in one.events.all() if event.reason] == ["金额再核", "少一张账单"]


def test_a_row_set_aside_leaves_the_sum_and_comes_with_the_next_statement(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    window.settle(window.bill(window.patient("韦桂兰"), total=60_000 * YUAN))
    one = confirmed(window)
    entry = one.entries.get(patient="韦桂兰", layer="basic")
    with pytest.raises(Refused, match="请写明争议的原因"):
        set_aside(by=cast.insurance, statement=one, entries=[entry], reason=" ")
    with pytest.raises(Refused, match="支付方在医院确认之后"):
        set_aside(by=cast.lead, statement=one, entries=[entry], reason="材料不全")
    dispute = set_aside(by=cast.insurance, statement=one, entries=[entry], reason="材料不全")
    assert (str(dispute.set_aside_yuan), payable(one)) == ("47680.00", "10572.00")
    with pytest.raises(Refused, match="请支付方先把争议款放回本期"):
        step(window.liaison, one, "recall", reason="重新核对")
    with pytest.raises(Refused, match="还没有由支付方确认"):
        accept_dispute(by=cast.insurance, dispute=dispute)
    step(cast.insurance, one, "accept")
    with pytest.raises(Refused, match="本期应付不再改动"):
        put_back(by=cast.insurance, dispute=dispute)
    accept_dispute(by=cast.insurance, dispute=dispute, reason="已补材料")
    assert payable(one) == "10572.00"
    with on_day(datetime.date(2017, 11, 20)):
        prepare_month(by=window.liaison, month=NOVEMBER)
        later = statement("insurance", NOVEMBER)
        assert rows(later) == [("韦桂兰", "charge", "basic", "47680.00", "payable")]
        assert later.entries.get().carried_from == entry
        with pytest.raises(Refused, match="已处理：同意支付，转下期"):
            accept_dispute(by=cast.insurance, dispute=dispute)


def test_refused_by_agreement_names_both_sides(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    dispute = set_aside(by=cast.insurance, statement=one, entries=one.entries.all(), reason="超范围用药")
    step(cast.insurance, one, "accept")
    with pytest.raises(Refused, match="请填写医院方经办人"):
        refuse_dispute(by=cast.insurance, dispute=dispute, reason="医院承担", agreed_with="")
    refuse_dispute(by=cast.insurance, dispute=dispute, reason="医院承担", agreed_with="何丽萍")
    kept = Dispute.objects.visible_to(window.liaison).get()
    assert (kept.outcome, kept.closed_by, kept.agreed_with) == (Outcome.REFUSED, cast.insurance, "何丽萍")
    with on_day(datetime.date(2017, 11, 20)):
        # What was never to be paid is not taken off either when the settlement is reversed.
        window.reverse(settlement)
        prepare_month(by=window.liaison, month=NOVEMBER)
        later = statement("insurance", NOVEMBER)
        assert [(row[1], row[4]) for row in rows(later)] == [("reversal", "refused")]
        assert payable(later) == "0"


def test_put_back_before_the_payer_confirms(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    dispute = set_aside(by=cast.insurance, statement=one, entries=one.entries.all(), reason="再看")
    assert payable(one) == "0"
    put_back(by=cast.insurance, dispute=dispute)
    assert payable(one) == "7680.00"


def test_a_disputed_settlement_that_is_reversed_stays_together(window, cast):
    settlement = window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    dispute = set_aside(by=cast.insurance, statement=one, entries=one.entries.all(), reason="重复收费")
    step(cast.insurance, one, "accept")
    with on_day(datetime.date(2017, 11, 8)):
        window.reverse(settlement)
        prepare_month(by=window.liaison, month=NOVEMBER)
        assert rows(statement("insurance", NOVEMBER)) == [("石永福", "reversal", "basic", "-7680.00", "disputed")]
        accept_dispute(by=cast.insurance, dispute=dispute)
    with on_day(datetime.date(2017, 12, 2)):
        with pytest.raises(Refused, match="请先重新生成"):
            step(window.liaison, statement("insurance", NOVEMBER), "confirm")
        prepare_month(by=window.liaison, month=NOVEMBER)
        again = statement("insurance", NOVEMBER)
        assert [(row[1], row[3], row[4]) for row in rows(again)] == [
            ("charge", "7680.00", "payable"),
            ("reversal", "-7680.00", "payable"),
        ]


def test_the_database_holds_what_is_frozen(window, cast):
    window.settle(window.bill(window.patient("石永福")))
    one = confirmed(window)
    entry = one.entries.get()
    civil = SettlementLine.objects.get(layer="medical_assistance")
    copied = {name: getattr(entry, name) for name in ("number", "patient", "bill_no", "admitted_on", "discharged_on", "layer", "title")}
    for attempt in (
        lambda: one.entries.update(amount_yuan=1),
        lambda: one.entries.all().delete(),
        lambda: StatementEntry.objects.create(
            statement=statement("civil"), line=entry.line, kind="charge", position=9, amount_yuan=entry.amount_yuan, **copied
        ),
        lambda: StatementEntry.objects.create(
            statement=statement("civil"), line=civil, kind="reversal", position=9, amount_yuan=Decimal("-1"), **copied
        ),
        lambda: Statement.objects.everywhere("test").filter(pk=one.pk).update(rows_hash="0" * 64),
        lambda: Statement.objects.everywhere("test").filter(pk=one.pk).update(state="paid"),
        lambda: one.events.update(reason="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_table_gives_each_side_its_own_moves_only():
    allowed = [(state, name, side) for state, _ in STATES for name in MOVES for side in ("hospital", "payer", "bureau", "reader")
               if may(side, state, name)]  # fmt: skip
    assert allowed == [
        ("prepared", "confirm", "hospital"),
        ("hospital_confirmed", "recall", "hospital"),
        ("hospital_confirmed", "return", "payer"),
        ("hospital_confirmed", "accept", "payer"),
        ("payer_confirmed", "reopen", "payer"),
        ("payer_confirmed", "pay", "payer"),
    ]
