"""The filtered list as a workbook: a row a case, written as it is read, so that a long list takes no more memory than a short one."""

from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from ledger.case_columns import Column
from ledger.case_list import NEWEST_FIRST
from ledger.case_rows import read_by
from ledger.models import Case
from ledger.workbook import HEADING, SMALL, streamed

MOST_ROWS = 20_000
CHUNK = 500
SHEET = "病例名单"
HEADED = 2  # Who exported what, then the headings.
PIXELS_A_CHARACTER = 7


@dataclass(frozen=True)
class Export:
    """What stands in the workbook: ``told`` is its first line, ``full`` shows numbers unmasked."""

    told: str
    columns: list[Column]
    full: bool


def write_export(target: BinaryIO, cases: QuerySet, export: Export) -> int:
    """Write the workbook and answer how many cases it holds: the newest ``MOST_ROWS``, if there are more."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    _lay_out(sheet, export)
    sheet.append([streamed(sheet, export.told, font=SMALL, grid=False)])
    heads = ["序号", *(column.heading for column in export.columns)]
    sheet.append([streamed(sheet, head, font=HEADING, across="center") for head in heads])
    written = 0
    chosen = cases.order_by(*NEWEST_FIRST).prefetch_related(*read_by(export.columns))
    for case in chosen[:MOST_ROWS].iterator(chunk_size=CHUNK):
        written += 1
        values = (_value(column, case, export.full) for column in export.columns)
        sheet.append([streamed(sheet, written, across="center"), *(streamed(sheet, value) for value in values)])
    book.properties.creator, book.properties.title = "大病救治台账", SHEET
    book.save(target)
    return written


def _value(column: Column, case: Case, full: bool) -> str | int:
    """Text for everything but what is counted with: an ID number as a number would lose its end."""
    text = (column.full if full and column.full else column.text)(case)
    return int(text) if column.counts else text


def _lay_out(sheet, export: Export) -> None:
    """A4 across, the headings on every page and above every screen. Settled before the first row: rows are gone once written."""
    sheet.column_dimensions["A"].width = 6
    for number, column in enumerate(export.columns, start=2):
        # The list's own widths cut long text; a workbook has room, and a full ID number is 18 digits.
        room = max(column.width / PIXELS_A_CHARACTER, column.room, 22 if column.full else 10)
        sheet.column_dimensions[get_column_letter(number)].width = room
    sheet.freeze_panes = f"B{HEADED + 1}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = "9", "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADED}:{HEADED}"
