"""Proving that what was submitted is what is kept: every hash along its chain computed again, every workbook drawn again. Changes nothing."""

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from ledger.models import AuditEvent, Division
from ledger.protection import unseal
from reports.forms.payload import figures, rows_hash
from reports.models import ReturnEvent, Submission, WorkbookStamp
from reports.stamping import renderer, unpacked_cells
from reports.verifying_state import ACTIONS, Happened, state_differences
from reports.workbook.file import file_hash
from reports.workbook.form import Cells, cells_drawn, cells_hash, form_book, form_workbook

CHUNK = 50
MOMENT = datetime.timedelta(minutes=1)  # Between a submission and its row on the trail, written in one transaction.
NAMED = 20  # Cells of one workbook that are named one by one.


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was kept. A cell's numbers are told, its words are not: they are people's."""

    form: str
    county: str
    county_name: str
    period: str
    revision: int
    what: str
    sentence: str
    sheet: str = ""
    cell: str = ""

    @property
    def subject(self) -> str:
        where = f" {self.sheet}!{self.cell}" if self.cell else f" {self.sheet}" if self.sheet else ""
        return f"{self.county_name} {self.period} {self.form} 第 {self.revision} 次{where}"


@dataclass
class Verified:
    """What was looked at."""

    returns: int = 0
    frozen: int = 0
    workbooks: int = 0
    unstamped: list[str] = field(default_factory=list)


def verify(verified: Verified) -> Iterator[Difference]:
    """Every kept revision, due by due in the order of its chain, with the state that its events lead to and its rows on the trail; a
    frozen one with its stamps too.
    """
    last: Submission | None = None
    for chunk in _chunks(_kept()):
        stamps, trail, happened = _stamps(chunk), _on_the_trail(chunk), _happened(chunk)
        for kept in chunk:
            verified.returns += 1
            verified.frozen += kept.is_frozen
            before = last if last is not None and last.due_id == kept.due_id else None
            last = kept
            payload, found = _opened(kept)
            if payload is not None:
                found += list(_content(kept, payload))
                found += list(_workbooks(kept, payload, stamps[kept.pk], verified))
            yield from found
            yield from _chain(kept, before)
            yield from _trail(kept, [(told, at) for action, told, at in trail[kept.pk] if action == "submitted" and told])
            done = [ACTIONS[action] for action, *_ in trail[kept.pk]]
            for what, sentence in state_differences(kept.state, happened[kept.pk], done):
                yield _said(kept, what, sentence)
    yield from _gone()


def _kept() -> QuerySet[Submission]:
    rows = Submission.objects.everywhere("proof of what was submitted").select_related("due__county")
    # As it lies in the database: a text that cannot be opened is a difference, not the end.
    rows = rows.defer("payload", "checks").annotate(sealed=Cast("payload", TextField()))
    return rows.order_by("due__county__code", "due__form", "due__period", "due", "revision")


def _chunks(rows: QuerySet[Submission]) -> Iterator[list[Submission]]:
    chunk: list[Submission] = []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _stamps(chunk: Iterable[Submission]) -> dict[int, list[WorkbookStamp]]:
    found: dict[int, list[WorkbookStamp]] = defaultdict(list)
    rows = WorkbookStamp.objects.filter(submission__in=[kept.pk for kept in chunk if kept.is_frozen]).defer("cells")
    for row in rows.annotate(sealed=Cast("cells", TextField())).order_by("pk"):
        found[row.submission_id].append(row)
    return found


def _on_the_trail(chunk: Iterable[Submission]) -> dict[int, list[tuple[str, str, datetime.datetime]]]:
    """By the return's id what the trail says was done to it, in order: the action, the hash that it had then, and when."""
    found: dict[int, list[tuple[str, str, datetime.datetime]]] = defaultdict(list)
    rows = AuditEvent.objects.filter(action__in=ACTIONS, subject_type="submission", subject_id__in=[kept.pk for kept in chunk])
    for pk, action, detail, at in rows.order_by("id").values_list("subject_id", "action", "detail", "at"):
        found[pk].append((action, detail.get("hash", ""), at))
    return found


def _happened(chunk: Iterable[Submission]) -> dict[int, list[Happened]]:
    """By the return's id its own events, in order."""
    found: dict[int, list[Happened]] = defaultdict(list)
    rows = ReturnEvent.objects.everywhere("proof of what was submitted").filter(submission__in=[kept.pk for kept in chunk])
    for pk, *told in rows.order_by("pk").values_list("submission", "what", "before", "after"):
        found[pk].append(Happened(*told))
    return found


def _said(kept: Submission, what: str, sentence: str, sheet: str = "", cell: str = "") -> Difference:
    due = kept.due
    return Difference(due.form, due.county.code, due.county.name, f"{due.period:%Y-%m}", kept.revision, what, sentence, sheet, cell)


def _opened(kept: Submission) -> tuple[dict | None, list[Difference]]:
    try:
        return json.loads(unseal(kept.sealed)), []
    except (InvalidTag, ValueError):
        return None, [_said(kept, "payload", "封存的内容打不开，已经不是写入时的样子。")]


