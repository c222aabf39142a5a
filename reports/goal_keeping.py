"""救治目标: the city keeps by which day which share is to be treated; each change names its document."""

import datetime
from decimal import Decimal

from django.db import transaction

from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from ledger.workbook import could_run
from reports.models import ProgressGoal
from reports.progress_goals import Goal, share_words

KIND = "progress-goal"
FIRST_YEAR, LAST_YEAR = 2016, 2050
LENGTHS = {name: ProgressGoal._meta.get_field(name).max_length for name in ("title", "document")}


def goals_of(prefecture: Division) -> list[Goal]:
    """The prefecture's goals by their days."""
    return [Goal.of(row) for row in ProgressGoal.objects.filter(prefecture=prefecture).order_by("by_day")]


def _words(row: ProgressGoal) -> str:
    return f"{row.by_day} {row.title}" + (f" {share_words(row.share)}" if row.share is not None else "，没有写比例")


def _keeper(by: Staff) -> Division:
    """One official at a time changes a prefecture's goals. Raises Refused for anybody but the city."""
    if by.role != Role.CITY:
        raise Refused("救治目标由市级维护。")
    return Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)


def _check(prefecture: Division, by_day: datetime.date, share: Decimal | None, title: str, except_pk: int | None = None) -> None:
    if not FIRST_YEAR <= by_day.year <= LAST_YEAR:
        raise Refused(f"日期 {by_day} 不在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间，请核对年份。", "by_day")
    if share is not None and not 0 < share <= 1:
        raise Refused("累计救治率要大于 0%、不超过 100%，请核对。", "share")
    if could_run(title):
        raise Refused(f"目标以“{title[0]}”开头，可能是公式。请改为文字。", "title")
    if ProgressGoal.objects.filter(prefecture=prefecture, by_day=by_day).exclude(pk=except_pk).exists():
        raise Refused(f"{by_day} 已经有一个目标。请打开它修改，或换一个日期。", "by_day")


@transaction.atomic
def add_goal(*, by: Staff, by_day: datetime.date, share: Decimal | None, title: str, document: str) -> ProgressGoal:
    """A goal for a day; ``share`` None where the document names none. Raises Refused."""
    prefecture = _keeper(by)
    _check(prefecture, by_day, share, title)
    goal = ProgressGoal(prefecture=prefecture, by_day=by_day, share=share, title=title, document=document.strip())
    note_change(by=by, kind=KIND, subject=title, text=f"新增：{_words(goal)}", document=document)
    goal.save()
    return goal


@transaction.atomic
def change_goal(*, by: Staff, goal: ProgressGoal, by_day: datetime.date, share: Decimal | None, title: str, document: str) -> ProgressGoal:
    """Another day, share or name. Raises Refused: not this prefecture's, nothing changed, another goal of that day."""
    held = _held(by, goal)
    _check(held.prefecture, by_day, share, title, held.pk)
    before, now = _words(held), (by_day, share, title, document.strip())
    if (held.by_day, held.share, held.title, held.document) == now:
        raise Refused("没有改动，不用保存。", "by_day")
    held.by_day, held.share, held.title, held.document = now
    text = f"{before} → {_words(held)}" if before != _words(held) else f"{before}，改依据"
    note_change(by=by, kind=KIND, subject=title, text=text, document=document)
    held.save()
    return held


@transaction.atomic
def remove_goal(*, by: Staff, goal: ProgressGoal, document: str) -> None:
    """A goal that holds no more. Raises Refused: not this prefecture's, no document."""
    held = _held(by, goal)
    note_change(by=by, kind=KIND, subject=held.title, text=f"移除：{_words(held)}", document=document)
    held.delete()


def _held(by: Staff, goal: ProgressGoal) -> ProgressGoal:
    prefecture = _keeper(by)
    held = (
        ProgressGoal.objects.select_related("prefecture").select_for_update(of=("self",)).filter(pk=goal.pk, prefecture=prefecture).first()
    )
    if held is None:
        raise Refused("这个目标已经移除。请刷新后再看。")
    return held
