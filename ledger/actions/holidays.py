"""The city's table of holidays: days added, removed and imported, each by the notice that ordered it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Division, Holiday, Staff
from ledger.workbook import could_run

KIND = "holiday"
FIRST_YEAR, YEARS_AHEAD = 2010, 2
LONGEST = 31  # Days in one stretch: a longer one is a slip of the year or the month.
WEEKDAYS = "一二三四五六日"
LENGTHS = {name: Holiday._meta.get_field(name).max_length for name in ("name", "document")}


@dataclass(frozen=True)
class ListedDay:
    """One day as the table lists it: a day off, or a weekend made up for as a working day."""

    day: datetime.date
    works: bool
    name: str
    document: str

    @property
    def words(self) -> str:
        return f"{self.name}（{'上班' if self.works else '休息'}）"

    @classmethod
    def of(cls, row: Holiday) -> "ListedDay":
        return cls(row.day, row.works, row.name, row.document)


def weekday_words(day: datetime.date) -> str:
    return f"星期{WEEKDAYS[day.weekday()]}"


def refuse_day(one: ListedDay, today: datetime.date) -> None:
    """What keeps a day from standing in the table. Raises Refused."""
    if not FIRST_YEAR <= one.day.year <= today.year + YEARS_AHEAD:
        raise Refused(f"日期 {one.day} 不在 {FIRST_YEAR} 年至 {today.year + YEARS_AHEAD} 年之间，请核对年份。", "first")
    if one.works and one.day.weekday() < 5:
        raise Refused(f"{one.day} 是{weekday_words(one.day)}，本来就上班，不用列为调休上班。", "first")
    for name, label in (("name", "名称"), ("document", "依据")):
        text = getattr(one, name)
        if not text:
            raise Refused(f"请填写{label}。", name)
        if len(text) > LENGTHS[name]:
            raise Refused(f"{label}超过 {LENGTHS[name]} 个字，请缩短。", name)
        if could_run(text):
            raise Refused(f"{label}以“{text[0]}”开头，可能是公式。请改为文字。", name)


def _hold(prefecture: Division) -> None:
    """One hand at a time changes a city's table, so that no day is listed between the look and the write."""
    Division.objects.select_for_update(no_key=True).get(pk=prefecture.pk)


def _listed(prefecture: Division, days: Iterable[datetime.date]) -> dict[datetime.date, Holiday]:
    return {row.day: row for row in Holiday.objects.filter(prefecture=prefecture, day__in=list(days))}


@transaction.atomic
def add_days(*, by: Staff, first: datetime.date, last: datetime.date | None, works: bool, name: str, document: str) -> list[Holiday]:
    """One day, or a stretch from ``first`` to ``last``. Raises Refused: a day listed already, a working weekday, an impossible stretch."""
    last = last or first
    if last < first:
        raise Refused(f"结束日期 {last} 早于开始日期 {first}，请改其中一个。", "last")
    number = (last - first).days + 1
    if number > LONGEST:
        raise Refused(f"从 {first} 到 {last} 有 {number} 天，一次最多 {LONGEST} 天。请核对日期。", "last")
    days = [ListedDay(first + datetime.timedelta(days=one), works, name, document) for one in range(number)]
    for one in days:
        refuse_day(one, clock.today())
    prefecture = by.area.prefecture
    _hold(prefecture)
    taken = sorted(_listed(prefecture, [one.day for one in days]).items())
    if taken:
        day, row = taken[0]
        raise Refused(f"{day} 已列为“{ListedDay.of(row).words}”。要改的请先移除，再添加。", "first")
    rows = Holiday.objects.bulk_create(Holiday(prefecture=prefecture, **vars(one)) for one in days)
    span = f"{first}" if number == 1 else f"{first} 至 {last}"
    note_change(by=by, kind=KIND, subject=f"节假日 {span}", text=f"添加 {number} 天：{days[0].words}", document=document)
    return rows


@transaction.atomic
def remove_day(*, by: Staff, holiday: Holiday, document: str) -> None:
    """A day follows the week again. Raises Refused without the document, and Holiday.DoesNotExist for another city's."""
    prefecture = by.area.prefecture
    _hold(prefecture)
    holiday = Holiday.objects.get(pk=holiday.pk, prefecture=prefecture)
    text = f"移除：{ListedDay.of(holiday).words}，原依据 {holiday.document}"
    note_change(by=by, kind=KIND, subject=f"节假日 {holiday.day}", text=text, document=document)
    holiday.delete()


@transaction.atomic
def import_days(*, by: Staff, days: list[ListedDay]) -> tuple[int, int]:
    """A whole list at once; answers how many days are new and how many changed. Raises Refused, saving nothing, for a day that cannot stand."""
    prefecture = by.area.prefecture
    for one in days:
        refuse_day(one, clock.today())
    _hold(prefecture)
    before = _listed(prefecture, [one.day for one in days])
    new = [one for one in days if one.day not in before]
    changed = [one for one in days if one.day in before and ListedDay.of(before[one.day]) != one]
    Holiday.objects.bulk_create(Holiday(prefecture=prefecture, **vars(one)) for one in new)
    for one in changed:
        Holiday.objects.filter(pk=before[one.day].pk).update(works=one.works, name=one.name, document=one.document)
    for document in dict.fromkeys(one.document for one in (*new, *changed)):
        _note_import(
            by, document, [one for one in new if one.document == document], [one for one in changed if one.document == document], before
        )
    return len(new), len(changed)


def _note_import(by: Staff, document: str, new: list[ListedDay], changed: list[ListedDay], before: dict[datetime.date, Holiday]) -> None:
    """One row a document: its days, and of each changed one what it was."""
    days = sorted(one.day for one in (*new, *changed))
    parts = [f"导入 {days[0]} 至 {days[-1]}：新增 {len(new)} 天、变更 {len(changed)} 天"]
    parts += [f"{one.day} {ListedDay.of(before[one.day]).words} → {one.words}" for one in changed]
    note_change(by=by, kind=KIND, subject=f"节假日 {days[0].year} 年", text="；".join(parts), document=document)
