"""Verbs of the monthly return: rows of what is due are made ahead, drafts are rebuilt until a county's lead submits them."""

import datetime
from collections.abc import Iterable

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Role, Staff
from reports.changes import changes
from reports.due_making import SHANGHAI, owed_in
from reports.forms.f6 import f6_payload
from reports.forms.payload import build, canonical, figures, rows_hash
from reports.models import GROUPS, MONTHLY, Due, DueRule, Submission
from reports.returns import payload_of
from reports.submission_moves import SUBMITTED


class AlreadySubmitted(Refused):
    """The return was submitted before, and stands."""


class DraftChanged(Refused):
    """The ledger gives another return than the draft the lead looked at. The new draft is kept, to be looked at."""


@transaction.atomic
def make_dues(prefecture: Division, year: int) -> int:
    """Make the rows of what a prefecture's counties owe in a year, from its rules; answers how many were new.

    Run again it adds only what is missing and changes nothing that stands.
    """
    counties = list(Division.objects.counties_of(prefecture))
    rows = []
    for rule in DueRule.objects.filter(prefecture=prefecture):
        for owed in owed_in(rule, year):
            rows += [Due(county=county, form=rule.form, **vars(owed)) for county in counties]
    asked = Due.objects.everywhere("what is due names nobody")
    before = asked.filter(county__in=counties).count()
    Due.objects.bulk_create(rows, ignore_conflicts=True)
    return asked.filter(county__in=counties).count() - before


def _lock_dues(county: Division, period: datetime.date, group: Iterable[str]) -> list[Due]:
    """A county's dues of a period and group, locked in one order, so that two who build or submit wait for each other."""
    dues = Due.objects.everywhere("a county's own return").select_for_update(of=("self",))
    found = list(dues.filter(county=county, period=period, form__in=group).order_by("form"))
    if not found:
        raise Refused(f"{county.label} {period.year} 年 {period.month} 月没有应报的报表。请先核对应报规则。")
    if period > clock.today():
        raise Refused(f"{period.year} 年 {period.month} 月还没有开始，不能生成草稿。")
    return found


def _latest(due: Due) -> Submission | None:
    return due.submissions.select_related("submitted_by").order_by("-revision").first()


@transaction.atomic
def rebuild_drafts(
    county: Division, period: datetime.date, by: Staff | None = None, *, group: tuple[str, ...] = MONTHLY
) -> list[Submission]:
    """Bring a county's drafts of a period up to the ledger, as of the cut-off or today when that is earlier.

    Answers the latest revision of every form of the group; submitted ones are left as they are. The draft's number goes up only when its
    content changed. Run twice, at once, or after being killed, it leaves the same drafts. Raises Refused, NoCoverage.
    """
    drafts, built = [], {}
    for due in _lock_dues(county, period, group):
        kept = _latest(due)
        if kept is not None and kept.is_frozen:
            drafts.append(kept)
            continue
        on = min(due.cut_off_on, clock.today())
        if on not in built:
            built[on] = _built(due, county, on)
        drafts.append(_keep(due, kept, on, built[on][due.form], by))
    return drafts


def _built(due: Due, county: Division, on: datetime.date) -> dict[str, dict]:
    """The payloads of the due's group by form, as of a day."""
    if due.form in MONTHLY:
        return build(county, due.period, on)
    return {due.form: f6_payload(county, due.covers_from, due.period, on)}


def _keep(due: Due, kept: Submission | None, on: datetime.date, payload: dict, by: Staff | None) -> Submission:
    """Write the draft, or only the hour of building when it says what it said before."""
    if kept is None:
        kept, found = Submission(due=due), []
        kept.draft_number = 0
    elif kept.rows_hash == rows_hash(payload, kept.previous_hash):
        kept.built_at = clock.now()
        kept.save(update_fields=["built_at"])
        return kept
    else:
        found = changes(payload_of(kept), payload)
    kept.draft_number += 1
    kept.changes = found
    kept.cut_off_on, kept.built_at = on, clock.now()
    kept.payload, kept.figures = canonical(payload), figures(payload)
    kept.rows_hash = rows_hash(payload, kept.previous_hash)
    kept.save()
    told = {"form": due.form, "period": payload["period"], "draft": kept.draft_number, "hash": kept.rows_hash}
    record("draft_built", by=by, subject=kept, county=due.county, detail=told)
    return kept


def submit(
    by: Staff, county: Division, period: datetime.date, forms: Iterable[str], *, seen_hash: dict[str, str] | None = None
) -> list[Submission]:
    """The county's lead submits these forms (of one group) of a period, all or none; they are frozen as the ledger stands now.

    ``seen_hash`` is, form by form, the hash of the draft that was looked at. Raises Refused (not the county's lead, nothing
    chosen, no draft, a month that is asked for whole and not over yet), AlreadySubmitted, DraftChanged (the newer draft is kept), NoCoverage.
    """
    forms = sorted(set(forms))
    if by.role != Role.LEAD or by.area_id != county.pk:
        raise Refused("只有本县（区）的负责人可以上报。")
    if not forms:
        raise Refused("请选择要上报的报表。")
    with transaction.atomic():
        found = _submit_locked(by, county, period, forms, seen_hash or {})
    if isinstance(found, DraftChanged):  # Raised only now, so that the newer draft stays for the lead to look at.
        raise found
    return found


def _submit_locked(
    by: Staff, county: Division, period: datetime.date, forms: list[str], seen_hash: dict[str, str]
) -> list[Submission] | DraftChanged:
    group = next((group for group in GROUPS if set(forms) <= set(group)), MONTHLY)
    dues = {due.form: due for due in _lock_dues(county, period, group)}
    for form in forms:
        if form in dues and form not in MONTHLY and clock.today() <= dues[form].cut_off_on:
            raise Refused(f"{period.year} 年 {period.month} 月还没有过完，{form} 要等月底以后再上报。")
        kept = _latest(dues[form]) if form in dues else None
        if kept is None:
            raise Refused(f"{form} 还没有草稿。请先生成草稿，看过再上报。")
        if kept.is_frozen:
            when = kept.submitted_at.astimezone(SHANGHAI)
            who = kept.submitted_by.full_name if kept.submitted_by else "负责人"
            raise AlreadySubmitted(f"{form} 已由{who}在 {when:%Y-%m-%d %H:%M} 上报，不用再报。")
    drafts = [draft for draft in rebuild_drafts(county, period, by, group=group) if draft.due.form in forms]
    newer = [draft for draft in drafts if draft.due.form in seen_hash and seen_hash[draft.due.form] != draft.rows_hash]
    if newer:
        told = "；".join(f"{draft.due.form}：{'、'.join(draft.changes)}" for draft in newer if draft.changes)
        return DraftChanged("您看过之后台账有变动，草稿已重新生成" + (f"（{told}）" if told else "") + "。请看过新草稿再上报。")
    for draft in drafts:
        draft.state, draft.submitted_at, draft.submitted_by = SUBMITTED, clock.now(), by
        draft.save(update_fields=["state", "submitted_at", "submitted_by"])
        told = {"form": draft.due.form, "period": f"{period:%Y-%m}", "revision": draft.revision, "hash": draft.rows_hash}
        record("submitted", by=by, subject=draft, county=county, detail=told)
    return drafts
