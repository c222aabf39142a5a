"""What a county types on a return's page is kept together, whichever of the page's buttons is pressed."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from ledger.actions.refusals import Refused
from ledger.models import Division, Staff
from reports.answering import Given, answer_checks
from reports.drafting import group_of, hold_dues, latest
from reports.hands import BUREAU
from reports.remarks import answer_remarks
from reports.submission_moves import DRAFT


@transaction.atomic
def keep_words(
    *,
    by: Staff,
    county: Division,
    period: datetime.date,
    form: str,
    checks: Mapping[str, Given],
    remarks: Mapping[int, Given],
    nil: Mapping[str, str],
) -> None:
    """Answers to findings (by code), answers to remarks (by id) and the words of a nil report (by form): all or none.

    The words of a nil report wait on the draft until it is checked. Raises Refused; its field is the code or the id.
    """
    if by.role not in BUREAU or by.area_id != county.pk:
        raise Refused("只有本县（区）的经办人或负责人可以填写说明。")
    dues = hold_dues(county, period, group_of([form]))  # All of the group first, in the order in which everybody holds them.
    if checks:
        answer_checks(by=by, county=county, period=period, form=form, answers=checks)
    if remarks:
        answer_remarks(by=by, answers=remarks)
    for due in dues:
        draft = latest(due) if due.form in nil else None
        if draft and draft.state == DRAFT and draft.nil_reason != nil[due.form]:
            draft.nil_reason = nil[due.form]
            draft.save(update_fields=["nil_reason"])
