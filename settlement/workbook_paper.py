"""What the workbooks between hospitals and payers share beyond every workbook of the ledger: amounts and days as they print."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ledger.workbook import BODY, SHADE, set_page, width_of, write_across
from ledger.workbook import write as write_cell

MONEY = "#,##0.00;-#,##0.00"
LINE = 17.0  # The height of one line of 11-point text, in points.


def write(
    sheet: Worksheet, row: int, column: int, value, *, font: Font = BODY, across: str = "left", grid: bool = True, last: int = 0
) -> Cell:
    """One cell, or one merged up to the column ``last``. Text stays text whatever it looks like; amounts bear two decimals."""
    look = {"font": font, "across": across, "grid": grid}
    if last > column:
        cell = write_across(sheet, row, column, last, value, **look)
    else:
        cell = write_cell(sheet, row, column, value, **look)
    if not isinstance(value, str):
        cell.number_format = MONEY if isinstance(value, Decimal) else "yyyy-mm-dd" if isinstance(value, datetime.date) else "0"
    return cell


def write_row(sheet: Worksheet, row: int, values: Sequence, *, font: Font = BODY, shade: bool = False, centred: bool = False) -> None:
    """A bordered row as high as its longest wrapped text needs: amounts to the right, dates and numbers of rows centred, text to the left."""
    lines = 1
    for column, value in enumerate(values, start=1):
        across = "center" if centred or isinstance(value, (datetime.date, int)) else "left" if isinstance(value, str) else "right"
        cell = write(sheet, row, column, value, font=font, across=across)
        if shade:
            cell.fill = SHADE
        if isinstance(value, str):
            lines = max(lines, ceil(width_of(value) / max(sheet.column_dimensions[get_column_letter(column)].width - 3, 1)))
    sheet.row_dimensions[row].height = max(22, lines * LINE + 4)


def _width(value) -> int:
    """An amount is as wide as it is shown."""
    return width_of(f"{value:,.2f}" if isinstance(value, Decimal) else value)


def set_widths(sheet: Worksheet, rows: Sequence[Sequence], least: Sequence[int], most: int = 30) -> None:
    """Every column as wide as its widest value, within bounds; what is longer wraps."""
    for index, narrow in enumerate(least):
        widest = max((_width(row[index]) for row in rows if index < len(row)), default=0)
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(max(narrow, widest + 4), max(most, narrow))


def write_lines(sheet: Worksheet, row: int, columns: int, lines: Sequence[str], *, grid: bool = False, font: Font = BODY) -> int:
    """Sentences across all columns, each as high as it needs; answers the next free row."""
    width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in range(1, columns + 1))
    for line in lines:
        write(sheet, row, 1, line, grid=grid, last=columns, font=font)
        sheet.row_dimensions[row].height = ceil(width_of(line) / (width - 4)) * LINE + 5
        row += 1
    return row


def set_paper(sheet: Worksheet, *, landscape: bool, repeat: int, footer: str) -> None:
    """A4, the one heading row repeated on every page."""
    set_page(sheet, landscape=landscape, first=repeat, last=repeat, footer=footer)
