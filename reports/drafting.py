"""Drafts of a return: brought up to the ledger on demand, until they are submitted; after a return or an unlock a new revision is begun."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Staff
from reports.changes import changes
from reports.forms.f4 import f4_return
from reports.forms.f6 import f6_payload
from reports.forms.payload import build, canonical, figures, rows_hash
from reports.models import CONTACTS, GROUPS, MONTHLY, Due, Submission
from reports.return_events import tell_return
from reports.returns import payload_of
from reports.submission_moves import CHECKED, CORRECTED, DRAFT


class DraftChanged(Refused):
    """The ledger gives another return than the one that was looked at. The new draft is kept, to be looked at."""


def group_of(forms: Iterable[str]) -> tuple[str, ...]:
    """The group that these forms belong to; the month's own where they belong to none together."""
    return next((group for group in GROUPS if set(forms) <= set(group)), MONTHLY)


def hold_dues(county: Division, period: datetime.date, group: Iterable[str]) -> list[Due]:
    """A county's dues of a period and group, locked in one order, so that whoever acts on them waits for each other. Raises Refused."""
    dues = Due.objects.everywhere("a county's own return").select_for_update(of=("self",))
    found = list(dues.select_related("county__parent").filter(county=county, period=period, form__in=group).order_by("form"))
    if not found:
        raise Refused(f"{county.label} {period.year} 年 {period.month} 月没有应报的报表。请先核对应报规则。")
    if period > clock.today():
        raise Refused(f"{period.year} 年 {period.month} 月还没有开始，不能生成草稿。")
    return found


def latest(due: Due) -> Submission | None:
    """The revision that the county works on, with everything in it."""
    return due.submissions.select_related("submitted_by", "prepared_by").order_by("-revision").first()


@transaction.atomic
def rebuild_drafts(
    county: Division, period: datetime.date, by: Staff | None = None, *, group: tuple[str, ...] = MONTHLY
) -> list[Submission]:
    """Bring a county's drafts of a period up to the ledger, as of the cut-off or today when that is earlier.

    Answers the latest revision of every form of the group; submitted ones are left as they are, and one that was returned or unlocked is
    followed by a new revision. The draft's number goes up only when its content changed; one that was checked is a draft again then. Run
    twice, at once, or after being killed, it leaves the same drafts. Raises Refused, NoCoverage.
    """
    return bring_up(hold_dues(county, period, group), by, fresh=by is not None)


def bring_up(dues: list[Due], by: Staff | None, *, fresh: bool) -> list[Submission]:
    """The same for dues that the caller holds. ``fresh``: also what was checked is counted up to today, instead of to the day it was checked for."""
    drafts, built = [], {}
    for due in dues:
        kept = latest(due)
        if kept is not None and kept.is_frozen and kept.state not in CORRECTED:
            drafts.append(kept)
            continue
        on = _day(due, kept, fresh)
        if on not in built:
            built[on] = _built(due, on)
        drafts.append(_keep(due, kept, on, built[on][due.form], by))
    return drafts


def _day(due: Due, kept: Submission | None, fresh: bool) -> datetime.date:
    """Up to which day is counted. A return that was checked before its cut-off keeps the day it was checked for, so that a night alone undoes nothing."""
    today = clock.today()
    if kept is not None and kept.state == CHECKED and not fresh and today <= due.cut_off_on:
        return kept.cut_off_on
    return min(due.cut_off_on, today)


def _built(due: Due, on: datetime.date) -> dict[str, dict]:
    """The payloads of the due's group by form, as of a day."""
    if due.form in MONTHLY:
        return build(due.county, due.period, on)
    if due.form in CONTACTS:
        return {due.form: f4_return(due.county, due.covers_from, due.period, on)}
    return {due.form: f6_payload(due.county, due.covers_from, due.period, on)}


def _keep(due: Due, kept: Submission | None, on: datetime.date, payload: dict, by: Staff | None) -> Submission:
    """Write the draft, or only the hour of building when it says what it said before."""
    begun = kept is not None and kept.state in CORRECTED
    if kept is None or begun:
        before, kept = kept, _next(due, kept)
        found = changes(payload_of(before), payload) if before else []
    elif kept.rows_hash == rows_hash(payload, kept.previous_hash):
        kept.built_at = clock.now()
        kept.save(update_fields=["built_at"])
        return kept
    else:
        found = changes(payload_of(kept), payload)
    stood = kept.state
    kept.draft_number += 1
    kept.changes = found
    kept.cut_off_on, kept.built_at = on, clock.now()
    kept.payload, kept.figures = canonical(payload), figures(payload)
    kept.rows_hash = rows_hash(payload, kept.previous_hash)
    undo_check(kept)
    kept.save()
    if stood == CHECKED:
        tell_return(due=due, submission=kept, what="redrafted", by=by, before=CHECKED, after=DRAFT, reason="；".join(found))
    what = "correction_begun" if begun else "drafted"
    tell_return(due=due, submission=kept, what=what, by=by, after=DRAFT, reason="；".join(found))
    return kept


def _next(due: Due, before: Submission | None) -> Submission:
    """The first revision, or the one after a return that was sent back or unlocked, chained to it."""
    if before is None:
        return Submission(due=due, draft_number=0)
    return Submission(due=due, draft_number=0, revision=before.revision + 1, previous_hash=before.rows_hash)


def undo_check(kept: Submission) -> None:
    """Nobody has found right what this draft says now; the words of a nil report stay to be looked at again. The caller saves it."""
    kept.state, kept.checks = DRAFT, ""
    kept.prepared_at = kept.prepared_by = None
    kept.is_nil = False
