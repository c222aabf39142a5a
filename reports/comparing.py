"""A county's workbook as it came back by mail against what the ledger gives: sheet by sheet, line by line, cell by cell. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from ledger.importing.reader.cells import Sheet, Table, column_letters, text_of
from ledger.protection import mask_id_number, mask_phone

# Where each sheet's headings stand, rows from 0; the ones above it are told by their place alone.
HEADING_ROWS = {"附件1": (4, 3), "救治病人名单": (2,), "附件2": (2,), "先诊疗后付费汇总表": (1,), "附件6": (2,)}
MONTH_SHEETS, DEFERRAL_SHEET, CONTACT_SHEET = ("附件1", "救治病人名单", "附件2"), "先诊疗后付费汇总表", "附件6"
DRAFT_LINE = "本表是草稿"
NUMBERING = "序号"  # It follows from the lines.
_ID, _PHONE = re.compile(r"\d{17}[\dXx]"), re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-\d{7,8})(?!\d)")
_UNIT = re.compile(r"填报单位[(（]盖章[)）](.+)|([^(（]+)[(（]盖章[)）]")
_DAY = re.compile(r"时间[:：]\s*(\d{4})\s*年\s*(\d{1,2})\s*月")

Row = tuple[str, ...]


@dataclass(frozen=True)
class CellDifference:
    """One cell: where it stands in the file, what it is, what the ledger says and what the file says; masked."""

    place: str
    label: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class LineDifference:
    """A whole line that only one of the two has; ``place`` is its row there."""

    place: str
    text: str
    extra: bool


@dataclass
class SheetComparison:
    """One sheet. ``cells`` is how many were compared."""

    name: str
    cells: int = 0
    changed: list[CellDifference] = field(default_factory=list)
    lines: list[LineDifference] = field(default_factory=list)
    hidden: bool = False

    @property
    def number(self) -> int:
        return len(self.changed) + len(self.lines)


@dataclass
class Comparison:
    """All sheets; ``missing`` are those of ours that the file lacks, ``extra`` those that only it has."""

    sheets: list[SheetComparison]
    missing: list[str]
    extra: list[str]

    @property
    def number(self) -> int:
        return sum(sheet.number for sheet in self.sheets) + len(self.missing)

    @property
    def cells(self) -> int:
        return sum(sheet.cells for sheet in self.sheets)


def compare(ours: Table, theirs: Table) -> Comparison:
    """Sheets by their names. A line that only moved is no difference; blanks around a text and how a number is stored are none either."""
    known = {sheet.name.strip(): sheet for sheet in theirs.sheets}
    names = [sheet.name for sheet in ours.sheets]
    sheets = [_sheet(sheet, known[sheet.name]) for sheet in ours.sheets if sheet.name in known]
    return Comparison(sheets, [name for name in names if name not in known], [name for name in known if name not in names])


def _rows(sheet: Sheet, skip: int | None) -> dict[int, Row]:
    """The lines with something in them by their place; trailing blanks, the numbering and the draft's word are left out."""
    found = {}
    for number, row in enumerate(sheet.rows):
        texts = ["" if place == skip else text_of(cell) for place, cell in enumerate(row)]
        while texts and not texts[-1]:
            texts.pop()
        if texts and not texts[0].startswith(DRAFT_LINE):
            found[number] = tuple(texts)
    return found


def _sheet(ours: Sheet, theirs: Sheet) -> SheetComparison:
    heads = HEADING_ROWS.get(ours.name, ())
    headings = _headings(ours, heads)
    skip = headings.index(NUMBERING) if NUMBERING in headings else None
    told = SheetComparison(ours.name, hidden=bool(theirs.hidden or theirs.hidden_rows or theirs.hidden_columns))
    first, second = _rows(ours, skip), _rows(theirs, skip)
    told.cells = sum(len([text for text in row if text]) for row in first.values())
    pairs, missing, extra = _paired(first, second)
    for mine, row, number in pairs:
        told.changed += _cells(mine, row, number, headings, max(heads, default=0))
    told.lines += [LineDifference(f"原第 {number + 1} 行", _line_words(row), False) for number, row in missing.items()]
    told.lines += [LineDifference(f"第 {number + 1} 行", _line_words(row), True) for number, row in extra.items()]
    return told


def _headings(sheet: Sheet, heads: Sequence[int]) -> list[str]:
    """What stands above each column: the lowest heading row that says something."""
    width = max((len(row) for row in sheet.rows), default=0)
    found = [""] * width
    for number in reversed(heads):
        for column, cell in enumerate(sheet.rows[number] if number < len(sheet.rows) else []):
            found[column] = text_of(cell) or found[column]
    return found


