"""The city's hand at a return: received, sent back with remarks on single cells, accepted, locked."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Role, Staff
from reports.cells import cells_of
from reports.hands import hold_submission, make_move, side_of
from reports.models import MONTHLY, CellRemark, Due, Submission
from reports.return_events import tell_return
from reports.returns import payload_of
from reports.submission_moves import ACCEPTED, SUBMITTED

REASON, TEXT = 300, 300
Remark = tuple[str, str, str, str]  # place, label, what the cell says, the remark


def _move(submission: Submission, move: str, by: Staff, reason: str = "") -> None:
    """Make the move, keep it and tell it. The caller holds the due."""
    before = make_move(submission, move, side_of(by, submission.due.county))
    fields = ["state"]
    if move == "receive":
        submission.received_at = clock.now()
        fields.append("received_at")
    submission.save(update_fields=fields)
    tell_return(due=submission.due, submission=submission, what=move, by=by, before=before, after=submission.state, reason=reason)


@transaction.atomic
def receive(*, by: Staff, submission: Submission) -> Submission:
    """The city has the return in hand: from now on it counts as received. Raises Refused."""
    held = hold_submission(submission, by)
    _move(held, "receive", by)
    return held


@transaction.atomic
def return_it(*, by: Staff, submission: Submission, reason: str, remarks: Iterable[Remark] = ()) -> Submission:
    """The city sends the return back with its reason, and what is wrong at which cell; it counts no more until it comes again.

    Raises Refused: no reason, a remark without words or twice on one cell, a cell that the return does not have.
    """
    held = hold_submission(submission, by)
    reason, remarks = reason.strip(), list(remarks)
    if not reason:
        raise Refused("请写明退回的原因。", "reason")
    if len(reason) > REASON:
        raise Refused(f"原因超过 {REASON} 个字，请缩短。", "reason")
    if held.state == SUBMITTED:
        _move(held, "receive", by)
    _move(held, "return", by, reason)
    _write_remarks(held, by, remarks)
    return held


def _write_remarks(submission: Submission, by: Staff, remarks: list[Remark]) -> None:
    cells = cells_of(payload_of(submission))
    for place, _, _, text in remarks:
        if place not in cells:
            raise Refused("意见所指的格子不在这张报表上，请重新选择。", place)
        if not text.strip():
            raise Refused("请写明这一格的意见，或去掉它。", place)
        if len(text.strip()) > TEXT:
            raise Refused(f"意见超过 {TEXT} 个字，请缩短。", place)
    if len({place for place, *_ in remarks}) < len(remarks):
        raise Refused("同一格只写一条意见，请合并。")
    CellRemark.objects.bulk_create(
        CellRemark(
            submission=submission, place=place, label=cells[place].label[:80], was=cells[place].text[:120], text=text.strip(), by=by,
            at=clock.now(),
        )
        for place, _, _, text in remarks
    )  # fmt: skip


@transaction.atomic
def accept(*, by: Staff, submission: Submission) -> Submission:
    """The city finds the return in order; one that nobody has received yet is received first. Raises Refused."""
    held = hold_submission(submission, by)
    if held.state == SUBMITTED:
        _move(held, "receive", by)
    _move(held, "accept", by)
    return held


@transaction.atomic
def lock(*, by: Staff, submission: Submission) -> Submission:
    """Nothing of it changes any more, unless two people unlock it. Raises Refused."""
    held = hold_submission(submission, by)
    _move(held, "lock", by)
    return held


def receive_all(*, by: Staff, period: datetime.date, group: tuple[str, ...] = MONTHLY) -> int:
    """Receive whatever of a period's group was submitted and not received; answers how many. Raises Refused where there is none."""
    return _all(by, period, group, SUBMITTED, "receive", "没有等待接收的报表。")


def lock_all(*, by: Staff, period: datetime.date, group: tuple[str, ...] = MONTHLY) -> int:
    """Lock whatever of a period's group was accepted; answers how many. Raises Refused where there is none."""
    return _all(by, period, group, ACCEPTED, "lock", "没有审核通过、等待锁定的报表。")


@transaction.atomic
def _all(by: Staff, period: datetime.date, group: tuple[str, ...], state: str, move: str, none: str) -> int:
    if by.role != Role.CITY:
        raise Refused("由市级办理。")
    dues = Due.objects.visible_to(by).select_for_update(of=("self",)).select_related("county__parent")
    held = {due.pk: due for due in dues.filter(period=period, form__in=group).order_by("county__code", "period", "form")}
    latest = Submission.objects.visible_to(by).latest_of(held.values())
    waiting = [submission for submission in latest.values() if submission.state == state]
    if not waiting:
        raise Refused(none)
    for submission in waiting:
        submission.due = held[submission.due_id]
        _move(submission, move, by)
    return len(waiting)
