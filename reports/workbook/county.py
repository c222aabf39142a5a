"""A county's workbook: 附件1 with its list of treated patients, and 附件2."""

import datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.workbook import HEADING, TITLE, to_bytes, write, write_across
from reports.forms.supplement_words import supplement_lines
from reports.forms.wording import F2_HEADINGS, ROSTER_HEADINGS
from reports.workbook.f1_sheet import draw_f1
from reports.workbook.paper import fit_columns, fit_height, set_paper, write_lines

ROSTER_KEYS = ("name", "sex", "age", "diagnosis", "address", "id_number", "insurance_number")
F2_KEYS = ("disease", "number", "name", "sex", "age", "native_place", "id_number", "registered_on", "remark")
CENTRED = {"sex", "age", "number", "id_number", "registered_on", "insurance_number"}
DRAFT = "本表是草稿，尚未上报。"


def county_workbook(f1: dict, f2: dict, *, submitted: bool = True) -> bytes:
    """The workbook of one county and period from its two payloads; a draft says so under F1."""
    book = Workbook()
    first = book.active
    first.title = "附件1"
    draw_f1(first, f1, unit=f1["unit"], filler=f1["filler"], phone=f1["phone"], remarks=[] if submitted else [DRAFT])
    draw_roster(book.create_sheet("救治病人名单"), f1)
    draw_f2(book.create_sheet("附件2"), f2)
    return to_bytes(book, title=f1["title"], day=datetime.date.fromisoformat(f1["cut_off_on"]))


def draw_roster(sheet: Worksheet, payload: dict) -> None:
    """The list note 1 asks for, with exactly its columns."""
    people = payload["roster"]
    rows = [[person[key] for key in ROSTER_KEYS] for person in people]
    widths = fit_columns(sheet, rows, (10, 6, 6, 18, 24, 22, 24), (24, 6, 6, 40, 56, 24, 36))
    write_across(sheet, 1, 1, 7, "救治病人名单", font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, 7, f"{payload['unit']}　(统计截止日期：{payload['cut_off_on']})", across="center")
    sheet.row_dimensions[2].height = 26
    _heading_row(sheet, 3, ROSTER_HEADINGS, widths)
    _rows(sheet, 4, rows, ROSTER_KEYS, widths, "截止日没有已救治的病人。")
    set_paper(sheet, landscape=True, repeat=(3, 3), footer=f"{payload['unit']} {payload['period']}")


def draw_f2(sheet: Worksheet, payload: dict) -> None:
    """Annex 2: the heading row of the document over its nine columns; under it who is told of earlier months."""
    rows = [[_cell(key, person[key]) for key in F2_KEYS] for person in payload["rows"]]
    widths = fit_columns(sheet, rows, (22, 6, 10, 6, 6, 18, 22, 17, 24), (40, 6, 24, 6, 6, 32, 24, 17, 30))
    write_across(sheet, 1, 1, 9, payload["title"], font=TITLE, across="center")
    sheet.row_dimensions[1].height = 48
    write_across(sheet, 2, 1, 2, f"填报单位(盖章){payload['unit']}", grid=True)
    write_across(sheet, 2, 3, 8, "个人信息", font=HEADING, across="center", grid=True)
    write(sheet, 2, 9, f"联系电话:{payload['phone']}")
    fit_height(sheet, 2, [f"填报单位(盖章){payload['unit']}", f"联系电话:{payload['phone']}"], [widths[0] + widths[1], widths[8]], least=24)
    _heading_row(sheet, 3, F2_HEADINGS, widths)
    last = _rows(sheet, 4, rows, F2_KEYS, widths, "截止日没有这类人员。")
    write_lines(sheet, last, len(F2_KEYS), supplement_lines(payload))
    set_paper(sheet, landscape=True, repeat=(2, 3), footer=f"{payload['unit']} {payload['period']} 统计截止日期：{payload['cut_off_on']}")


def _cell(key: str, value):
    return datetime.date.fromisoformat(value) if key == "registered_on" else value


def _heading_row(sheet: Worksheet, row: int, headings: tuple[str, ...], widths: list[float]) -> None:
    for column, text in enumerate(headings, start=1):
        write(sheet, row, column, text, font=HEADING, across="center")
    fit_height(sheet, row, headings, widths, least=24)


def _rows(sheet: Worksheet, row: int, rows: list[list], keys: tuple[str, ...], widths: list[float], empty: str) -> int:
    """Answers the next free row."""
    for values in rows:
        for column, (key, value) in enumerate(zip(keys, values, strict=True), start=1):
            cell = write(sheet, row, column, value, across="center" if key in CENTRED else "left")
            if key == "registered_on":
                cell.number_format = "yyyy-mm-dd"
        fit_height(sheet, row, values, widths)
        row += 1
    return row if rows else write_lines(sheet, row, len(keys), [empty])
