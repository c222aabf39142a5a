"""F1's sheet: title, cut-off, the line to fill in, the table of the document, and what stands under it."""

from openpyxl.worksheet.worksheet import Worksheet

from ledger.workbook import BODY, HEADING, SHADE, STRONG, TITLE, write, write_across
from reports.forms.supplement_words import supplement_lines
from reports.forms.wording import TOTAL
from reports.workbook.paper import set_paper, write_lines

WIDTHS = (22, 11, 13, 13, 13, 22, 13)
POOR, CIVIL = "建档立卡人数", "非建档立卡人数"
SECOND_ROW = ("总数", "累计救治数", "本季度完成救治数", "未完成救治数", "主要诊断", "本季度完成救治数")
TABLE_ROW = 4  # Where the document's table begins; the title rows stand above it.
FIGURE_COLUMNS = ((2, "total"), (3, "treated"), (4, "quarter"), (5, "untreated"), (7, "civil_quarter"))


def draw_f1(sheet: Worksheet, table: dict, *, unit: str, filler: str, phone: str, remarks: list[str] | None = None) -> None:
    """Draw a county's payload or a consolidated table on an empty sheet; under it the 补报 of earlier months
    (of a consolidated one, what its counties' add up to), and ``remarks`` last."""
    for index, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFG"[index]].width = width
    write_across(sheet, 1, 1, 7, table["title"], font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, 7, f"(统计截止日期：{table['cut_off_on']})", across="center")
    sheet.row_dimensions[2].height = 20
    write_across(sheet, 3, 1, 3, f"填报单位（盖章）{unit}")
    write_across(sheet, 3, 4, 5, f"填报人：{filler}")
    write_across(sheet, 3, 6, 7, f"联系电话：{phone}")
    sheet.row_dimensions[3].height = 28
    _headings(sheet)
    row = TABLE_ROW + 2
    for figures in table["rows"]:
        _figures(sheet, row, figures["name"], figures, BODY)
        row += 1
    _figures(sheet, row, TOTAL, table["total"], STRONG)
    for column in range(1, 8):
        sheet.cell(row, column).fill = SHADE
    write_lines(
        sheet, row + 1, 7, [*table["notes"], *table["policy_notes"], *supplement_lines(table), *table.get("carried", []), *(remarks or [])]
    )
    set_paper(sheet, landscape=False, repeat=(TABLE_ROW, TABLE_ROW + 1), footer=f"{unit} {table['period']}")


def _headings(sheet: Worksheet) -> None:
    style = {"font": HEADING, "across": "center", "grid": True}
    write_across(sheet, TABLE_ROW, 1, 1, "疾病主要诊断", rows=2, **style)
    write_across(sheet, TABLE_ROW, 2, 5, POOR, **style)
    write_across(sheet, TABLE_ROW, 6, 7, CIVIL, **style)
    for column, text in enumerate(SECOND_ROW, start=2):
        write(sheet, TABLE_ROW + 1, column, text, font=HEADING, across="center")
    sheet.row_dimensions[TABLE_ROW].height = 30
    sheet.row_dimensions[TABLE_ROW + 1].height = 40


def _figures(sheet: Worksheet, row: int, name: str, figures: dict, font) -> None:
    write(sheet, row, 1, name, font=font)
    write(sheet, row, 6, name, font=font, across="center")
    for column, figure in FIGURE_COLUMNS:
        write(sheet, row, column, figures[figure], font=font, across="right")
    sheet.row_dimensions[row].height = 30
