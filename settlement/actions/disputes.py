"""Rows that a payer sets aside, and how each dispute ends."""

from collections.abc import Iterable

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Staff
from settlement.actions.statements import hold_statement, side_of
from settlement.models import Dispute, Outcome, Standing, Statement, StatementEntry
from settlement.statement_states import HOSPITAL_CONFIRMED, PAID, PAYER, PAYER_CONFIRMED, PREPARED


@transaction.atomic
def set_aside(*, by: Staff, statement: Statement, entries: Iterable[StatementEntry], reason: str) -> Dispute:
    """争议: take rows of one settlement out of what is payable, with a reason, before the payer confirms."""
    held = hold_statement(statement, by)
    if side_of(by, held) != PAYER or held.state != HOSPITAL_CONFIRMED:
        raise Refused(f"对账单 {held.number} 现在是“{held.get_state_display()}”。支付方在医院确认之后、自己确认之前可以提出争议。")
    if not reason.strip():
        raise Refused("请写明争议的原因。", "reason")
    rows = list(held.entries.filter(pk__in=[entry.pk for entry in entries]).order_by("position"))
    if not rows:
        raise Refused("请选择有争议的支付层次。", "layers")
    if len({(row.number, row.kind) for row in rows}) > 1 or any(row.standing != Standing.PAYABLE for row in rows):
        raise Refused("一次只对一笔结算提出争议，已在争议中的不能再提。请刷新后再看。", "layers")
    first = rows[0]
    dispute = Dispute.objects.create(
        statement=held, number=first.number, patient=first.patient, id_mask=first.id_mask, titles="、".join(row.title for row in rows),
        set_aside_yuan=sum(row.amount_yuan for row in rows), reason=reason.strip(), opened_at=clock.now(), opened_by=by,
    )  # fmt: skip
    held.entries.filter(pk__in=[row.pk for row in rows]).update(standing=Standing.DISPUTED, dispute=dispute)
    _tell(by, dispute, "dispute_opened")
    return dispute


@transaction.atomic
def put_back(*, by: Staff, dispute: Dispute, reason: str = "") -> Dispute:
    """The payer takes a dispute back before confirming: the rows are payable in the same statement again."""
    held, dispute = _held(by, dispute)
    if held.state != HOSPITAL_CONFIRMED:
        raise Refused("支付方已确认这张对账单，本期应付不再改动。请按“同意支付”转入下期，或商定不予支付。")
    if dispute.entries.exclude(statement=held).exists():
        raise Refused("这笔结算已冲销，冲减的款项记在同一争议中，不能放回本期。请支付方确认对账单后再处理。")
    dispute.entries.update(standing=Standing.PAYABLE, dispute=None)
    return _close(by, dispute, Outcome.PUT_BACK, reason)


@transaction.atomic
def accept_dispute(*, by: Staff, dispute: Dispute, reason: str = "") -> Dispute:
    """The payer will pay after all: the amount goes into the next statement of the same payer and hospital."""
    held, dispute = _held(by, dispute)
    _may_end(held)
    _frozen(dispute).update(standing=Standing.ACCEPTED)
    return _close(by, dispute, Outcome.ACCEPTED, reason)


@transaction.atomic
def refuse_dispute(*, by: Staff, dispute: Dispute, reason: str, agreed_with: str) -> Dispute:
    """Both sides agree that it will not be paid; the reason and who agreed for the hospital are kept."""
    held, dispute = _held(by, dispute)
    _may_end(held)
    if not reason.strip():
        raise Refused("请写明不予支付的原因。", "reason")
    if not agreed_with.strip():
        raise Refused("请填写医院方经办人：不予支付要双方商定。", "agreed_with")
    _frozen(dispute).update(standing=Standing.REFUSED)
    return _close(by, dispute, Outcome.REFUSED, reason, agreed_with)


def _held(by: Staff, dispute: Dispute) -> tuple[Statement, Dispute]:
    seen = Dispute.objects.visible_to(by)
    held = hold_statement(seen.select_related("statement").get(pk=dispute.pk).statement, by)
    dispute = seen.get(pk=dispute.pk)
    if side_of(by, held) != PAYER:
        raise Refused("争议款由提出争议的支付方处理。")
    if dispute.outcome != Outcome.OPEN:
        raise Refused(f"这笔争议已处理：{dispute.get_outcome_display()}。")
    return held, dispute


def _frozen(dispute: Dispute):
    """The dispute's rows; what stands in a statement that is still drawn up follows when that is drawn up again."""
    return dispute.entries.exclude(statement__state=PREPARED)


def _may_end(statement: Statement) -> None:
    if statement.state not in (PAYER_CONFIRMED, PAID):
        raise Refused("对账单还没有由支付方确认。同意支付的，请直接放回本期；不予支付的，请先确认对账单。")


def _close(by: Staff, dispute: Dispute, outcome: str, reason: str, agreed_with: str = "") -> Dispute:
    dispute.outcome, dispute.outcome_reason, dispute.agreed_with = outcome, reason.strip(), agreed_with.strip()
    dispute.closed_at, dispute.closed_by = clock.now(), by
    dispute.save(update_fields=["outcome", "outcome_reason", "agreed_with", "closed_at", "closed_by"])
    _tell(by, dispute, f"dispute_{outcome}")
    return dispute


def _tell(by: Staff, dispute: Dispute, action: str) -> None:
    statement = dispute.statement
    record(action, by=by, subject=dispute, county=statement.county, detail={"statement": statement.number, "settlement": dispute.number})
