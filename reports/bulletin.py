"""通报: who returned in time, late or not at all, and how far each county has come, in the words of an office. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from ledger.models import Division
from reports.charts import by_share, percent
from reports.city_periods import MonthTable
from reports.models import Form
from reports.progress_goals import Goal, pace
from reports.quality_of_returns import Rates, Record
from reports.views.due_states import DueState, days_late

Kept = tuple[DueState, Record]  # A return's word and what became of it.
NAMED = 3  # How many counties are named from the top and from the bottom.


@dataclass(frozen=True)
class Line:
    """A county in the table: its place, its figures and the words of its returns."""

    place: int | None
    county: Division
    total: int
    treated: int
    share: str
    words: list[str]
    drafted: bool

    @property
    def untreated(self) -> int:
        return self.total - self.treated


@dataclass(frozen=True)
class Bulletin:
    """All that the sheet says."""

    month: datetime.date
    forms: list[str]
    due: int
    on_time: int
    late: int
    missing: int
    rates: Rates
    sentences: list[str]
    progress: list[str]
    lines: list[Line]
    demands: list[str]
    total: dict[str, int]
    cut_off_on: datetime.date

    @property
    def drafted(self) -> bool:
        return any(line.drafted for line in self.lines)

    @property
    def form_names(self) -> str:
        """F1 进展情况统计表；F2 民政核准台账"""
        return "；".join(Form(form).label for form in self.forms)


def bulletin(
    *,
    states: Sequence[DueState],
    records: Sequence[Record],
    table: MonthTable,
    before: MonthTable | None,
    goal: Goal | None,
    now: datetime.datetime,
    today: datetime.date,
    mend_by: datetime.date | None,
) -> Bulletin:
    """The returns of one month that are due so far, and F1's progress by its cut-off; ``mend_by`` is the day by which what lacks is asked for."""
    by_due = {one.due: one for one in records}
    every = [(state, by_due[state.due.pk]) for state in states]
    owed = [(state, one) for state, one in every if one.is_due(now)]
    early = [(state, one) for state, one in every if not one.is_due(now) and one.first_at]
    kept = [one for _, one in owed]
    forms = list(dict.fromkeys(state.due.form for state, _ in owed + early))
    lines = _lines(table, states, forms)
    more = [(state, one) for state, one in every if state.due.extended_until]
    return Bulletin(
        month=table.month, forms=forms, due=len(owed), on_time=sum(one.on_time for one in kept), late=sum(one.late for one in kept),
        missing=sum(one.first_at is None for one in kept), rates=Rates.of(kept, now), sentences=_returned(owed, early, more),
        progress=_progress(table, before, goal, today, lines), lines=lines, demands=_demands(owed, early, table, lines, mend_by),
        total=table.total, cut_off_on=table.cut_off_on,
    )  # fmt: skip


def _lines(table: MonthTable, states: Sequence[DueState], forms: list[str]) -> list[Line]:
    words = {(state.due.county_id, state.due.form): state.word for state in states}
    rows = [(one, one.total["treated"], one.total["total"]) for one in table.counties]
    return [
        Line(
            place, one.county, total, treated, percent(treated, total, 1),
            [words.get((one.county.pk, form), "—") for form in forms], not one.submitted,
        )
        for place, (one, treated, total) in by_share(rows)
    ]  # fmt: skip


def _named(owed: Sequence[Kept], wanted) -> str:
    """County by county with the forms in question: 柳南区（F1 迟 1 天、F2 缺报）."""
    told: dict[str, list[str]] = {}
    for state, one in owed:
        if words := wanted(state, one):
            told.setdefault(state.due.county.name, []).append(words)
    return "、".join(f"{county}（{'、'.join(words)}）" for county, words in told.items())


def _returned(owed: list[Kept], early: list[Kept], more: list[Kept]) -> list[str]:
    """Who was in time with all that is due, who came before it is due, who was late, who has not sent, who must mend, who has more time."""
    counties = list(dict.fromkeys(state.due.county.name for state, _ in owed))
    slow = {state.due.county.name for state, one in owed if not one.on_time}
    parts = [
        ("按时上报的", "、".join(name for name in counties if name not in slow)),
        ("迟报的", _named(owed, lambda state, one: f"{state.due.form} {_days(state)}" if one.late else "")),
        ("缺报的", _named(owed, lambda state, one: state.due.form if one.first_at is None else "")),
        ("还没有到期、已经上报的", _named(early, lambda state, one: state.due.form if state.word != "退回" else "")),
        ("退回未补的", _named(owed + early, lambda state, one: state.due.form if state.word == "退回" else "")),
        ("经同意展期的", _named(more, lambda state, one: f"{state.due.form} 到 {timezone.localtime(one.closes_at):%Y-%m-%d}")),
    ]
    return [f"{title}：{names}。" for title, names in parts if names]


def _days(state: DueState) -> str:
    return f"迟 {days_late(state.first_at, state.closes_at)} 天"


def _progress(table: MonthTable, before: MonthTable | None, goal: Goal | None, today: datetime.date, lines: list[Line]) -> list[str]:
    total = table.total
    told = (
        f"全市建档立卡患者 {total['total']} 人，累计救治 {total['treated']} 人，累计救治率 {percent(total['treated'], total['total'], 1)}"
    )
    if before:
        gained = total["treated"] - before.total["treated"]
        told += f"，比上月{'增加' if gained >= 0 else '减少'} {abs(gained)} 人"
    told += f"；本季度完成救治 {total['quarter']} 人，未完成 {total['untreated']} 人。"
    found = [told]
    placed = [line for line in lines if line.place]
    if len(placed) > 2 * NAMED:
        first, last = ("、".join(line.county.name for line in part) for part in (placed[:NAMED], placed[-NAMED:]))
        found.append(f"累计救治率居前的是{first}，居后的是{last}。")
    if goal:
        needed = pace(total["total"], total["treated"], goal, today)
        named = goal.title if goal.words in goal.title else f"{goal.title}（{goal.words}）"
        said = f"对照到 {goal.by_day} {named}的目标，全市"
        if needed.reached:
            found.append(f"{said}已经达到。")
        elif needed.months:
            found.append(f"{said}还差 {needed.needed} 人，今后每月需救治 {needed.monthly} 人。")
        else:
            found.append(f"{said}还差 {needed.needed} 人，期限已过。")
    return found


def _demands(owed: list[Kept], early: list[Kept], table: MonthTable, lines: list[Line], mend_by: datetime.date | None) -> list[str]:
    by = f"在 {mend_by} 前" if mend_by else "尽快"
    lacking = _named(owed + early, lambda state, one: state.due.form if one.first_at is None or state.word == "退回" else "")
    late = "、".join(dict.fromkeys(state.due.county.name for state, one in owed if one.late))
    total = table.total
    behind = [line for line in lines if line.total and line.treated * total["total"] < total["treated"] * line.total]
    found = []
    if lacking:
        found.append(f"缺报、退回未补的县（区）{by}补报：{lacking}。")
    if late:
        found.append(f"迟报的县（区）要明确专人、提前核对，按规定的时间上报：{late}。")
    if behind:
        found.append(
            f"累计救治率低于全市的县（区）要逐人排查没有救治的原因，加快救治进度：{'、'.join(line.county.name for line in behind)}。"
        )
    return [*found, "各县（区）要及时、准确、完整上报，确有困难的应在截止时间前申请展期。"]
