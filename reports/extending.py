"""展期: a county asks for more time with its reason; the city grants it until a day, and it expires by itself."""

import datetime
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.drafting import group_of, hold_dues
from reports.hands import BUREAU, hold_due
from reports.models import Due, Extension
from reports.models.extension import ASKED, GRANTED, REFUSED, WITHDRAWN
from reports.return_events import tell_return

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST = 300
FARTHEST = datetime.timedelta(days=183)  # A day beyond half a year is a wrong year, typed in haste.


def end_of_extension(due: Due, day: datetime.date) -> datetime.datetime:
    """The instant until which an extension to a day runs: that day, at the hour of the deadline."""
    return datetime.datetime.combine(day, due.deadline_at.astimezone(SHANGHAI).time(), SHANGHAI)


def _refuse_late(due: Due, day: datetime.date, field: str) -> None:
    """An extension ends after the deadline and after whatever was granted before, not in the past and within half a year. Raises Refused."""
    end = end_of_extension(due, day)
    if end <= due.closes_at:
        raise Refused(f"展期要晚于现在的截止时间 {due.closes_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}，请改选日期。", field)
    if end <= clock.now():
        raise Refused(f"{end:%Y-%m-%d %H:%M} 已经过了，请改选今后的日期。", field)
    if end - max(due.closes_at, clock.now()) > FARTHEST:
        raise Refused(f"{day} 离截止时间超过半年，请核对年份。", field)


def _refuse_submitted(due: Due) -> None:
    """Time is given for a first submission; what was sent needs none."""
    if due.submissions.filter(submitted_at__isnull=False).exists():
        raise Refused(f"{due.form} 已经上报，不用展期。")


@transaction.atomic
def ask_extension(
    *, by: Staff, county: Division, period: datetime.date, forms: Iterable[str], until_on: datetime.date, reason: str
) -> list[Extension]:
    """A county's clerk or lead asks for time until a day, for forms of one group not submitted yet, before or after the deadline. All or none. Raises Refused."""
    forms, reason = sorted(set(forms)), reason.strip()
    if by.role not in BUREAU or by.area_id != county.pk:
        raise Refused("展期由本县（区）的经办人或负责人申请。")
    if not forms:
        raise Refused("请选择要展期的报表。", "forms")
    if not reason:
        raise Refused("请写明申请展期的原因。", "reason")
    if len(reason) > LONGEST:
        raise Refused(f"原因超过 {LONGEST} 个字，请缩短。", "reason")
    asked = [_ask(due, by, until_on, reason) for due in hold_dues(county, period, group_of(forms)) if due.form in forms]
    if len(asked) < len(forms):
        raise Refused(f"{period.year} 年 {period.month} 月没有全部应报这些报表，请刷新后再看。")
    return asked


def _ask(due: Due, by: Staff, until_on: datetime.date, reason: str) -> Extension:
    _refuse_submitted(due)
    _refuse_late(due, until_on, "until_on")
    try:
        with transaction.atomic():
            extension = Extension.objects.create(due=due, asked_at=clock.now(), asked_by=by, until_on=until_on, reason=reason)
    except IntegrityError:
        raise Refused(f"{due.form} 已经申请展期，请等市级答复。") from None
    tell_return(due=due, submission=None, what="extension_asked", by=by, reason=f"申请展期到 {until_on}：{reason}")
    return extension


def _hold(extension: Extension, by: Staff) -> Extension:
    """The asking as it stands now, its due held first. Raises Refused where it was answered already."""
    due = hold_due(extension.due_id, by)
    held = Extension.objects.visible_to(by).select_for_update(of=("self",)).get(pk=extension.pk)
    held.due = due
    if held.state != ASKED:
        raise Refused(f"这份展期申请已经答复：{held.get_state_display()}。请刷新后再看。")
    return held


def _answer(held: Extension, state: str, by: Staff, answer: str) -> None:
    held.state, held.answered_at, held.answered_by, held.answer = state, clock.now(), by, answer.strip()[:LONGEST]
    held.save(update_fields=["state", "answered_at", "answered_by", "answer", "granted_on"])


@transaction.atomic
def grant_extension(*, by: Staff, extension: Extension, granted_on: datetime.date, answer: str = "") -> Extension:
    """The city gives time until a day, which may be another than the one asked for; a return that comes by then is on time. Raises Refused."""
    held = _hold(extension, by)
    if by.role != Role.CITY:
        raise Refused("展期由市级同意。")
    _refuse_submitted(held.due)
    _refuse_late(held.due, granted_on, "granted_on")
    held.granted_on = granted_on
    _answer(held, GRANTED, by, answer)
    held.due.extended_until = end_of_extension(held.due, granted_on)
    held.due.save(update_fields=["extended_until"])
    told = f"展期到 {held.due.extended_until:%Y-%m-%d %H:%M}" + (f"：{held.answer}" if held.answer else "")
    tell_return(due=held.due, submission=None, what="extension_granted", by=by, reason=told)
    return held


@transaction.atomic
def refuse_extension(*, by: Staff, extension: Extension, answer: str) -> Extension:
    """The city gives no more time, and says why. Raises Refused."""
    held = _hold(extension, by)
    if by.role != Role.CITY:
        raise Refused("展期由市级答复。")
    if not answer.strip():
        raise Refused("请写明不同意的原因。", "answer")
    _answer(held, REFUSED, by, answer)
    tell_return(due=held.due, submission=None, what="extension_refused", by=by, reason=held.answer)
    return held


@transaction.atomic
def withdraw_extension(*, by: Staff, extension: Extension) -> Extension:
    """The county takes its asking back before it is answered. Raises Refused."""
    held = _hold(extension, by)
    if by.role not in BUREAU:
        raise Refused("展期申请由县（区）撤回。")
    _answer(held, WITHDRAWN, by, "")
    tell_return(due=held.due, submission=None, what="extension_withdrawn", by=by)
    return held


def end_asking(due: Due, by: Staff) -> None:
    """What was asked for and not answered ends with the submission: nobody waits for it any more. The due is held by the caller."""
    for asked in Extension.objects.everywhere("the asking of a return that is submitted now").filter(due=due, state=ASKED):
        _answer(asked, WITHDRAWN, by, "已经上报，不用展期")
        tell_return(due=due, submission=None, what="extension_withdrawn", by=by, reason=asked.answer)
