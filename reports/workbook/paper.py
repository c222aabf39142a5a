"""What the returns' sheets share beyond every workbook of the ledger: widths that show every value, notes under a table, the frozen heading."""

from collections.abc import Iterable, Sequence
from math import ceil

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ledger.workbook import SMALL, set_page, width_of, write_across

LINE = 16.5  # The height of one line of 11-point text, in points.


def fit_columns(sheet: Worksheet, rows: Iterable[Sequence], least: Sequence[int], most: Sequence[int]) -> list[float]:
    """Set every column as wide as its widest value, within its bounds; beyond them text wraps. Answers the widths."""
    widths: list[float] = list(least)
    for row in rows:
        for index, value in enumerate(row):
            widths[index] = min(max(widths[index], width_of(value) + 3), most[index])
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    return widths


def fit_height(sheet: Worksheet, row: int, values: Sequence, widths: Sequence[float], least: float = 20) -> None:
    """Set a row as high as its longest wrapped value needs."""
    lines = max(ceil(width_of(value) / max(width - 2.5, 1)) for value, width in zip(values, widths, strict=True))
    sheet.row_dimensions[row].height = max(least, lines * LINE + 4)


def write_lines(sheet: Worksheet, row: int, columns: int, lines: Iterable[str]) -> int:
    """Write sentences under a table, each across all its columns; answers the next free row."""
    width = sum(sheet.column_dimensions[get_column_letter(c)].width for c in range(1, columns + 1))
    for line in lines:
        write_across(sheet, row, 1, columns, line, font=SMALL)
        sheet.row_dimensions[row].height = ceil(width_of(line) / (width - 2)) * LINE + 3
        row += 1
    return row


def set_paper(sheet: Worksheet, *, landscape: bool, repeat: tuple[int, int], footer: str) -> None:
    """A4 with the heading rows repeated on paper and standing still on the screen."""
    set_page(sheet, landscape=landscape, first=repeat[0], last=repeat[1], footer=footer)
    sheet.freeze_panes = sheet.cell(repeat[1] + 1, 1)