def _id_of(row: Row) -> str:
    return next((text for text in row if _ID.fullmatch(text)), "")


# How a line of ours is found again, the surest way first.
_KEYS: tuple[Callable[[Row], Row | None], ...] = (
    lambda row: row,
    lambda row: (row[0], _id_of(row)) if _id_of(row) else None,
    lambda row: (_id_of(row),) if _id_of(row) else None,
    lambda row: tuple(text for text in row if not _ID.fullmatch(text)) if _id_of(row) else None,  # The number itself was mistyped.
    lambda row: (row[0],) if row[0] and not _id_of(row) else None,
)
Lines = dict[int, Row]  # By their place.


def _paired(ours: Lines, theirs: Lines) -> tuple[list[tuple[Row, Row, int]], Lines, Lines]:
    """Lines that belong together (ours, theirs, its place) in the file's order; ours without one, and theirs without one."""
    mine, told = list(ours), list(theirs)
    pairs = []
    matcher = SequenceMatcher(None, list(ours.values()), list(theirs.values()), autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        pairs += zip(mine[a : a + size], told[b : b + size], strict=True)
    left, right = dict(ours), dict(theirs)
    for key_of in _KEYS:
        for place, number in pairs:
            left.pop(place, None), right.pop(number, None)
        waiting: dict[Row, list[int]] = {}
        for place, row in reversed(left.items()):
            if (key := key_of(row)) is not None:
                waiting.setdefault(key, []).append(place)
        for number, row in right.items():
            key = key_of(row)
            if key is not None and waiting.get(key):
                pairs.append((waiting[key].pop(), number))
    for place, number in pairs:
        left.pop(place, None), right.pop(number, None)
    typed_over = [place for place in left if place in right and _alike(left[place], right[place])]
    pairs += [(place, place) for place in typed_over]
    for place in typed_over:
        del left[place], right[place]
    return sorted(((ours[place], theirs[number], number) for place, number in pairs), key=lambda pair: pair[2]), left, right


def _alike(ours: Row, theirs: Row) -> bool:
    """Whether two lines in the same place are one that was typed over: a sentence, or a line of which half still stands."""
    same = sum(a == b != "" for a, b in zip(ours, theirs, strict=False))
    filled = max(sum(text != "" for text in row) for row in (ours, theirs))
    return len(ours) == len(theirs) == 1 or 2 * same >= filled


def _cells(ours: Row, theirs: Row, number: int, headings: list[str], last_head: int) -> list[CellDifference]:
    found = []
    for column in range(max(len(ours), len(theirs))):
        mine, told = (row[column] if column < len(row) else "" for row in (ours, theirs))
        if mine == told:
            continue
        heading = headings[column] if column < len(headings) and number > last_head else ""
        title = ours[0] if column and ours[0] != mine else ""
        label = "　".join(part for part in (title, heading) if part)
        found.append(CellDifference(f"{column_letters(column)}{number + 1}", label, *_told_apart(mine, told)))
    return found


def masked(text: str) -> str:
    """A text with the ID and phone numbers in it masked."""
    return _PHONE.sub(lambda found: mask_phone(found[0]), _ID.sub(lambda found: mask_id_number(found[0]), text))


def _told_apart(ours: str, theirs: str) -> tuple[str, str]:
    """Both texts masked; where the mask hides the difference, the digits that differ are named by their place."""
    shown, other = masked(ours), masked(theirs)
    if shown != other:
        return shown or "（空）", other or "（空）"
    places = [str(place) for place, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1) if a != b]
    return shown, f"{other}（第 {'、'.join(places)} 位不同）"


def _line_words(row: Row) -> str:
    words = masked("　".join(text for text in row if text))
    return words if len(words) <= 80 else words[:79] + "…"


def unit_and_day(table: Table) -> tuple[str, str]:
    """What the file says of itself: 填报单位 and the month of the cut-off (``2017-10``), "" where it does not.

    F4 names its unit before the seal and writes its day out: ``柳城县卫生和计划生育局(盖章)``, ``时间: 2017 年 10 月 20 日``.
    """
    unit = month = ""
    for sheet in table.sheets:
        for row in sheet.rows[:4]:
            for cell in row:
                text = text_of(cell)
                unit = unit or (found[1] or found[2] if (found := _UNIT.fullmatch(text)) else "").strip()
                month = month or (found[1] if (found := re.search(r"统计截止日期[:：]\s*(\d{4}-\d{2})-\d{2}", text)) else "")
                month = month or (f"{found[1]}-{int(found[2]):02d}" if (found := _DAY.match(text)) else "")
    return unit, month
