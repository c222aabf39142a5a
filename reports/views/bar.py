"""The foot of a return's page: where it stands, why, what comes next, and the one dark button that is this reader's next step."""

import datetime
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.checking import refuse_unfinished
from reports.models import Due, Extension
from reports.submission_moves import (
    ACCEPTED,
    CHECKED,
    CORRECTED,
    DRAFT,
    LOCKED,
    OPEN,
    RECEIVED,
    RETURNED,
    STATES,
    SUBMITTED,
    WHY,
)
from reports.views.due_states import DueState, days_left
from reports.views.reach import short_unit
from reports.views.return_page import ReturnPage
from reports.views.steps import Step, month_steps


@dataclass(frozen=True)
class Button:
    """A link, or with ``forms`` an act that is posted for those forms as they were seen. ``off`` is drawn but cannot be pressed: the bar says why."""

    words: str
    address: str = ""
    dark: bool = False
    forms: list[str] = field(default_factory=list)
    off: bool = False
    choose: bool = False  # Each of several forms has its tick.


@dataclass(frozen=True)
class Bar:
    """``why`` is said in pieces, each with its tone."""

    steps: list[Step]
    why: list[tuple[str, str]]
    hint: str
    buttons: list[Button] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    @property
    def has_dark(self) -> bool:
        return any(button.dark for button in self.buttons)


def bar_of(page: ReturnPage, nothing_due: str) -> Bar:
    """The foot for this reader; ``nothing_due`` is said where no return is owed."""
    if not page.states:
        said = "这个月没有应报的报表。" if page.kind.slug == "months" else "这个月没有应报的表，以上按台账计算，只供查看。"
        return Bar([], [("", said)], nothing_due)
    steps = month_steps(list(page.states.values()))
    why, hint, buttons = (_of_city if page.is_city else _of_county)(page)
    return Bar(steps, why, hint, buttons, _links(page))


def _to(page: ReturnPage, name: str) -> str:
    return reverse(f"reports:return-{name}", args=[page.kind.slug, page.period, page.county.code])


def _and(forms: list[str]) -> str:
    return "、".join(forms)


def deadline_hint(state: DueState) -> str:
    """距 10 月 23 日 18:00 还有 3 天; after it, what is asked."""
    due = state.due
    local, left = timezone.localtime(due.closes_at), days_left(due.closes_at)
    year = f"{local.year} 年 " if local.year != clock.today().year else ""
    when = f"{year}{local.month} 月 {local.day} 日 {local:%H:%M}"
    until = "展期到" if due.extended_until else ""
    if due.closes_at < clock.now():
        return f"已过{until} {when} 的截止时间，请尽快上报。"
    return f"距{until} {when} 还有 {left} 天" if left else f"{until}今天 {local:%H:%M} 截止"


def _hint(page: ReturnPage) -> str:
    waiting = [page.states[form] for form in page.in_hand()]
    return deadline_hint(min(waiting, key=lambda state: state.due.closes_at)) if waiting else ""


# ---- the county ----


def _of_county(page: ReturnPage) -> tuple[list, str, list[Button]]:
    corrected, drafts = page.standing(*CORRECTED), page.standing(DRAFT)
    if page.undrafted():
        return [("", "还没有生成草稿。")], _hint(page), [_off(page), Button("生成草稿", _to(page, "rebuild"), True, page.undrafted())]
    if corrected:
        states = {page.states[form].submission.state for form in corrected}
        said = f"{_and(corrected)} {'被市级退回' if RETURNED in states else '已解锁'}，"
        begin = Button("开始更正", _to(page, "rebuild"), True, corrected)
        return [("bad", said), ("", "先按现在的台账生成更正草稿。")], WHY[next(iter(states))][1], [_off(page), begin]
    if drafts:
        return _of_draft(page, drafts)
    if page.standing(CHECKED):
        return _of_checked(page)
    return _of_sent(page)


def _unfinished(due: Due) -> str:
    """Why a return over whole months must still wait."""
    try:
        refuse_unfinished(due)
    except Refused as refused:
        return refused.message
    return ""


