"""What the workbooks between hospitals and payers share: official fonts, full borders, A4, text that cannot run, bytes that repeat."""

import datetime
import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

TITLE = Font(name="宋体", size=16, bold=True)
HEADING = Font(name="宋体", size=11, bold=True)
BODY = Font(name="仿宋", size=11)
STRONG = Font(name="仿宋", size=11, bold=True)
_SIDE = Side(style="thin", color="000000")
GRID = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
SHADE = PatternFill("solid", fgColor="EEF2F5")
MONEY = "#,##0.00;-#,##0.00"
LINE = 17.0  # The height of one line of 11-point text, in points.
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def plain_text(text: str) -> str:
    """Without control and direction characters; a tab or line break is a blank."""
    return "".join(" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def write(sheet: Worksheet, row: int, column: int, value, *, font: Font = BODY, across: str = "left", grid: bool = True, last: int = 0):
    """One cell, or one merged up to the column ``last``. Text stays text whatever it looks like; amounts bear two decimals."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = plain_text(value)
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = unicodedata.normalize("NFKC", cell.value).lstrip()[:1] in tuple("=+-@")
    else:
        cell.value = value
        cell.number_format = MONEY if isinstance(value, Decimal) else "yyyy-mm-dd" if isinstance(value, datetime.date) else "0"
    cell.font = font
    indent = 1 if grid and across != "center" else 0
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=isinstance(value, str), indent=indent)
    for place in range(column, max(last, column) + 1) if grid else ():
        sheet.cell(row, place).border = GRID
    if last > column:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=last)
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


def width_of(value) -> int:
    """Half-width characters: a Chinese character is two."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else "" if value is None else str(value)
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def set_widths(sheet: Worksheet, rows: Sequence[Sequence], least: Sequence[int], most: int = 30) -> None:
    """Every column as wide as its widest value, within bounds; what is longer wraps."""
    for index, narrow in enumerate(least):
        widest = max((width_of(row[index]) for row in rows if index < len(row)), default=0)
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
    """A4, as wide as the page, the heading row repeated, page numbers at the foot."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.55
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.print_title_rows = f"{repeat}:{repeat}"
    sheet.oddFooter.left.text = plain_text(footer).replace("&", "&&")
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    sheet.sheet_view.showGridLines = False


def to_bytes(book: Workbook, *, title: str, day: datetime.date) -> bytes:
    """The workbook dated on ``day``, the same bytes each time."""
    book.properties.creator, book.properties.title = "大病救治台账", title
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + f"{day:%Y-%m-%d}T00:00:00Z".encode() + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()
