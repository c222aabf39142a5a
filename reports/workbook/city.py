"""The city's workbook: 汇总 in F1's layout, the matrix county × row, the progress with its chart, one sheet a county."""

import datetime
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ledger.workbook import BODY, HEADING, SHADE, STRONG, TITLE, to_bytes, write, write_across
from reports.forms.consolidation import CountyReturn, consolidate
from reports.forms.wording import TOTAL
from reports.workbook.f1_sheet import draw_f1
from reports.workbook.paper import set_paper, write_lines

COUNTY, STATE, PREFECTURE = "县（区）", "上报", "全市"
SUBMITTED, MISSING = "已报", "未上报"
NOT_SUBMITTED = "未上报，本表按草稿。"
FORBIDDEN_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", ""))


def city_workbook(returns: Sequence[CountyReturn], *, unit: str) -> bytes:
    """The consolidated workbook of one period, from the F1 payloads of every county."""
    whole = consolidate(returns)
    book = Workbook()
    first = book.active
    first.title = "汇总"
    draw_f1(first, whole, unit=unit, filler="", phone="")
    draw_matrix(book.create_sheet("县×病种"), returns, whole)
    draw_progress(book.create_sheet("救治进度"), returns, whole)
    for found in returns:
        payload = found.payload
        sheet = book.create_sheet(found.name.translate(FORBIDDEN_IN_SHEET_NAMES)[:31])
        remarks = [] if found.submitted else [NOT_SUBMITTED]
        draw_f1(sheet, payload, unit=payload["unit"], filler=payload["filler"], phone=payload["phone"], remarks=remarks)
    return to_bytes(book, title=whole["title"], day=datetime.date.fromisoformat(whole["cut_off_on"]))


def _title(sheet: Worksheet, columns: int, text: str, whole: dict) -> None:
    write_across(sheet, 1, 1, columns, text, font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, columns, f"(统计截止日期：{whole['cut_off_on']})", across="center")
    sheet.row_dimensions[2].height = 26


def draw_matrix(sheet: Worksheet, returns: Sequence[CountyReturn], whole: dict) -> None:
    """County by county and row by row: registered-poor persons and how many of them are treated."""
    names = [row["name"] for row in whole["rows"]]
    columns = 2 + 2 * (len(names) + 1)
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = {1: 20, 2: 9}.get(column, 9.5)
    _title(sheet, columns, f"{whole['city']}各县（区）建档立卡患者救治情况", whole)
    style = {"font": HEADING, "across": "center", "grid": True}
    write_across(sheet, 3, 1, 1, COUNTY, rows=2, **style)
    write_across(sheet, 3, 2, 2, STATE, rows=2, **style)
    for index, name in enumerate([*names, TOTAL]):
        write_across(sheet, 3, 3 + 2 * index, 4 + 2 * index, name, **style)
        write(sheet, 4, 3 + 2 * index, "总数", font=HEADING, across="center")
        write(sheet, 4, 4 + 2 * index, "累计救治数", font=HEADING, across="center")
    sheet.row_dimensions[3].height = sheet.row_dimensions[4].height = 36
    row = 5
    for found in returns:
        _matrix_row(sheet, row, found.name, SUBMITTED if found.submitted else MISSING, found.payload, names, BODY)
        row += 1
    _matrix_row(sheet, row, PREFECTURE, f"{whole['submitted']} / {whole['counties']}", whole, names, STRONG)
    for column in range(1, columns + 1):
        sheet.cell(row, column).fill = SHADE
    set_paper(sheet, landscape=True, repeat=(3, 4), footer=f"{whole['city']} {whole['period']}")


def _matrix_row(sheet: Worksheet, row: int, name: str, state: str, table: dict, names: list[str], font) -> None:
    figures = {found["name"]: found for found in table["rows"]}
    write(sheet, row, 1, name, font=font)
    write(sheet, row, 2, state, font=font, across="center")
    for index, group in enumerate([*names, TOTAL]):
        found = table["total"] if group == TOTAL else figures.get(group)
        for offset, figure in enumerate(("total", "treated")):
            write(sheet, row, 3 + 2 * index + offset, found[figure] if found else "—", font=font, across="right")
    sheet.row_dimensions[row].height = 24


def draw_progress(sheet: Worksheet, returns: Sequence[CountyReturn], whole: dict) -> None:
    """The treated share of every county, as a table and as a native chart of the same numbers."""
    for column, width in zip("ABCD", (28, 16, 16, 16), strict=True):
        sheet.column_dimensions[column].width = width
    _title(sheet, 4, f"{whole['city']}各县（区）累计救治率", whole)
    for column, text in enumerate((COUNTY, "总数", "累计救治数", "累计救治率"), start=1):
        write(sheet, 3, column, text, font=HEADING, across="center")
    sheet.row_dimensions[3].height = 24
    rows = [(found.name, found.payload["total"], BODY) for found in returns] + [(PREFECTURE, whole["total"], STRONG)]
    for row, (name, total, font) in enumerate(rows, start=4):
        write(sheet, row, 1, name, font=font)
        write(sheet, row, 2, total["total"], font=font, across="right")
        write(sheet, row, 3, total["treated"], font=font, across="right")
        share = write(sheet, row, 4, total["treated"] / total["total"] if total["total"] else "—", font=font, across="right")
        if total["total"]:
            share.number_format = "0.0%"
        sheet.row_dimensions[row].height = 20
    last = 3 + len(rows)
    for column in range(1, 5):
        sheet.cell(last, column).fill = SHADE
    write_lines(sheet, last + 1, 4, ["累计救治率 = 建档立卡累计救治数 ÷ 建档立卡总数。没有患者的县（区）写“—”。"])
    sheet.add_chart(_chart(sheet, last), f"A{last + 3}")
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{whole['city']} {whole['period']}")


def _chart(sheet: Worksheet, last: int) -> BarChart:
    chart = BarChart()
    chart.type, chart.style, chart.gapWidth = "bar", 10, 60
    chart.title, chart.legend = None, None
    chart.add_data(Reference(sheet, min_col=4, min_row=4, max_row=last), titles_from_data=False)
    chart.set_categories(Reference(sheet, min_col=1, min_row=4, max_row=last))
    chart.series[0].graphicalProperties.solidFill = "0F4C6B"
    chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False)
    chart.dataLabels.numFmt = "0.0%"
    chart.x_axis.scaling.orientation = "maxMin"  # The first county on top, as in the table.
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    chart.y_axis.majorGridlines = None
    chart.x_axis.delete, chart.y_axis.delete = False, True  # Every bar says its number; nobody reads it off an axis.
    chart.layout = Layout(manualLayout=ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0.24, y=0.04, w=0.66, h=0.92))
    chart.width, chart.height = 18, 1 + 0.85 * (last - 3)
    return chart
