"""与已上报数据的差异: every cell that would be another today, who came and who went, and what was recorded of them since; nothing is changed by it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import CaseEvent, Staff
from ledger.money import grouped
from reports.differences import LISTED, ROSTER, CellChange, holds_words, label_of, words_of
from reports.forms.supplement_words import month_words
from reports.forms.wording import TOTAL
from reports.models import DEFERRAL, Submission
from reports.since_submitted import Since, carried_by, reasons, since_submitted
from reports.submission_moves import CORRECTED
from reports.views.kinds import PEOPLE, ReturnKind
from reports.views.lists import Listed, Page, listed, page_of
from reports.views.reach import county_in_reach
from reports.views.return_frame import return_frame
from reports.views.return_page import ReturnPage, read_return


@dataclass(frozen=True)
class CellRow:
    """One line of the table."""

    row: str
    column: str
    was: str
    now: str
    by: str
    came: int
    went: int


@dataclass(frozen=True)
class Block:
    """One form of one period: in its heading up to which day both sides are counted, in a sentence how it stands, and its cells.

    ``correcting`` says of a return in correction up to which day its new draft counts, where there is one.
    """

    form: str
    title: str
    heading: str
    line: str
    on: datetime.date
    told_at: datetime.datetime
    changes: list[CellChange]
    rows: dict[int, dict] = field(default_factory=dict)
    correcting: str = ""

    @property
    def cells(self) -> list[CellRow]:
        return [_cell_row(self, change) for change in self.changes]

    def person(self, one: int) -> int | None:
        """Whose it is: in F6 the deposit's."""
        return one if self.form not in DEFERRAL else self.rows[one]["person"] if one in self.rows else None


@dataclass(frozen=True)
class Mover:
    """One person who came or went: in which cells, and what was recorded since."""

    shown: Listed
    words: list[str]
    reasons: list[CaseEvent | str]


def differences(request: HttpRequest, kind: ReturnKind, period: datetime.date, code: str) -> HttpResponse:
    """The tab: what was submitted against the ledger of today; before anything is submitted, what the draft tells of earlier periods."""
    request.nav_name = kind.index
    county = county_in_reach(request.user, code)
    if kind == PEOPLE:  # Whom a bureau names is told anew whenever it changes.
        raise Http404
    try:
        page = read_return(request.user, kind, county, period, with_checks=False)
    except Refused:
        raise Http404 from None
    since = since_submitted(county, period, kind.forms)
    blocks = [_submitted(one, page) for one in since] + _carried(page, {one.form for one in since})
    people = _people(blocks)
    shown = page_of(request, len(people))
    movers = _movers(request.user, page, blocks, people, shown)
    if movers:
        told = {
            "form": "、".join(kind.forms),
            "period": f"{period:%Y-%m}",
            "what": "与已上报数据的差异",
            "people": len(people),
            "from": shown.first,
        }
        record("viewed_list", by=request.user, county=county, detail=told)
    counts = (
        {"f2": len(page.returns["F2"].payload["rows"]), "roster": len(page.returns["F1"].payload["roster"])} if "F2" in page.returns else {}
    )
    context = {
        "blocks": blocks,
        "submitted": bool(since),
        "differing": sum(len(block.changes) for block in blocks),
        "movers": movers,
        "page": shown,
        "counts": counts,
    }
    return render(request, "reports/differences.html", return_frame(page, "differences") | context)


def _submitted(one: Since, page: ReturnPage) -> Block:
    kept, on = one.kept, one.kept.cut_off_on
    line = f"{timezone.localtime(kept.submitted_at):%Y-%m-%d %H:%M} 由{kept.submitted_by.full_name}上报（第 {kept.revision} 次）。"
    line += f"按现在的台账，有 {len(one.changes)} 格不同。{_what_becomes_of_it(one)}" if one.changes else f"算到 {on}，与现在的台账一致。"
    if kept.state not in CORRECTED:
        heading = f"{one.form}　上报时和现在，都算到统计截止日期 {on}"
        return Block(one.form, one.form, heading, line, on, kept.built_at, one.changes, one.rows)
    heading = f"{one.form} 正在更正：以下仍按原来上报的统计截止日期 {on} 比"
    return Block(one.form, one.form, heading, line, on, kept.built_at, one.changes, one.rows, _of_the_draft(one, page))