def _of_draft(page: ReturnPage, drafts: list[str]) -> tuple[list, str, list[Button]]:
    if early := next((said for form in drafts if (said := _unfinished(page.states[form].due))), ""):
        return [("", early)], _hint(page), []
    bad, warn, remarks = page.bad(), page.open_answers(), page.waiting_remarks()
    if not (bad or warn or remarks):
        said = "没有要报的内容，写明零报告的说明再核对。" if page.nil else "核对项都已处理，请看过数字。"
        said = "负责人已退回，请按退回的原因改好，再核对。" if page.sent_back else said
        ticks = len(drafts) > 1
        check = Button(f"核对完毕{_only(page, drafts)}", _to(page, "check"), True, drafts, choose=ticks)
        return [("", said)], _hint(page), [*(_submit_checked(page) or [_off(page)]), check]
    why = [("", "还差 ")]
    for tone, found, words in (("bad", bad, "项须改"), ("warn", warn, "项待说明"), ("warn", remarks, "条意见待答复")):
        if found:
            why += [("", "、")] if len(why) > 1 else []
            why.append((tone, f"{len(found)} {words}"))
    return why, _hint(page), [*(_submit_checked(page) or [_off(page)]), _next(bad, warn, remarks)]


def _next(bad: list, warn: list, remarks: list) -> Button:
    """What to do first: mend, then explain, then answer the city."""
    if bad:
        person = next((pk for check in bad for _, pk in check.people if pk), None)
        address = reverse("ledger:person", args=[person]) if person else f"#check-{bad[0].code}"
        return Button(f"下一步：补填 {len(bad)} 项" if person else f"下一步：改正 {len(bad)} 项", address, True)
    if warn:
        return Button(f"下一步：说明 {len(warn)} 项", f"#say-{warn[0].code}", True)
    return Button(f"下一步：答复 {len(remarks)} 条意见", f"#remark-{remarks[0].remark.pk}", True)


def _only(page: ReturnPage, forms: list[str]) -> str:
    return "" if len(forms) == len(page.states) else f" {_and(forms)}"


def _off(page: ReturnPage) -> Button:
    return Button(f"提交到{short_unit(page.county.parent)}", off=True)


def may_submit(page: ReturnPage, forms: list[str]) -> bool:
    """A lead who did not prepare it, or whom the city lets prepare and submit alone."""
    if page.staff.role != Role.LEAD:
        return False
    return page.alone or all(page.states[form].submission.prepared_by_id != page.staff.pk for form in forms)


def _submit_checked(page: ReturnPage) -> list[Button]:
    """The lead may hand in the form that is ready, whatever the other one waits for."""
    ready = page.standing(CHECKED)
    return [Button(f"提交 {_and(ready)}", _to(page, "submit"), forms=ready)] if ready and may_submit(page, ready) else []


def _of_checked(page: ReturnPage) -> tuple[list, str, list[Button]]:
    ready = page.standing(CHECKED)
    who = page.states[ready[0]].submission.prepared_by
    back = [Button("退回经办人", _to(page, "send-back"))] if page.staff.role == Role.LEAD and who != page.staff else []
    if may_submit(page, ready):
        words = f"提交{_only(page, ready)}{' ' if _only(page, ready) else ''}到{short_unit(page.county.parent)}"
        return [("ok", f"{who.full_name}已核对，可以提交。")], _hint(page), [*back, Button(words, _to(page, "submit"), True, ready)]
    if page.staff.role == Role.LEAD:
        said = "是您自己核对的，要由另一位负责人提交；全县只有一人的，请市里同意一人办理。"
        return [("warn", said)], _hint(page), [_off(page)]
    return [("ok", "已核对完毕，"), ("", f"由负责人{lead_names(page.county)}提交。")], _hint(page), [_off(page)]


def _of_sent(page: ReturnPage) -> tuple[list, str, list[Button]]:
    """All of it is with the city, or past it."""
    states = [found.submission.state for found in page.states.values()]
    named = dict(STATES)
    if len(set(states)) == 1:
        return [("ok", _all(page) + WHY[states[0]][0])], WHY[states[0]][1], []
    said = "；".join(f"{form} {named[found.submission.state]}" for form, found in page.states.items())
    return [("ok", f"{said}。")], "已上报的数字不再变动。", []


def _all(page: ReturnPage) -> str:
    return f"{_and(list(page.states))}：" if len(page.states) > 1 else ""


def lead_names(county: Division) -> str:
    """The county's leads, by name, or nothing where there is none yet."""
    leads = Staff.objects.filter(area=county, role=Role.LEAD, is_active=True).order_by("username")
    return "、".join(leads.values_list("full_name", flat=True)[:2])


# ---- the city ----


