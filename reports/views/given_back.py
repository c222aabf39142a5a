"""Which drafts the lead gave back to whoever prepared them, and why: told on the return's page and on the workbench until they are checked again."""

from collections.abc import Iterable

from ledger.models import Role, Staff
from reports.models import ReturnEvent
from reports.submission_moves import DRAFT
from reports.views.due_states import DueState

SHORT = 60


def given_back(staff: Staff, drafts: Iterable[int]) -> dict[int, ReturnEvent]:
    """By the draft's id the lead's sending back, where nothing was checked since. One query, none without drafts."""
    drafts = list(drafts)
    if not drafts:
        return {}
    rows = ReturnEvent.objects.visible_to(staff).filter(submission__in=drafts, what__in=("check", "send_back"))
    newest = {row.submission_id: row for row in rows.select_related("by").order_by("pk")}
    return {pk: event for pk, event in newest.items() if event.what == "send_back"}


def given_back_to(staff: Staff, states: Iterable[DueState]) -> dict[int, ReturnEvent]:
    """The same for a clerk's workbench, by the due's id; a lead waits for it, and has no row."""
    if staff.role != Role.CLERK:
        return {}
    drafts = {state.submission.pk: state.due.pk for state in states if state.submission and state.submission.state == DRAFT}
    return {drafts[pk]: event for pk, event in given_back(staff, drafts).items()}


def reasons_of(events: Iterable[ReturnEvent]) -> str:
    """韦国强：白内障一行请再核, each reason once; a long one is cut, the return's page has it whole."""
    told = dict.fromkeys(f"{event.by.full_name}：{event.reason}" for event in events)
    return "；".join(text if len(text) <= SHORT else f"{text[:SHORT]}…" for text in told)
