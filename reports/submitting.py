"""提交上报: the county's lead sends what somebody else found right; from then on it is frozen."""

import datetime
from collections.abc import Iterable, Mapping

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.alone import refuse_alone
from reports.cells import differences, in_a_list
from reports.checking import changed_since, ready_drafts
from reports.drafting import DraftChanged, group_of, hold_dues, latest
from reports.extending import end_asking
from reports.hands import make_move
from reports.models import Submission
from reports.return_events import LONGEST, tell_return
from reports.returns import payload_of
from reports.stamping import stamp
from reports.submission_moves import CHECKED, Side


def submit(
    *, by: Staff, county: Division, period: datetime.date, forms: Iterable[str], seen_hash: Mapping[str, str] | None = None
) -> list[Submission]:
    """The county's lead submits these forms (of one group) of a period, all or none; they are frozen as the ledger stands now.

    ``seen_hash`` is, form by form, the hash of what was looked at. Raises Refused (not the county's lead, nothing chosen, not checked,
    checked by the same hand without the city's leave, a month that is asked for whole and not over yet), AlreadySubmitted, DraftChanged
    (the newer draft is kept, and is to be checked again), NoCoverage.
    """
    forms = sorted(set(forms))
    if by.role != Role.LEAD or by.area_id != county.pk:
        raise Refused("只有本县（区）的负责人可以上报。")
    if not forms:
        raise Refused("请选择要上报的报表。")
    with transaction.atomic():
        found = _submit_held(by, county, period, forms, seen_hash or {})
    if isinstance(found, DraftChanged):  # Raised only now, so that the newer draft stays for the lead to look at.
        raise found
    return found


def _submit_held(
    by: Staff, county: Division, period: datetime.date, forms: list[str], seen: Mapping[str, str]
) -> list[Submission] | DraftChanged:
    dues = hold_dues(county, period, group_of(forms))
    checked = {due.form: kept.rows_hash for due in dues if (kept := latest(due)) and kept.state == CHECKED}
    drafts = ready_drafts(dues, forms, by)
    fallen = {form: was for form, was in checked.items() if form in forms}
    if newer := changed_since(drafts, {**fallen, **seen}):
        return newer
    for draft in drafts:
        if draft.state != CHECKED:
            raise Refused(f"{draft.due.form} 还没有核对完毕。请经办人核对以后再提交。")
        draft.alone = refuse_alone(draft, by)
        before = make_move(draft, "submit", Side.LEAD)
        draft.submitted_at, draft.submitted_by = clock.now(), by
        draft.save()
        stamp(draft)
        end_asking(draft.due, by)
        told = corrected_words(draft)
        tell_return(
            due=draft.due, submission=draft, what="submit", by=by, before=before, after=draft.state, reason=told or draft.nil_reason
        )
    return drafts


def corrected_words(draft: Submission) -> str:
    """What a corrected return says otherwise than the revision before it: figures as was → is, the lines of lists, which name people, by their number.

    Nothing for a first one.
    """
    if draft.revision == 1:
        return ""
    before = Submission.objects.everywhere("the revisions of one return").get(due=draft.due_id, revision=draft.revision - 1)
    found = differences(payload_of(before), payload_of(draft))
    if not found:
        return "更正：与上一次上报相同。"
    named = [one for one in found if in_a_list((one.now or one.was).place)]
    words, room = [], LONGEST - 60
    for one in found:
        said = f"{one.label} {one.was.text if one.was else '无'} → {one.now.text if one.now else '无'}"
        if one in named or sum(len(word) + 1 for word in words) + len(said) > room:
            continue
        words.append(said)
    more = len(found) - len(named) - len(words)
    words += ([f"另有 {more} 格"] if more else []) + ([f"名单 {len(named)} 格"] if named else [])
    return f"更正 {len(found)} 格：{'；'.join(words)}"