def _of_the_draft(one: Since, page: ReturnPage) -> str:
    """Up to which day the correction counts, so that nobody takes this table for what will be submitted."""
    draft = page.states[one.form].submission
    if draft is None or draft.revision == one.kept.revision:
        return "还没有生成更正草稿。更正草稿按生成那一天的台账重新算。"
    on, was = draft.cut_off_on, one.kept.cut_off_on
    so = f"比这里多算 {(on - was).days} 天" if on > was else "和这里同一天"
    return f"更正草稿算到 {on}，{so}；要重新上报的数字以草稿为准，逐格改了什么看“经过”。"


def _what_becomes_of_it(one: Since) -> str:
    if one.kept.state in CORRECTED:
        return "更正后的报表按现在的台账。"
    told = carried_by(one)
    periods = "、".join(f"{period.year} 年 {period.month} 月" for period in told.periods)
    if told.whole:
        return f"上报的数字不再变动，这些差异已随 {periods}补报。"
    return "上报的数字不再变动，这些差异" + (f"一部分已随 {periods}补报，其余" if periods else "") + "随下一期补报。"


def _carried(page: ReturnPage, submitted: set[str]) -> list[Block]:
    """What the drafts of forms not submitted yet tell of earlier periods. One query."""
    entries = [
        (form, entry) for form, found in page.returns.items() if form not in submitted for entry in found.payload.get("supplement", ())
    ]
    hashes = {entry["of"] for _, entry in entries}
    kept = Submission.objects.visible_to(page.staff).filter(rows_hash__in=hashes).only("rows_hash", "built_at") if hashes else []
    built = {one.rows_hash: one.built_at for one in kept}
    blocks = []
    for form, entry in entries:
        on, month = datetime.date.fromisoformat(entry["cut_off_on"]), month_words(entry["covers_from"], entry["period"])
        changes = [CellChange(cell["place"], cell["was"], cell["now"], tuple(cell["came"]), tuple(cell["went"])) for cell in entry["cells"]]
        rows = {row["deposit"]: row for row in entry["rows"] if "deposit" in row}
        line = f"已上报的数字不再变动，这 {len(changes)} 格随本期补报。"
        heading = f"{form} {month}　上报时和现在，都算到统计截止日期 {on}"
        blocks.append(Block(form, f"{form} {month}", heading, line, on, built[entry["of"]], changes, rows))
    return blocks


def _cell_row(block: Block, change: CellChange) -> CellRow:
    row, column = label_of(block.form, change.place)
    if row.isdecimal():
        row = block.rows[int(row)]["name"] if int(row) in block.rows else f"第 {row} 笔押金"
    was, now, by = change.was, change.now, "改动"
    if change.place.endswith("|amount_fen"):
        was, now, by = grouped(int(was)), grouped(int(now)), "改动"
    elif not holds_words(change.place):
        by = f"{change.by:+d}".replace("-", "−") if change.by else "0"
    return CellRow(row, column, was, now, by, len(change.came), len(change.went))


def _people(blocks: Iterable[Block]) -> list[int]:
    """Whoever came or went anywhere, each once."""
    found = (block.person(one) for block in blocks for change in block.changes for one in (*change.came, *change.went))
    return list(dict.fromkeys(person for person in found if person is not None))


def _movers(staff: Staff, page: ReturnPage, blocks: list[Block], people: list[int], shown: Page) -> list[Mover]:
    """The people of this stretch of the list. Ten queries, however many they are."""
    ids = people[shown.first : shown.last]
    if not ids:
        return []
    on = max(block.on for block in blocks)
    why = reasons(page.county, ids, min(block.told_at for block in blocks), on, page.kind.forms)
    words: dict[int, list[str]] = {}
    for block in blocks:
        for person, told in _words(block).items():
            words.setdefault(person, []).append(told)
    return [Mover(one, words.get(pk, []), why.get(pk, [])) for pk, one in zip(ids, listed(staff, ids, on), strict=True)]


def _words(block: Block) -> dict[int, str]:
    """Person → the cells that they came into and left, the sums over all rows left out where a row says it."""
    cells: dict[int, dict[bool, list[tuple[str, str]]]] = {}
    for change in block.changes:
        for came, ones in ((True, change.came), (False, change.went)):
            for person in {block.person(one) for one in ones} - {None}:
                cells.setdefault(person, {}).setdefault(came, []).append((change.place, "".join(words_of(block.form, change.place))))
    return {
        person: f"{block.title}：" + "；".join(_signed(came, places) for came, places in told.items()) for person, told in cells.items()
    }


def _signed(came: bool, places: list[tuple[str, str]]) -> str:
    own = [label for place, label in places if not place.startswith((f"{TOTAL}|", f"{ROSTER}|{LISTED}"))]
    return ("增加到" if came else "退出") + "、".join(own or [label for _, label in places])
