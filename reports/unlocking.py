"""解锁: a locked return is opened again by two people, the county's lead or the city asking and another person of the city agreeing."""

from django.db import IntegrityError, transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Role, Staff
from reports.hands import hold_submission, make_move, side_of
from reports.models import Submission, Unlock
from reports.models.unlock import AGREED, ASKED, REFUSED, WITHDRAWN
from reports.return_events import tell_return
from reports.submission_moves import LOCKED, RETURN_MOVES, Side

LONGEST = 300


@transaction.atomic
def ask_unlock(*, by: Staff, submission: Submission, reason: str) -> Unlock:
    """The county's lead or somebody of the city asks that a locked return be opened, and says why. Raises Refused."""
    held = hold_submission(submission, by)
    if side_of(by, held.due.county) not in (Side.LEAD, Side.CITY):
        raise Refused("解锁由县（区）负责人或市级申请。")
    reason = reason.strip()
    if not reason:
        raise Refused("请写明为什么要解锁、要改什么。", "reason")
    if len(reason) > LONGEST:
        raise Refused(f"原因超过 {LONGEST} 个字，请缩短。", "reason")
    if held.state != LOCKED:
        raise Refused(f"报表现在的状态是“{held.get_state_display()}”，没有锁定，不用解锁。")
    try:
        with transaction.atomic():
            unlock = Unlock.objects.create(submission=held, asked_at=clock.now(), asked_by=by, reason=reason)
    except IntegrityError:
        raise Refused("这张报表已经有人申请解锁，请等市级答复。") from None
    tell_return(due=held.due, submission=held, what="unlock_asked", by=by, reason=reason)
    return unlock


def _hold(unlock: Unlock, by: Staff) -> Unlock:
    """The asking as it stands now, with its return held. Raises Refused where it was answered already."""
    found = Unlock.objects.visible_to(by).select_related("submission").get(pk=unlock.pk)
    submission = hold_submission(found.submission, by)
    held = Unlock.objects.visible_to(by).select_for_update(of=("self",)).get(pk=unlock.pk)
    held.submission = submission
    if held.state != ASKED:
        raise Refused(f"这份解锁申请已经答复：{held.get_state_display()}。请刷新后再看。")
    return held


def _answer(unlock: Unlock, state: str, by: Staff, answer: str) -> None:
    unlock.state, unlock.answered_at, unlock.answered_by, unlock.answer = state, clock.now(), by, answer.strip()[:LONGEST]
    unlock.save(update_fields=["state", "answered_at", "answered_by", "answer"])


@transaction.atomic
def agree_unlock(*, by: Staff, unlock: Unlock, answer: str = "") -> Submission:
    """Another person of the city agrees: the return is open for a correction; its figures stand until that is submitted. Raises Refused."""
    held = _hold(unlock, by)
    submission = held.submission
    if by.role != Role.CITY:
        raise Refused("解锁由市级同意。")
    if held.asked_by_id == by.pk:
        raise Refused("这份申请是您自己提出的，请另一位市级人员同意。")
    _answer(held, AGREED, by, answer)
    before = make_move(submission, "unlock", RETURN_MOVES["unlock"].side)
    submission.save(update_fields=["state"])
    tell_return(
        due=submission.due, submission=submission, what="unlock", by=by, before=before, after=submission.state,
        reason=f"{held.reason}（{held.asked_by.full_name}申请）",
    )  # fmt: skip
    return submission


@transaction.atomic
def refuse_unlock(*, by: Staff, unlock: Unlock, answer: str) -> Unlock:
    """The city does not agree, and says why; the return stays locked. Raises Refused."""
    held = _hold(unlock, by)
    if by.role != Role.CITY:
        raise Refused("解锁由市级答复。")
    if not answer.strip():
        raise Refused("请写明不同意的原因。", "answer")
    _answer(held, REFUSED, by, answer)
    tell_return(due=held.submission.due, submission=held.submission, what="unlock_refused", by=by, reason=held.answer)
    return held


@transaction.atomic
def withdraw_unlock(*, by: Staff, unlock: Unlock) -> Unlock:
    """Whoever asked takes it back before it is answered. Raises Refused."""
    held = _hold(unlock, by)
    if held.asked_by_id != by.pk:
        raise Refused("解锁申请由申请人自己撤回。")
    _answer(held, WITHDRAWN, by, "")
    tell_return(due=held.submission.due, submission=held.submission, what="unlock_withdrawn", by=by)
    return held
