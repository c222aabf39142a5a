"""The city's remarks on single cells: which of them still wait for the county's word, and how it is given."""

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Staff
from reports.cells import changed_places
from reports.hands import BUREAU, hold_due
from reports.models import CellRemark, Submission
from reports.return_events import tell_return
from reports.returns import payload_of
from reports.submission_moves import RETURNED


def sent_back_before(submission: Submission) -> Submission | None:
    """The revision that was sent back with remarks and that this one corrects; None where there was none."""
    rows = Submission.objects.everywhere("the revisions of one return").filter(due=submission.due_id, state=RETURNED)
    return rows.filter(revision=submission.revision - 1).first()


def unanswered_remarks(draft: Submission, payload: dict) -> list[CellRemark]:
    """The remarks that this corrected draft neither answers nor mends: no answer, and the cell says what it said."""
    before = sent_back_before(draft)
    left = list(before.remarks.filter(answer="")) if before else []
    if not left:
        return []
    mended = changed_places(payload_of(before), payload)
    return [remark for remark in left if remark.place not in mended]


@transaction.atomic
def answer_remark(*, by: Staff, remark: CellRemark, answer: str) -> CellRemark:
    """The county says why a cell stays as it is; it may say it anew until the corrected return is submitted. Raises Refused."""
    if not answer.strip():
        raise Refused("请写明答复。", "answer")
    found = CellRemark.objects.visible_to(by).select_related("submission").get(pk=remark.pk)
    due = hold_due(found.submission.due_id, by)
    if by.role not in BUREAU:
        raise Refused("意见由县（区）答复。")
    last = due.submissions.order_by("-revision").defer("payload", "checks").first()
    if last.revision > found.submission.revision and last.is_frozen:
        raise Refused("更正后的报表已经上报，答复不能再改。")
    found.answer, found.answered_by, found.answered_at = answer.strip(), by, clock.now()
    found.save(update_fields=["answer", "answered_by", "answered_at"])
    tell_return(due=due, submission=found.submission, what="remark_answered", by=by, reason=f"{found.label}：{found.answer}")
    return found
