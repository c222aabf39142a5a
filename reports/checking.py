"""核对完毕: a clerk or lead finds a county's drafts right; what the checks said is kept with them. The lead may send them back."""

import datetime
from collections.abc import Iterable, Mapping

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Staff
from reports.checks import Check, kept_text, run_checks, unanswered
from reports.drafting import DraftChanged, bring_up, group_of, hold_dues, latest, undo_check
from reports.hands import BUREAU, make_move, side_of
from reports.models import MONTHLY, Due, Submission
from reports.nil import NOTHING, is_nil
from reports.remarks import unanswered_remarks
from reports.return_events import tell_return
from reports.returns import county_payloads, payload_of
from reports.submission_moves import CORRECTED


class AlreadySubmitted(Refused):
    """The return was submitted before, and stands."""


def check(
    *,
    by: Staff,
    county: Division,
    period: datetime.date,
    forms: Iterable[str],
    seen_hash: Mapping[str, str] | None = None,
    nil_reasons: Mapping[str, str] | None = None,
) -> list[Submission]:
    """Somebody of the bureau finds these forms (of one group) of a period right: all or none, brought up to the ledger first.

    What the checks said is kept with each, and who found it right: that hand does not submit it. ``seen_hash`` is, form by form, the hash
    of the draft that was looked at; ``nil_reasons`` why a form has nothing to tell. Raises Refused (something is to be mended or
    explained, a remark of the city has no answer, no draft, a month that is not over), AlreadySubmitted, DraftChanged (kept), NoCoverage.
    """
    forms = sorted(set(forms))
    if by.role not in BUREAU or by.area_id != county.pk:
        raise Refused("只有本县（区）的经办人或负责人可以核对。")
    if not forms:
        raise Refused("请选择要核对的报表。")
    with transaction.atomic():
        found = _check_held(by, county, period, forms, seen_hash or {}, nil_reasons or {})
    if isinstance(found, DraftChanged):  # Raised only now, so that the newer draft stays to be looked at.
        raise found
    return found


def _check_held(
    by: Staff, county: Division, period: datetime.date, forms: list[str], seen: Mapping[str, str], reasons: Mapping[str, str]
) -> list[Submission] | DraftChanged:
    dues = hold_dues(county, period, group_of(forms))
    drafts = ready_drafts(dues, forms, by)
    if newer := changed_since(drafts, seen):
        return newer
    payloads = {draft.due.form: payload_of(draft) for draft in drafts}
    told = freeze_checks(by, county, period, payloads)
    for draft in drafts:
        _refuse_silence(draft, payloads[draft.due.form])
        draft.is_nil = is_nil(payloads[draft.due.form])
        draft.nil_reason = reasons.get(draft.due.form, "").strip() if draft.is_nil else ""
        if draft.is_nil and not draft.nil_reason:
            raise Refused(f"{draft.due.form} {NOTHING[draft.due.form]}。确实没有的，请写明零报告的说明，再核对。", f"nil_{draft.due.form}")
        before = make_move(draft, "check", side_of(by, county))
        draft.checks, draft.prepared_at, draft.prepared_by = told, clock.now(), by
        draft.save()
        tell_return(due=draft.due, submission=draft, what="check", by=by, before=before, after=draft.state, reason=draft.nil_reason)
    return drafts


def ready_drafts(dues: list[Due], forms: list[str], by: Staff) -> list[Submission]:
    """These forms' drafts as the ledger stands now. Raises Refused: none yet, a month that is not over; AlreadySubmitted."""
    of_form = {due.form: due for due in dues}
    for form in forms:
        if form in of_form:
            refuse_unfinished(of_form[form])
        kept = latest(of_form[form]) if form in of_form else None
        if kept is None:
            raise Refused(f"{form} 还没有草稿。请先生成草稿，看过再核对。")
        refuse_submitted(kept, form)
    return [draft for draft in bring_up(dues, by, fresh=False) if draft.due.form in forms]


def refuse_unfinished(due: Due) -> None:
    """A return over whole months waits for their end; F1 and F2 count up to a day within theirs."""
    if due.form not in MONTHLY and due.ruled_on > due.cut_off_on and clock.today() < due.whole_from:
        raise Refused(f"{due.period.year} 年 {due.period.month} 月还没有过完，{due.form} 要等月底以后再上报。")


def refuse_submitted(kept: Submission, form: str) -> None:
    """Raises AlreadySubmitted for one that stands as it was sent."""
    if kept.is_frozen and kept.state not in CORRECTED:
        when = kept.submitted_at.astimezone(clock.now().tzinfo)
        who = kept.submitted_by.full_name if kept.submitted_by else "负责人"
        raise AlreadySubmitted(f"{form} 已由{who}在 {when:%Y-%m-%d %H:%M} 上报，不用再报。")


def changed_since(drafts: list[Submission], seen: Mapping[str, str]) -> DraftChanged | None:
    """The refusal for whoever looked at an older draft, with what is different; None where nothing is."""
    newer = [draft for draft in drafts if draft.due.form in seen and seen[draft.due.form] != draft.rows_hash]
    if not newer:
        return None
    told = "；".join(f"{draft.due.form}：{'、'.join(draft.changes)}" for draft in newer if draft.changes)
    return DraftChanged("您看过之后台账有变动，草稿已重新生成" + (f"（{told}）" if told else "") + "。请看过新草稿再核对、上报。")


def freeze_checks(by: Staff, county: Division, period: datetime.date, payloads: dict[str, dict]) -> str:
    """What the checks say, as it is kept with the returns. F1 and F2 are looked at together, whichever of them is asked for.

    Raises Refused where something is to be mended or explained first.
    """
    whole = county_payloads(county, period) if group_of(payloads) == MONTHLY else {}
    found = run_checks(by, county, period, {**whole, **payloads})
    bad, silent = [one for one in found if one.tone == "bad"], unanswered(found)
    if bad:
        raise Refused(f"还有 {len(bad)} 项须改：{_said(bad[0])}请改正后再核对。")
    if silent:
        raise Refused(f"还有 {len(silent)} 项待说明：{_said(silent[0])}请在该项下写明原因，再核对。")
    return kept_text(found)


def _said(found: Check) -> str:
    """A finding as a sentence, with the people it names."""
    names = "、".join(name for name, _ in found.people) + ("等" if found.more else "")
    return f"{found.saw}{names}。" if names else found.saw


def _refuse_silence(draft: Submission, payload: dict) -> None:
    """Every remark on the revision that was sent back is answered, or its cell says something else now. Raises Refused."""
    left = unanswered_remarks(draft, payload)
    if left:
        raise Refused(f"市级的意见还有 {len(left)} 条没有答复：{left[0].label}。请改正这一格，或写明答复。")


@transaction.atomic
def send_back(*, by: Staff, county: Division, period: datetime.date, forms: Iterable[str], reason: str) -> list[Submission]:
    """The lead gives checked returns back to whoever prepared them, with the reason; they are drafts again. Raises Refused."""
    if not reason.strip():
        raise Refused("请写明退回经办人的原因。", "reason")
    wanted, side = sorted(set(forms)), side_of(by, county)
    sent = []
    for due in hold_dues(county, period, group_of(wanted)):
        kept = latest(due) if due.form in wanted else None
        if kept is None:
            continue
        before = make_move(kept, "send_back", side)
        undo_check(kept)
        kept.save()
        tell_return(due=due, submission=kept, what="send_back", by=by, before=before, after=kept.state, reason=reason.strip())
        sent.append(kept)
    if not sent:
        raise Refused("没有可以退回经办人的报表。请刷新后再看。")
    return sent
