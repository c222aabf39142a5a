"""A list of holidays as a file: read into rows, looked through before anything is written, and the empty one to fill in."""

import datetime
from dataclasses import dataclass

from openpyxl import Workbook

from ledger.actions.holidays import ListedDay, refuse_day
from ledger.actions.refusals import Refused
from ledger.forms import read_day
from ledger.importing.reader.cells import Cell, text_of
from ledger.importing.reading import FILE, MEGABYTE, Limits, read_list
from ledger.models import Division, Holiday
from ledger.workbook import BODY, HEADING, SHADE, set_page, to_bytes, write

LIMITS = Limits(size=2 * MEGABYTE, unpacked=20 * MEGABYTE)
ROW_LIMIT = 400
HEADINGS = ("日期", "名称", "休息/上班", "依据")
RESTS, WORKS = {"休息", "放假", "休"}, {"上班", "调休上班", "补班", "班"}
EXAMPLE = [
    ("2018-02-15", "春节", "休息", "国办发明电〔2017〕12号"),
    ("2018-02-24", "春节", "上班", "国办发明电〔2017〕12号"),
]


@dataclass
class HolidayRow:
    """A line of the list: what it says, and what becomes of it (new, changed, unchanged or refused, with the sentence)."""

    line: int
    texts: tuple[str, ...]
    listed: ListedDay | None = None
    result: str = "refused"
    message: str = ""
    before: str = ""

    @property
    def kept(self) -> list:
        """As it travels from the preview to the import."""
        return [self.line, list(self.texts)]


def read_holiday_file(name: str, content: bytes) -> list[HolidayRow]:
    """The lines of a .csv or .xlsx file with the four columns. Raises Refused with what is wrong with the file."""
    table = read_list(name, content, LIMITS)
    heading = next((place for place, cells in enumerate(table[:10]) if set(HEADINGS) <= set(map(_flat, cells))), None)
    if heading is None:
        raise Refused("没有找到“日期”“名称”“休息/上班”“依据”四个列名。请下载模板，照模板填写。", FILE)
    names = [_flat(cell) for cell in table[heading]]
    places = [names.index(column) for column in HEADINGS]
    rows = []
    for line, cells in enumerate(table[heading + 1 :], heading + 2):
        padded = [*cells, *[None] * len(names)]
        texts = tuple(text_of(padded[place]) for place in places)
        if any(texts):
            rows.append(HolidayRow(line, texts))
    if not rows:
        raise Refused("列名下面没有内容。请核对文件。", FILE)
    if len(rows) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 行，这个文件有 {len(rows)} 行。请分次导入。", FILE)
    return rows


def _flat(cell: Cell) -> str:
    return "".join(text_of(cell).split())


def _meant(texts: tuple[str, ...], today: datetime.date) -> ListedDay:
    """What a line says. Raises Refused with the sentence."""
    day, name, kind, document = texts
    try:
        read = read_day(day)
    except ValueError as error:
        raise Refused(f"日期填的是“{day[:20]}”。{error}" if day else "日期是空的，请填写。") from None
    if kind not in RESTS | WORKS:
        raise Refused(f"“休息/上班”一列请填“休息”或“上班”，现在是“{kind[:20]}”。" if kind else "“休息/上班”一列是空的，请填写。")
    one = ListedDay(read, kind in WORKS, name, document)
    refuse_day(one, today)
    return one


def look_through(prefecture: Division, rows: list[HolidayRow], today: datetime.date) -> list[HolidayRow]:
    """What would become of every line; nothing is written."""
    first_line: dict[datetime.date, int] = {}
    for row in rows:
        try:
            row.listed = _meant(row.texts, today)
            first = first_line.setdefault(row.listed.day, row.line)
            if first != row.line:
                raise Refused(f"和第 {first} 行是同一天，请只留一行。")
        except Refused as refused:
            row.listed, row.message = None, refused.message
    good = [row for row in rows if row.listed]
    held = Holiday.objects.filter(prefecture=prefecture, day__in=[row.listed.day for row in good])
    known = {one.day: ListedDay.of(one) for one in held}
    for row in good:
        before = known.get(row.listed.day)
        row.result = "new" if before is None else "unchanged" if before == row.listed else "changed"
        row.before = f"{before.words}，{before.document}" if before else ""
    return rows


def template(day: datetime.date) -> bytes:
    """The empty list with two example lines; every cell is text, so that no office program turns a date into a number."""
    book = Workbook()
    sheet = book.active
    sheet.title = "节假日"
    for column, (heading, width) in enumerate(zip(HEADINGS, (16, 16, 14, 32), strict=True), start=1):
        write(sheet, 1, column, heading, font=HEADING, across="center").fill = SHADE
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    for line, texts in enumerate(EXAMPLE, start=2):
        for column, text in enumerate(texts, start=1):
            write(sheet, line, column, text)
    for line in range(2 + len(EXAMPLE), 60):
        for column in range(1, len(HEADINGS) + 1):
            cell = sheet.cell(line, column)
            cell.number_format, cell.font = "@", BODY
    sheet.freeze_panes = "A2"
    set_page(sheet, landscape=False, first=1, last=1, footer="节假日")
    return to_bytes(book, title="节假日导入模板", day=day)