def _content(kept: Submission, payload: dict) -> Iterator[Difference]:
    """What is kept beside the content says the same as the content."""
    if rows_hash(payload, kept.previous_hash) != kept.rows_hash:
        yield _said(kept, "hash", "内容的散列与留存的不符，内容或散列改过。")
    due = kept.due
    head = (payload.get("form"), payload.get("county", {}).get("code"), payload.get("period"))
    if head != (due.form, due.county.code, f"{due.period:%Y-%m}"):
        yield _said(kept, "head", "内容写的报表、县（区）或期与应报的不同。")
        return
    told = figures(payload)
    if differing := [key for key, value in kept.figures.items() if told.get(key) != value]:
        yield _said(kept, "figures", f"另存的数字（{'、'.join(differing)}）与内容不符。")


def _chain(kept: Submission, before: Submission | None) -> Iterator[Difference]:
    """Each revision rests on the hash of the one before it, the first on none."""
    if kept.revision != (before.revision + 1 if before else 1):
        yield _said(kept, "chain", "前面少了一次修订。")
    elif kept.previous_hash != (before.rows_hash if before else ""):
        yield _said(kept, "chain", "前一修订的散列与前一次留存的不符。")


def _trail(kept: Submission, told: list[tuple[str, datetime.datetime]]) -> Iterator[Difference]:
    """The content and the hour of its submission, by which it is in time or late, are those that the trail wrote down."""
    if not kept.is_frozen or not told:
        return
    if kept.rows_hash not in [content for content, _ in told]:
        yield _said(kept, "trail", "散列与操作记录里上报时写下的不符。")
    if kept.submitted_at is None or all(abs(kept.submitted_at - at) > MOMENT for _, at in told):
        yield _said(kept, "trail", "上报时间与操作记录里的不符。")


def _gone() -> Iterator[Difference]:
    """What the trail says was submitted and is no more: no chain shows where its last revision is missing."""
    there = Submission.objects.everywhere("proof of what was submitted").filter(pk=OuterRef("subject_id"))
    rows = AuditEvent.objects.filter(~Exists(there), action="submitted", subject_type="submission").order_by("pk")
    names = dict(Division.objects.filter(code__in=rows.values("county_code")).values_list("code", "name"))
    for code, detail in rows.values_list("county_code", "detail"):
        form, period, revision = (detail.get(name, "") for name in ("form", "period", "revision"))
        sentence = "操作记录里有这次上报，报表却没有了。"
        yield Difference(form, code, names.get(code, code), period, revision or 0, "gone", sentence)


def _workbooks(kept: Submission, payload: dict, stamps: list[WorkbookStamp], verified: Verified) -> Iterator[Difference]:
    if not kept.is_frozen:
        return
    if not stamps:
        verified.unstamped.append(_said(kept, "", "").subject)
        return
    try:
        book = form_book(payload)
        drawn, content = cells_drawn(book), form_workbook(payload, book)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield _said(kept, "workbook", "按内容画不出工作簿，内容缺了东西。")
        return
    for stamp in stamps:
        verified.workbooks += 1
        yield from _compared(kept, stamp, drawn, content)


def _compared(kept: Submission, stamp: WorkbookStamp, drawn: Cells, content: bytes) -> Iterator[Difference]:
    """Cell by cell; and, under the renderer that made the stamp, byte by byte."""
    try:
        stamped = unpacked_cells(unseal(stamp.sealed)) if stamp.sealed else {}
    except (InvalidTag, ValueError):
        yield _said(kept, "stamp", "工作簿单元格的留存打不开，已经不是写入时的样子。")
        return
    if cells_hash(stamped) != stamp.cells_hash:
        yield _said(kept, "stamp", "工作簿单元格的散列与留存的单元格不符，留存改过。")
    cells = list(_cells(kept, stamped, drawn))
    yield from cells[:NAMED]
    if len(cells) > NAMED:
        yield _said(kept, "cells", f"另有 {len(cells) - NAMED} 个单元格与上报时不同。")
    if not cells and stamp.renderer == renderer() and (file_hash(content), len(content)) != (stamp.file_hash, stamp.size):
        yield _said(kept, "file", "重画的文件与上报时的字节不同，单元格都相同。")


def _cells(kept: Submission, stamped: Cells, drawn: Cells) -> Iterator[Difference]:
    for sheet in dict.fromkeys([*stamped, *drawn]):
        before, after = stamped.get(sheet, {}), drawn.get(sheet, {})
        for cell in sorted({*before, *after}, key=_place):
            was, now = before.get(cell), after.get(cell)
            if was != now:
                yield _said(kept, "cells", _cell_words(was, now), sheet, cell)


def _place(cell: str) -> tuple[int, int, str]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), len(letters), letters


def _cell_words(was: str | None, now: str | None) -> str:
    numbers = [text[2:] for text in (was, now) if text and text.startswith("n:")]
    if len(numbers) == 2:
        return f"上报时是 {numbers[0]}，重画是 {numbers[1]}。"
    return "重画时没有了。" if now is None else "上报时没有。" if was is None else "文字与上报时不同。"
