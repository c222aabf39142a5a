"""F6's sheet: the eight columns of the annex, a row a violation, the first three columns merged down a county's rows."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.money import to_yuan
from ledger.workbook import BODY, HEADING, TITLE, to_bytes, write, write_across
from reports.forms.f6 import FILLER, PHONE, headings, month_of
from reports.forms.supplement_words import supplement_lines
from reports.workbook.paper import fit_columns, fit_height, set_paper, write_lines

COLUMNS = 8
# All eight fit across a sheet of A4 in letters that can be read: what is longer stands on several lines.
LEAST, MOST = (12, 18, 18, 12, 20, 16, 16, 24), (18, 18, 18, 16, 28, 22, 16, 34)
DRAFT = "本表是草稿，尚未上报。"


def f6_workbook(payload: dict, *, submitted: bool = True) -> bytes:
    """One county's workbook of a period; a draft says so at the foot."""
    return _bytes(f6_book(payload, submitted=submitted), payload)


def f6_book(payload: dict, *, submitted: bool = True) -> Workbook:
    """The same before it is saved."""
    return _book([payload], payload, filler=payload["filler"], phone=payload["phone"], remarks=[] if submitted else [DRAFT])


def f6_city_workbook(whole: dict) -> bytes:
    """The consolidated workbook of a period: every county beneath each other, and who has not submitted."""
    return _bytes(_book(whole["counties"], whole, filler="", phone="", remarks=whole["notes"]), whole)


def _book(counties: Sequence[dict], of: dict, *, filler: str, phone: str, remarks: list[str]) -> Workbook:
    book = Workbook()
    book.active.title = "先诊疗后付费汇总表"
    draw_f6(book.active, counties, of, filler=filler, phone=phone, remarks=remarks)
    return book


def _bytes(book: Workbook, of: dict) -> bytes:
    return to_bytes(book, title=of["title"], day=datetime.date.fromisoformat(of["cut_off_on"]))


def draw_f6(sheet: Worksheet, counties: Sequence[dict], of: dict, *, filler: str, phone: str, remarks: list[str]) -> None:
    """Title, headings, the counties' rows, 填报人 with 联系电话, 填报说明; ``remarks`` stand last."""
    lines = [_line(county, row) for county in counties for row in county["rows"] or [None]]
    widths = fit_columns(sheet, lines, LEAST, MOST)
    write_across(sheet, 1, 1, COLUMNS, of["title"], font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    head = headings(month_of(of["covers_from"]), month_of(of["period"]))
    for column, text in enumerate(head, start=1):
        write(sheet, 2, column, text, font=HEADING, across="center")
    fit_height(sheet, 2, head, widths, least=50)
    row = 3
    for county in counties:
        row = _county(sheet, row, county, widths)
    write_across(sheet, row, 1, 4, f"{FILLER}：{filler}" if filler else FILLER)
    write_across(sheet, row, 5, COLUMNS, f"{PHONE}{phone}")
    sheet.row_dimensions[row].height = 30
    carried = [f"{named}{line}" for county in counties for named, line in _carried(county, len(counties))]
    write_lines(sheet, row + 1, COLUMNS, [*of["explanation"], *carried, *remarks])
    set_paper(sheet, landscape=True, repeat=(2, 2), footer=f"{of['title']} {of['period']}")


def _carried(county: dict, counties: int) -> list[tuple[str, str]]:
    """What a county tells of earlier months; on the city's sheet each line says which county tells it."""
    return [(f"{county['county']['name']}　" if counties > 1 else "", line) for line in supplement_lines(county)]


def _line(county: dict, row: dict | None) -> list:
    """One printed line; a county without a violation has a 0 and nothing behind it."""
    told = ["", "", "", "", ""]
    if row:
        told = [row["name"], row["reason"], row["hospital"], to_yuan(row["amount_fen"]), row["remedy"]]
    return [county["county"]["name"], county["served"], county["violations"], *told]


def _county(sheet: Worksheet, first: int, county: dict, widths: list[float]) -> int:
    """A county's rows; answers the next free row."""
    lines = [_line(county, row) for row in county["rows"] or [None]]
    for offset, line in enumerate(lines):
        row = first + offset
        for column, value in enumerate(line[3:], start=4):
            cell = write(sheet, row, column, value, across="right" if column == 7 else "left")
            if isinstance(value, Decimal):
                cell.number_format = "#,##0.00"
        fit_height(sheet, row, line, widths, least=28)
    for column, value in enumerate(lines[0][:3], start=1):
        across = "left" if column == 1 else "center"
        if len(lines) == 1:
            write(sheet, first, column, value, font=BODY, across=across)
        else:
            write_across(sheet, first, column, column, value, rows=len(lines), grid=True, font=BODY, across=across)
    return first + len(lines)
