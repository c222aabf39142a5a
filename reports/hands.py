"""Whose hand it is at a return, the move it makes, and the due that is held meanwhile."""

from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.models import Due, Submission
from reports.submission_moves import ForbiddenReturnMove, Side, target_of

BUREAU = frozenset({Role.CLERK, Role.LEAD})


def side_of(by: Staff, county: Division) -> Side:
    """Whose hand this is for a county's return. Raises Refused for one who has no business with it."""
    if by.role in BUREAU and by.area_id == county.pk:
        return Side.LEAD if by.role == Role.LEAD else Side.BUREAU
    if by.role == Role.CITY and by.area_id == county.parent_id:
        return Side.CITY
    raise Refused("报表由本县（区）的经办人、负责人和所属市级办理。")


def make_move(submission: Submission, move: str, side: Side) -> str:
    """Set the state that the move leads to; answers the one before. Raises Refused. The caller holds the due and saves."""
    before = submission.state
    try:
        submission.state = target_of(move, before, side)
    except ForbiddenReturnMove as error:
        raise Refused(str(error)) from None
    return before


def hold_due(pk: int, by: Staff) -> Due:
    """The due as it stands now, held until the transaction ends. Raises Due.DoesNotExist for one the actor may not see."""
    return Due.objects.visible_to(by).select_for_update(of=("self",)).select_related("county__parent").get(pk=pk)


def hold_submission(submission: Submission, by: Staff) -> Submission:
    """The revision as it stands now, its due held: whoever acts on a return holds the due first."""
    due = hold_due(submission.due_id, by)
    held = Submission.objects.visible_to(by).get(pk=submission.pk, due=due)
    held.due = due
    return held
