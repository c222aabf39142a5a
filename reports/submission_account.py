"""All that is known of one return, for whoever asks from outside: where it stands and why, its revisions with their hashes, what happened to it."""

import datetime

from django.utils import timezone

from ledger import clock
from ledger.models import Division, Staff
from ledger.protection import mask_numbers
from reports.cells import in_a_list
from reports.models import CellRemark, Due, Extension, ReturnEvent, Submission, Unlock
from reports.return_events import event_words
from reports.submission_moves import STANDING, STATES, WHY
from reports.views.due_states import state_of

EVERYONE = "asked on the server by whoever runs it"
NOTHING_YET = ("还没有草稿。", "请生成草稿，核对后由负责人提交。")


def account(county: Division, form: str, period: datetime.date) -> dict:
    """The return as plain JSON; instants by the clock of the office. Raises Due.DoesNotExist where nothing is due."""
    due = Due.objects.everywhere(EVERYONE).select_related("county").get(county=county, form=form, period=period)
    kept = Submission.objects.everywhere(EVERYONE).filter(due=due).select_related("prepared_by", "submitted_by")
    revisions = list(kept.defer("payload", "checks").order_by("revision"))
    latest = revisions[-1] if revisions else None
    standing = next((one for one in reversed(revisions) if one.state in STANDING), None)
    why, following = WHY[latest.state] if latest else NOTHING_YET
    if corrects := _corrects(revisions):
        why = f"正在更正{dict(STATES)[corrects]}的修订 {latest.revision - 1}。{why}"
    return {
        "county": {"code": county.code, "name": county.name},
        "form": form,
        "period": f"{period:%Y-%m}",
        "covers_from": f"{due.covers_from:%Y-%m}",
        "cut_off_on": due.cut_off_on.isoformat(),
        "ruled_on": due.ruled_on.isoformat(),
        "deadline_at": _at(due.deadline_at),
        "extended_until": _at(due.extended_until),
        "state": latest.state if latest else "",
        "word": _word(due, revisions),
        "why": why,
        "next": following,
        "standing_revision": standing.revision if standing else None,
        "revisions": [_revision(one) for one in revisions],
        "history": [_event(one) for one in _events(due)],
        "remarks": [_remark(one) for one in _remarks(due)],
        "extensions": [_extension(one) for one in Extension.objects.everywhere(EVERYONE).filter(due=due).order_by("asked_at")],
        "unlocks": [_unlock(one) for one in Unlock.objects.everywhere(EVERYONE).filter(submission__due=due).order_by("asked_at")],
    }


def _word(due: Due, revisions: list[Submission]) -> str:
    latest = revisions[-1] if revisions else None
    first_at = next((one.submitted_at for one in revisions if one.submitted_at), None)
    return state_of(due, latest, clock.now(), first_at=first_at, correcting=_corrects(revisions)).word


def _corrects(revisions: list[Submission]) -> str:
    """The state of the revision that an open one corrects; nothing where there is none."""
    return revisions[-2].state if len(revisions) > 1 and not revisions[-1].is_frozen else ""


def _at(instant: datetime.datetime | None) -> str | None:
    return timezone.localtime(instant).isoformat(timespec="seconds") if instant else None


def _who(staff: Staff | None) -> str | None:
    return staff.username if staff else None


def _revision(one: Submission) -> dict:
    return {
        "revision": one.revision, "state": one.state, "draft": one.draft_number, "cut_off_on": one.cut_off_on.isoformat(),
        "hash": one.rows_hash, "previous_hash": one.previous_hash, "built_at": _at(one.built_at), "prepared_at": _at(one.prepared_at),
        "prepared_by": _who(one.prepared_by), "submitted_at": _at(one.submitted_at), "submitted_by": _who(one.submitted_by),
        "alone": one.alone, "received_at": _at(one.received_at), "nil": one.is_nil, "nil_reason": mask_numbers(one.nil_reason) if one.is_nil else "",
    }  # fmt: skip


def _events(due: Due):
    return ReturnEvent.objects.everywhere(EVERYONE).filter(due=due).select_related("by", "submission").order_by("pk")


def _event(one: ReturnEvent) -> dict:
    return {
        "at": _at(one.at), "what": one.what, "words": event_words(one.what), "revision": one.submission.revision if one.submission else None,
        "before": one.before, "after": one.after, "by": _who(one.by), "reason": mask_numbers(one.reason),
    }  # fmt: skip


def _remarks(due: Due):
    rows = CellRemark.objects.everywhere(EVERYONE).filter(submission__due=due)
    return rows.select_related("submission", "by", "answered_by").order_by("submission__revision", "pk")


def _remark(one: CellRemark) -> dict:
    return {
        "revision": one.submission.revision, "cell": one.place, "label": one.label, "was": "" if in_a_list(one.place) else one.was, "text": mask_numbers(one.text),
        "by": _who(one.by), "at": _at(one.at), "answer": mask_numbers(one.answer), "answered_by": _who(one.answered_by),
        "answered_at": _at(one.answered_at),
    }  # fmt: skip


def _extension(one: Extension) -> dict:
    return {
        "asked_at": _at(one.asked_at), "until_on": one.until_on.isoformat(), "reason": mask_numbers(one.reason), "state": one.state,
        "answered_at": _at(one.answered_at), "granted_on": one.granted_on.isoformat() if one.granted_on else None,
        "answer": mask_numbers(one.answer),
    }  # fmt: skip


def _unlock(one: Unlock) -> dict:
    return {
        "asked_at": _at(one.asked_at), "asked_by": _who(one.asked_by), "reason": mask_numbers(one.reason), "state": one.state,
        "answered_at": _at(one.answered_at), "answered_by": _who(one.answered_by), "answer": mask_numbers(one.answer),
    }  # fmt: skip
