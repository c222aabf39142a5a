"""What every workbook of the ledger shares: official fonts, borders, A4 paper, text that cannot run, bytes that repeat."""

import datetime
import io
import re
import unicodedata
import zipfile

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

TITLE = Font(name="宋体", size=16, bold=True)
HEADING = Font(name="宋体", size=11, bold=True)
BODY = Font(name="仿宋", size=11)
STRONG = Font(name="仿宋", size=11, bold=True)
SMALL = Font(name="仿宋", size=10.5)
_SIDE = Side(style="thin", color="000000")
GRID = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
SHADE = PatternFill("solid", fgColor="EEF2F5")
# Directional overrides can make a printed name read as another.
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_RUNNING = "=+-@"
# openpyxl stamps the hour of saving.
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def plain_text(text: str) -> str:
    """The text without control characters; a tab or line break is a blank."""
    spaced = re.sub(r"[\t\r\n\v\f]+", " ", text)
    return _INVISIBLE.sub("", "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs")))


def could_run(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula: = + - @ first, also full-width, also behind blanks."""
    return unicodedata.normalize("NFKC", text).lstrip()[:1] in tuple(_RUNNING)


def write(
    sheet: Worksheet, row: int, column: int, value, *, font: Font = BODY, across: str = "left", grid: bool = True, wrap: bool = True
) -> Cell:
    """Write one cell. Text is stored as text whatever it looks like; numbers and dates stay what they are."""
    return _fill(sheet.cell(row, column), value, font=font, across=across, grid=grid, wrap=wrap)


def streamed(sheet: WriteOnlyWorksheet, value, *, font: Font = BODY, across: str = "left", grid: bool = True) -> Cell:
    """One cell of a row to be appended to a sheet that is written as it grows: by the same rules, never wrapped."""
    return _fill(WriteOnlyCell(sheet), value, font=font, across=across, grid=grid, wrap=False)


def _fill(cell: Cell, value, *, font: Font, across: str, grid: bool, wrap: bool) -> Cell:
    if isinstance(value, str):
        cell.value = plain_text(value)
        cell.data_type = "s"  # openpyxl took a leading = for a formula.
        cell.number_format = "@"
        cell.quotePrefix = could_run(cell.value)
    else:
        cell.value = value
    cell.font = font
    indent = 1 if grid and across != "center" else 0
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=wrap and isinstance(value, str), indent=indent)
    if grid:
        cell.border = GRID
    return cell


def write_across(sheet: Worksheet, row: int, first: int, last: int, value, *, rows: int = 1, grid: bool = False, **style) -> Cell:
    """Write one cell merged over columns ``first``–``last`` and ``rows`` rows; every merged cell gets the border."""
    cell = write(sheet, row, first, value, grid=grid, **style)
    if grid:
        for r in range(row, row + rows):
            for c in range(first, last + 1):
                sheet.cell(r, c).border = GRID
    sheet.merge_cells(start_row=row, start_column=first, end_row=row + rows - 1, end_column=last)
    return cell


def width_of(value) -> int:
    """How many columns of half-width characters a value takes: a Chinese character is two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in ("" if value is None else str(value)))


def set_page(sheet: Worksheet, *, landscape: bool, first: int, last: int, footer: str) -> None:
    """A4, as wide as the page, the heading rows ``first``–``last`` repeated on each page, page numbers at the foot."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.55
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.print_title_rows = f"{first}:{last}"
    sheet.oddFooter.left.text = plain_text(footer).replace("&", "&&")
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
    sheet.sheet_view.showGridLines = False


def to_bytes(book: Workbook, *, title: str, day: datetime.date) -> bytes:
    """The workbook with its title, dated on ``day``: the same bytes each time."""
    book.properties.creator, book.properties.title = "大病救治台账", title
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>" + f"{day:%Y-%m-%d}T00:00:00Z".encode() + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            target.writestr(entry, content)
    return fixed.getvalue()
