"""What every page of a return shares: its title, its words of state, its tabs, and who may do what at the top."""

from django.utils import timezone

from ledger.templatetags.ledger_page import moment
from reports.reminding import note_opened
from reports.returns import Return
from reports.submission_moves import CHECKED, CORRECTED, DRAFT, WHY
from reports.views.checks import panel_of
from reports.views.due_states import DueState
from reports.views.return_page import ReturnPage


def return_frame(page: ReturnPage, tab: str) -> dict:
    """Context for the title and the tabs; the page's own facts are there as ``desk``. Whoever looks has opened what they were reminded of."""
    note_opened(page.staff, page.county, page.period, page.kind.forms)
    in_hand = [] if page.is_city else page.in_hand()
    return {
        "desk": page, "kind": page.kind, "county": page.county, "period": page.period, "tab": tab, "states": page.states,
        "state_line": _state_line(page), "state_tags": state_tags(page.states), "hashes": page.hashes(), "is_city": page.is_city,
        # After a return or an unlock the draft is begun by the bar's own button.
        "may_rebuild": bool(in_hand) and not page.undrafted() and not page.standing(*CORRECTED),
        "may_draft": bool(in_hand) and bool(page.undrafted()),
        "panel": panel_of(page.checks, may_answer=bool(in_hand and page.standing(DRAFT)), advise=bool(in_hand)),
    }  # fmt: skip


def state_tags(states: dict[str, DueState]) -> list[tuple[str, str]]:
    """已报, or one word a form where they differ."""
    words = {(state.word, _tone(state)) for state in states.values()}
    if len(words) == 1:
        return list(words)
    return [(f"{form} {state.word}", _tone(state)) for form, state in states.items()]


def _tone(state: DueState) -> str:
    return "idle" if state.tone == "na" else state.tone


def _state_line(page: ReturnPage) -> str:
    """What the words beside the title tell: who handed it in when, or how old the draft is and what it changed."""
    if not page.states:
        return "没有应报的报表，以下按现在的台账计算"
    return told_of(next(iter(page.returns.values())))


def told_of(found: Return) -> str:
    """One form's revision in a line."""
    kept = found.submission
    if kept is None:
        return "还没有生成草稿，以下按现在的台账计算"
    form, again = kept.due.form, f"第 {kept.revision} 次上报，" if kept.revision > 1 else ""
    if kept.is_frozen:
        line = f"{form} {again}{timezone.localtime(kept.submitted_at):%m-%d %H:%M} 由{kept.submitted_by.full_name}上报"
        return f"{line}；{WHY[kept.state][0]}".rstrip("。")
    if kept.state == CHECKED:
        return f"{form} {timezone.localtime(kept.prepared_at):%m-%d %H:%M} 由{kept.prepared_by.full_name}核对完毕，台账变动会回到草稿"
    draft = f"第 {kept.draft_number} 次{'更正' if kept.revision > 1 else ''}草稿"
    line = f"{draft}，{moment(kept.built_at)} 生成"
    before = "上次上报" if kept.draft_number == 1 else f"第 {kept.draft_number - 1} 次"
    return line + (f"；比{before}：{'，'.join(kept.changes[:2])}" if kept.changes else "")
