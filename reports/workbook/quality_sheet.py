"""质量控制表 as a workbook: the month's table as the page shows it, and the last months with native charts."""

import datetime
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from ledger.money import to_yuan
from ledger.workbook import BODY, HEADING, SHADE, STRONG, TITLE, to_bytes, write, write_across
from reports.quality import Line
from reports.quality_goals import Goal
from reports.quality_tally import Tally, cut
from reports.workbook.paper import fit_columns, fit_height, set_paper, write_lines

TITLE_WORDS = "大病专项救治医疗质量控制表"
HEADINGS = (
    "医院", "病种", "出院人次", "按路径完成", "退出路径", "平均等候（天）", "已结算人次", "平均费用（元）", "与限额比", "超限额人次", "与方案比", "平均住院日",
    "目录内药品费占比", "再入院人次",
)  # fmt: skip
MONTHLY = ("月份", "出院人次", "平均费用（元）", "平均住院日", "目录内药品费占比（%）", "再入院人次")


def quality_workbook(
    lines: Sequence[Line], months: Sequence[tuple[datetime.date, Tally]], goal: Goal, *, unit: str, month: datetime.date
) -> bytes:
    """Both sheets of a month."""
    book = Workbook()
    under = f"填报单位：{unit}　　{month.year} 年 {month.month} 月出院"
    first = book.active
    first.title = "质量控制表"
    _table(first, lines, goal, under, f"{unit} {month:%Y-%m}")
    _trend(book.create_sheet("各月趋势"), months, unit)
    return to_bytes(book, title=TITLE_WORDS, day=month)


def _number(value, digits: int) -> float | str:
    return round(float(value), digits) if value is not None else "—"


def _values(line: Line) -> list:
    tally = line.tally
    hospital = line.hospital.name if line.hospital else "合计"
    disease = str(line.disease) if line.disease else "小计" if line.hospital else ""
    return [
        hospital, disease, tally.stays, tally.followed, tally.left, _number(tally.average_wait, 1), tally.settled,
        to_yuan(tally.average_cost) if tally.average_cost is not None else "—", cut(tally.cost_to_limit, 1), tally.above_limit,
        cut(tally.cost_to_plan, 1), _number(tally.average_days, 1), cut(tally.catalogue_share) if tally.catalogue_share is not None else "不适用",
        tally.readmitted,
    ]  # fmt: skip


def _write_row(sheet: Worksheet, number: int, values: Sequence, widths: Sequence[float], *, strong: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = write(sheet, number, column, value, font=STRONG if strong else BODY, across="left" if column < 3 else "right")
        if column == 8 and not isinstance(value, str):
            cell.number_format = "#,##0.00"
        if strong:
            cell.fill = SHADE
    fit_height(sheet, number, [str(value) for value in values], widths)


def _table(sheet: Worksheet, lines: Sequence[Line], goal: Goal, under: str, footer: str) -> None:
    rows = [_values(line) for line in lines]
    widths = fit_columns(
        sheet,
        [[str(value) for value in row] for row in rows],
        (24, 14, 10, 11, 10, 14, 11, 15, 10, 11, 10, 11, 16, 11),
        (32, 24, *[18] * 12),
    )
    write_across(sheet, 1, 1, len(HEADINGS), TITLE_WORDS, font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, len(HEADINGS), under)
    sheet.row_dimensions[2].height = 24
    for column, words in enumerate(HEADINGS, start=1):
        write(sheet, 3, column, words, font=HEADING, across="center")
    fit_height(sheet, 3, HEADINGS, widths, least=36)
    number = 4
    for line, values in zip(lines, rows, strict=True):
        _write_row(sheet, number, values, widths, strong=line.disease is None)
        number += 1
    empty = [] if rows else ["这个月没有出院的患者。"]
    write_lines(sheet, number, len(HEADINGS), [*empty, *goal.notes()])
    set_paper(sheet, landscape=True, repeat=(3, 3), footer=footer)


def _trend(sheet: Worksheet, months: Sequence[tuple[datetime.date, Tally]], unit: str) -> None:
    for column, width in zip("ABCDEF", (14, 12, 17, 13, 22, 14), strict=True):
        sheet.column_dimensions[column].width = width
    write_across(sheet, 1, 1, len(MONTHLY), f"{unit}　各月趋势", font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    for column, words in enumerate(MONTHLY, start=1):
        write(sheet, 2, column, words, font=HEADING, across="center")
    for row, (month, tally) in enumerate(months, start=3):
        share = None if tally.catalogue_share is None else int(tally.catalogue_share * 10000) / 100
        cost = None if tally.average_cost is None else to_yuan(tally.average_cost)
        days = None if tally.average_days is None else round(float(tally.average_days), 1)
        for column, value in enumerate((f"{month.year} 年 {month.month} 月", tally.stays, cost, days, share, tally.readmitted), start=1):
            write(sheet, row, column, value, across="left" if column == 1 else "right")
    last = 2 + len(months)
    for place, (column, title) in enumerate(((2, "出院人次"), (3, "平均费用（元）"), (5, "目录内药品费占比（%）"))):
        chart = BarChart()
        chart.title, chart.legend, chart.height, chart.width = title, None, 6.2, 15
        chart.add_data(Reference(sheet, min_col=column, min_row=3, max_row=last))
        chart.set_categories(Reference(sheet, min_col=1, min_row=3, max_row=last))
        chart.x_axis.delete = chart.y_axis.delete = False
        sheet.add_chart(chart, f"A{last + 2 + place * 14}")
    set_paper(sheet, landscape=False, repeat=(2, 2), footer=f"{unit} 各月趋势")
