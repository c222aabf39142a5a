"""The city's remarks on single cells: which of them still wait for the county's word, and how it is given."""

from collections.abc import Mapping

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Staff
from reports.answering import Given
from reports.cells import changed_places
from reports.hands import BUREAU, hold_due
from reports.models import CellRemark, Submission
from reports.return_events import tell_return
from reports.returns import payload_of
from reports.submission_moves import RETURNED

LONGEST = CellRemark._meta.get_field("answer").max_length


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


def answer_remark(*, by: Staff, remark: CellRemark, answer: str) -> CellRemark:
    """The county says why a cell stays as it is; see ``answer_remarks``."""
    return answer_remarks(by=by, answers={remark.pk: Given("", answer)})[0]


@transaction.atomic
def answer_remarks(*, by: Staff, answers: Mapping[int, Given]) -> list[CellRemark]:
    """The county's word on remarks, by their ids: all or none; it may be said anew until the corrected return is submitted.

    Raises Refused with the remark's id as its field: nothing written, too long, somebody else answered since. And without one: not the
    county's bureau, submitted already.
    """
    rows = CellRemark.objects.visible_to(by).filter(pk__in=answers)
    for due in rows.order_by("submission__due__form").values_list("submission__due", flat=True).distinct():
        hold_due(due, by)
    if by.role not in BUREAU:
        raise Refused("意见由县（区）答复。")
    return [_answer(by, row, answers[row.pk]) for row in rows.select_related("submission__due__county").order_by("pk")]


def _answer(by: Staff, found: CellRemark, given: Given) -> CellRemark:
    """The caller holds the due."""
    due, text, field = found.submission.due, given.text.strip(), str(found.pk)
    if not text:
        raise Refused("请写明答复。", field)
    if len(text) > LONGEST:
        raise Refused(f"答复超过 {LONGEST} 个字，现在是 {len(text)} 个字。请缩短。", field)
    last = due.submissions.order_by("-revision").defer("payload", "checks").first()
    if last.revision > found.submission.revision and last.is_frozen:
        raise Refused("更正后的报表已经上报，答复不能再改。")
    if given.stood is not None and found.answer not in (given.stood, text):
        raise Refused(f"您打开之后，{found.answered_by.full_name}答复了：“{found.answer}”。要换成您写的，请再保存一次。", field)
    found.answer, found.answered_by, found.answered_at = text, by, clock.now()
    found.save(update_fields=["answer", "answered_by", "answered_at"])
    tell_return(due=due, submission=found.submission, what="remark_answered", by=by, reason=f"{found.label}：{text}")
    return found
