"""The workbook of one form alone, as a frozen return is drawn and drawn again: pure, from the payload."""

import datetime
import hashlib
import json
from decimal import Decimal

from openpyxl import Workbook

from ledger.workbook import to_bytes
from reports.workbook.county import draw_f2, draw_roster
from reports.workbook.f1_sheet import draw_f1
from reports.workbook.f4_sheet import f4_book
from reports.workbook.f6_sheet import f6_book

Cells = dict[str, dict[str, str]]  # Sheet → cell (B6) → what it holds, with the kind of value before it.


def form_book(payload: dict) -> Workbook:
    """F1 with its roster, F2, F4 or F6: each form's own sheets and no other's."""
    return {"F1": _f1, "F2": _f2, "F4": f4_book, "F6": f6_book}[payload["form"]](payload)


def form_workbook(payload: dict, book: Workbook | None = None) -> bytes:
    """The same bytes each time, dated on the return's cut-off."""
    day = datetime.date.fromisoformat(payload.get("cut_off_on") or payload["on"])
    return to_bytes(book or form_book(payload), title=payload["title"], day=day)


def cells_drawn(book: Workbook) -> Cells:
    """What every cell of a book holds: ``n:3``, ``s:白内障``, ``d:2017-10-23``; cells that hold nothing are left out."""
    return {
        sheet.title: {cell.coordinate: told for row in sheet.iter_rows() for cell in row if (told := _told(cell.value)) is not None}
        for sheet in book.worksheets
    }


def cells_text(cells: Cells) -> str:
    """The one text of a book's cells, whatever the order in which they were drawn."""
    return json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def cells_hash(cells: Cells) -> str:
    """SHA-256 in hex over every cell's sheet, place and value: it holds under every version of the library that writes the file."""
    return hashlib.sha256(cells_text(cells).encode()).hexdigest()


def _told(value) -> str | None:
    match value:
        case None | "":
            return None
        case str():
            return f"s:{value}"
        case datetime.date():
            return f"d:{value.isoformat()}"
        case Decimal():
            return f"n:{value:f}"
        case _:
            return f"n:{value}"


def _f1(payload: dict) -> Workbook:
    book = Workbook()
    book.active.title = "附件1"
    draw_f1(book.active, payload, unit=payload["unit"], filler=payload["filler"], phone=payload["phone"])
    draw_roster(book.create_sheet("救治病人名单"), payload)
    return book


def _f2(payload: dict) -> Workbook:
    book = Workbook()
    book.active.title = "附件2"
    draw_f2(book.active, payload)
    return book