def _of_city(page: ReturnPage) -> tuple[list, str, list[Button]]:
    came, received, accepted = page.standing(SUBMITTED), page.standing(RECEIVED), page.standing(ACCEPTED)
    back = [
        Button(f"退回{_only(page, [form])}", f"{_to(page, 'review')}?form={form}")
        for form in page.states
        if form in (*came, *received, *accepted)
    ]
    if came:
        return _say(page, came), WHY[SUBMITTED][1], [*back, Button(f"接收{_only(page, came)}", _to(page, "receive"), True, came)]
    if received:
        return (
            _say(page, received),
            WHY[RECEIVED][1],
            [*back, Button(f"审核通过{_only(page, received)}", _to(page, "accept"), True, received)],
        )
    if accepted:
        return _say(page, accepted), WHY[ACCEPTED][1], [*back, Button(f"锁定{_only(page, accepted)}", _to(page, "lock"), True, accepted)]
    if unlock := next((one for one in page.unlocks if one.asked_by_id != page.staff.pk), None):
        said = f"{unlock.submission.due.form} 申请解锁：{unlock.reason}"
        answer = Button("答复解锁申请", reverse("reports:unlock", args=[unlock.pk]), True)
        return [("warn", said)], f"{unlock.asked_by.full_name}申请，由另一位市级人员答复。", [answer]
    if page.in_hand():
        states = page.states[page.in_hand()[0]]
        state = states.submission.state if states.submission else DRAFT
        said = f"{_and(page.in_hand())} 还没有上报" if state in (DRAFT, CHECKED) else WHY[state][0].rstrip("。")
        asked = _asked(page)
        answer = [Button("答复展期申请", reverse("reports:extension", args=[asked.pk]), True)] if asked else []
        return [("warn" if states.deadline_passed else "", f"{said}，等县里办理。")], _hint(page), answer
    return _of_sent(page)


def _say(page: ReturnPage, forms: list[str]) -> list[tuple[str, str]]:
    kept = page.states[forms[0]].submission
    who = f"，{kept.submitted_by.full_name}" if kept.submitted_by else ""
    nil = "零报告：" + kept.nil_reason if kept.is_nil else ""
    alone = "一人办理。" if kept.alone else ""
    return [("", f"{_and(forms)} {timezone.localtime(kept.submitted_at):%m-%d %H:%M} 上报{who}。{alone}{nil}")]


def _asked(page: ReturnPage) -> Extension | None:
    """More time was asked for, and the city has not answered."""
    return next((one for one in page.extensions if one.state == "asked"), None)


def _never_sent(page: ReturnPage) -> list[str]:
    """The forms that were never handed in: only for them is there a deadline to move."""
    return page.undrafted() + [form for form in page.standing(*OPEN) if page.states[form].submission.revision == 1]


def _extension_links(page: ReturnPage) -> list[tuple[str, str]]:
    """The county's way to more time: what it asked for, day by day with its forms, and asking for the forms it did not ask for yet."""
    days: dict[datetime.date, list[Extension]] = {}
    for one in sorted(page.extensions, key=lambda one: one.due.form):
        if one.state == "asked":
            days.setdefault(one.until_on, []).append(one)
    named = len(page.states) > 1
    links = []
    for until, asked in days.items():
        forms = f"{_and([one.due.form for one in asked])} " if named else ""
        day = f"{until:%m-%d}" if until.year == clock.today().year else str(until)
        links.append((f"{forms}已申请展期到 {day}，待市里答复", reverse("reports:extension", args=[asked[0].pk])))
    waiting = {one.due.form for asked in days.values() for one in asked}
    if left := [form for form in _never_sent(page) if form not in waiting]:
        links.append((f"申请展期{_only(page, left)}" if waiting else "申请展期", _to(page, "extend")))
    return links


def _links(page: ReturnPage) -> list[tuple[str, str]]:
    """What else may be asked for beside the next step."""
    links = []
    asked = _asked(page)
    answers = [one for one in page.unlocks if page.is_city and one.asked_by_id != page.staff.pk]
    first = page.is_city and not page.standing(SUBMITTED, RECEIVED, ACCEPTED)  # Else the bar's button is for what was handed in.
    if page.is_city:
        if asked and (answers or not first):
            links.append(("答复展期申请", reverse("reports:extension", args=[asked.pk])))
    else:
        links += _extension_links(page)
    for one in page.unlocks:
        if not (first and answers and one == answers[0]):
            words = "答复解锁申请" if one in answers else "已申请解锁，待另一位市级人员同意"
            links.append((f"{one.submission.due.form} {words}", reverse("reports:unlock", args=[one.pk])))
    asked_for = {one.submission.due.form for one in page.unlocks}
    for form in page.standing(LOCKED):
        if form not in asked_for and page.staff.role in (Role.LEAD, Role.CITY):
            links.append((f"申请解锁{_only(page, [form])}", f"{_to(page, 'unlock')}?form={form}"))
    return links
