"""住院欠费 as a workbook: how long what is owed has been owed, hospital by hospital, and the list of who owes it."""

import datetime
from collections.abc import Sequence
from math import ceil

from openpyxl import Workbook

from hospitals.models import Repayment
from hospitals.owing import BUCKETS, Line
from ledger.money import to_yuan
from ledger.workbook import BODY, HEADING, SHADE, STRONG, TITLE, set_page, to_bytes, width_of, write, write_across

HEADINGS = ["医院", "人次", *(f"{words}（元）" for _, words, *_ in BUCKETS), "合计（元）", "逾期（人次）"]
LIST = (
    "序号", "姓名", "县（区）", "医院", "病种", "出院日期", "出院天数", "个人自付（元）", "出院时已付（元）", "已还（元）", "尚欠（元）", "还款协议", "逾期自",
)  # fmt: skip
MONEY, LINE = "#,##0.00", 17.0


def _row(sheet, number: int, values: Sequence, widths: Sequence[int], *, font=BODY, shade: bool = False, centred: bool = False) -> None:
    lines = 1
    for column, value in enumerate(values, start=1):
        across = "center" if centred or isinstance(value, (datetime.date, int)) else "left" if isinstance(value, str) else "right"
        cell = write(sheet, number, column, value, font=font, across=across)
        if not isinstance(value, str) and value is not None:
            cell.number_format = "yyyy-mm-dd" if isinstance(value, datetime.date) else "0" if isinstance(value, int) else MONEY
        if shade:
            cell.fill = SHADE
        lines = max(lines, ceil(width_of(value if isinstance(value, str) else "") / max(widths[column - 1] - 3, 1)))
    sheet.row_dimensions[number].height = max(22, lines * LINE + 4)


def _sheet(sheet, title: str, under: str, headings: Sequence[str], widths: Sequence[int], footer: str) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[chr(64 + column)].width = width
    write_across(sheet, 1, 1, len(widths), title, font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, len(widths), under)
    sheet.row_dimensions[2].height = 22
    _row(sheet, 3, headings, widths, font=HEADING, centred=True)
    set_page(sheet, landscape=True, first=3, last=3, footer=footer)
    sheet.freeze_panes = "A4"


def _figures(line: Line, name: str) -> list:
    return [name, line.people, *(to_yuan(amount) for _, amount in line.columns), to_yuan(line.total), line.late]


def owed_workbook(lines: Sequence[Line], whole: Line, rows: Sequence[Repayment], *, unit: str, day: datetime.date) -> bytes:
    """The two sheets. Days count from the discharge to ``day``, both sheets sum to the same fen."""
    book = Workbook()
    title = "先诊疗后付费住院欠费账龄"
    under = f"填报单位：{unit}　　截至：{day}　　账龄按出院至截至日的天数"
    widths = (34, 9, 16, 16, 16, 16, 16, 17, 12)
    first = book.active
    first.title = "账龄"
    _sheet(first, title, under, HEADINGS, widths, f"{unit} {title}")
    for number, line in enumerate([*lines, whole], start=4):
        last = line is whole
        _row(first, number, _figures(line, "合计" if last else line.hospital.name), widths, font=STRONG if last else BODY, shade=last)
    _list(book.create_sheet("名单"), rows, under, f"{unit} {title}", day)
    return to_bytes(book, title=title, day=day)


def _list(sheet, rows: Sequence[Repayment], under: str, footer: str, day: datetime.date) -> None:
    widths = (7, 12, 12, 26, 16, 13, 10, 16, 17, 14, 14, 22, 13)
    _sheet(sheet, "先诊疗后付费住院欠费名单", under, LIST, widths, footer)
    for number, row in enumerate(rows, start=1):
        stay = row.stay
        agreed = f"{row.signed_on} 签" if row.signed_on else "未签"
        values = [
            number, stay.case.person.name, stay.case.county.label, stay.hospital.name, str(stay.case.disease), stay.discharged_on,
            (day - stay.discharged_on).days, row.self_pay_yuan, row.paid_yuan, row.repaid_yuan, row.still, agreed, row.late_on or "—",
        ]  # fmt: skip
        _row(sheet, number + 3, values, widths)
    whole = sum((row.still for row in rows), to_yuan(0))
    _row(sheet, len(rows) + 4, ["合计", *[""] * 9, whole, "", ""], widths, font=STRONG, shade=True)
