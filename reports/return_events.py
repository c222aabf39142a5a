"""Telling what became of a return: one event on its own history, beside the row on the trail."""

from ledger import clock
from ledger.actions.trail import record
from ledger.models import Staff
from reports.models import Due, ReturnEvent, Submission
from reports.submission_moves import RETURN_MOVES

LONGEST = 500
# What is told of a return beside the moves of its table.
OTHERS = {
    "drafted": "生成草稿",
    "redrafted": "台账变动，回到草稿",
    "correction_begun": "开始更正",
    "remark_answered": "答复意见",
    "check_answered": "填写核对说明",
    "extension_asked": "申请展期",
    "extension_granted": "同意展期",
    "extension_refused": "不同意展期",
    "extension_withdrawn": "撤回展期申请",
    "unlock_asked": "申请解锁",
    "unlock_refused": "不同意解锁",
    "unlock_withdrawn": "撤回解锁申请",
    "deadline_moved": "截止时间变动",
    "reminded": "催报",
}
# Trail actions that bear another name than return_<what>.
ON_THE_TRAIL = {"drafted": "draft_built", "submit": "submitted"}


def event_words(what: str) -> str:
    """What happened, as the history and the trail print it."""
    return RETURN_MOVES[what].done if what in RETURN_MOVES else OTHERS.get(what, what)


def tell_return(
    *, due: Due, submission: Submission | None, what: str, by: Staff | None, before: str = "", after: str = "", reason: str = ""
) -> ReturnEvent:
    """Write the event and, in the same transaction, the same fact on the trail; ``by`` is None for what the system did by itself.

    What people wrote as a reason stays with the return; the trail says only that it was done.
    """
    event = ReturnEvent.objects.create(
        due=due, submission=submission, what=what, before=before, after=after, at=clock.now(), by=by, reason=reason[:LONGEST]
    )
    told: dict[str, str | int] = {"form": due.form, "period": f"{due.period:%Y-%m}"}
    if submission is not None:
        told |= {"revision": submission.revision, "hash": submission.rows_hash}
        if what == "drafted":
            told |= {"draft": submission.draft_number}
    record(ON_THE_TRAIL.get(what, f"return_{what}"), by=by, subject=submission or due, county=due.county, detail=told)
    return event
