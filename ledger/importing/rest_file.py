"""The lines still to be put right as a workbook of the same layout, each with what is wrong beside it. Pure."""

import datetime
import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from ledger.importing.columns import Day
from ledger.importing.keeping import Shown
from ledger.importing.layouts import PeopleList, columns_of
from ledger.importing.reader.cells import Broken, Cell, Number

RUNS = ("=", "+", "-", "@", "\t", "\r", "＝")
WIDTHS = {"id_number": 22, "address": 26, "native_place": 18, "remark": 20, "listed_on": 16, "disease": 18, "village_code": 16, "phone": 14}
WRONG = PatternFill("solid", fgColor="FBE8E6")
# What no workbook may hold: with one of these in it the office program opens nothing of the file.
CONTROLS = {code: None for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10, 13)}


def rest_workbook(people: PeopleList, rows: list[Shown], late: dict[str, str]) -> bytes:
    """The layout's own columns, so that the corrected file can be imported as it is; 原行号 and 说明 stand behind them."""
    columns = [name for name in columns_of(people.layout) if name in people.places]
    headings = [columns_of(people.layout)[name].column_name for name in columns]
    lines = {line.number: line for line in people.lines}
    days = [name for name in columns if isinstance(columns_of(people.layout)[name].widget, Day)]
    book = Workbook()
    sheet = book.active
    sheet.title = "待改"
    for place, heading in enumerate([*headings, "原行号", "说明"], 1):
        cell = sheet.cell(1, place, heading)
        cell.font, cell.alignment = Font(name="宋体", bold=True), Alignment(wrap_text=True, vertical="center")
    for number, row in enumerate(rows, 2):
        wrong = {heading for _, heading, _ in row.told}
        for place, name in enumerate(columns, 1):
            cell = lines[row.line].cells.get(name)
            _write(sheet, number, place, Day.shown(cell) if name in days else cell)
            if headings[place - 1] in wrong:
                sheet.cell(number, place).fill = WRONG
        _write(sheet, number, len(columns) + 1, str(row.line))
        sentences = [f"原 {cell} {heading}：{sentence}" for cell, heading, sentence in row.told] + [
            late[key] for key in (str(row.line),) if key in late
        ]
        _write(sheet, number, len(columns) + 2, "\n".join(sentences))
    for place, name in enumerate([*columns, "line", "why"], 1):
        sheet.column_dimensions[get_column_letter(place)].width = {"why": 70, "line": 8}.get(name, WIDTHS.get(name, 10))
    sheet.freeze_panes = "A2"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _write(sheet, row: int, column: int, value: Cell) -> None:
    """Text stays text, whatever it looks like: nothing runs in the program that opens it next."""
    cell = sheet.cell(row, column)
    cell.font, cell.alignment = Font(name="宋体"), Alignment(vertical="top", wrap_text=True)
    if isinstance(value, Number):
        value = value.text
    elif isinstance(value, Broken):
        value = "" if value.word == "公式" else value.word
    elif isinstance(value, datetime.date):
        value = value.isoformat()
    cell.value = (value or "").translate(CONTROLS)
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", (value or "").lstrip(" ").startswith(RUNS)
