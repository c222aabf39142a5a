"""F4's sheet: the head with unit and day, six columns, 填表人 and 联系电话 at the foot; who has not answered stands below."""

import datetime

from openpyxl import Workbook

from ledger.models import Division
from ledger.workbook import HEADING, TITLE, to_bytes, write, write_across
from reports.forms.f4 import HEADINGS, f4_payload
from reports.workbook.paper import fit_columns, fit_height, set_paper, write_lines

LEAST, MOST = (12, 26, 14, 16, 16, 26), (24, 44, 30, 18, 18, 48)
CENTRED = (1, 4, 5)  # Names and numbers.


def f4_of(division: Division, on: datetime.date) -> bytes:
    """The workbook of a county or of a city, as of a day."""
    return f4_workbook(f4_payload(division, on))


def f4_workbook(payload: dict) -> bytes:
    """The receipt drawn from its payload. Pure."""
    return to_bytes(f4_book(payload), title=payload["title"], day=datetime.date.fromisoformat(payload["on"]))


def f4_book(payload: dict) -> Workbook:
    """The same before it is saved."""
    book = Workbook()
    sheet = book.active
    sheet.title = "附件6"
    rows, on = payload["rows"], datetime.date.fromisoformat(payload["on"])
    widths = fit_columns(sheet, rows, LEAST, MOST)
    write_across(sheet, 1, 1, 6, payload["title"], font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, 3, f"{payload['unit']}(盖章)")
    write_across(sheet, 2, 4, 6, f"时间: {on.year} 年 {on.month} 月 {on.day} 日", across="right")
    sheet.row_dimensions[2].height = 26
    for column, text in enumerate(HEADINGS, start=1):
        write(sheet, 3, column, text, font=HEADING, across="center")
    sheet.row_dimensions[3].height = 26
    row = 4
    for values in rows:
        for column, value in enumerate(values, start=1):
            write(sheet, row, column, value, across="center" if column in CENTRED else "left")
        fit_height(sheet, row, values, widths, least=24)
        row += 1
    write_across(sheet, row, 1, 3, f"填表人: {payload['filler']}")
    write_across(sheet, row, 4, 6, f"联系电话: {payload['phone']}")
    sheet.row_dimensions[row].height = 28
    if payload["missing"]:
        write_lines(sheet, row + 1, 6, [f"还没有填报的单位 {len(payload['missing'])} 个：{'、'.join(payload['missing'])}。"])
    set_paper(sheet, landscape=True, repeat=(3, 3), footer=payload["title"])
    return book
