"""Reading a list of divisions from a CSV or Excel file into rows, and refusing what is not one."""

import datetime
import unicodedata

from ledger.actions.divisions import DivisionRow
from ledger.actions.refusals import Refused
from ledger.importing.reader.cells import Broken, Cell, Number, Table
from ledger.importing.reading import FILE, MEGABYTE, Limits, read_file

SIZE_LIMIT = 2 * MEGABYTE
LIMITS = Limits(size=SIZE_LIMIT, unpacked=20 * MEGABYTE)
ROW_LIMIT = 2000
HEADINGS = {"代码": "code", "名称": "name"}


def read_division_file(name: str, content: bytes) -> list[DivisionRow]:
    """The rows of a .csv or .xlsx file with the columns 代码 and 名称; line numbers as the office program shows them.

    Raises Refused with what is wrong with the file.
    """
    return _rows(_first_sheet(read_file(name, content, LIMITS)))


def _first_sheet(table: Table) -> list[list[Cell]]:
    if not table.sheets:
        raise Refused("文件里没有工作表。请核对文件。", FILE)
    return table.sheets[0].rows


def _read_csv(content: bytes) -> list[list]:
    """The lines of a CSV file as plain values, for other lists that are read the same way."""
    return [[_plain(cell) for cell in row] for row in _first_sheet(read_file("list.csv", content, LIMITS))]


def _read_workbook(content: bytes) -> list[list]:
    """The first sheet of a workbook as plain values."""
    return [[_plain(cell) for cell in row] for row in _first_sheet(read_file("list.xlsx", content, LIMITS))]


def _plain(cell: Cell):
    """Numbers as numbers, nothing as empty text; a formula's error as the word that stands there, which no column takes."""
    if isinstance(cell, Number):
        return cell.value
    if isinstance(cell, Broken):
        return cell.word
    return "" if cell is None else cell


def _text(cell: Cell) -> str:
    """A cell as text; a code that Excel made a number is taken as meant (12 digits lose nothing)."""
    if isinstance(cell, (Number, Broken)):
        cell = cell.text if isinstance(cell, Number) else f"={cell.word}"
    narrow = unicodedata.normalize("NFKC", cell.isoformat() if isinstance(cell, datetime.date) else cell or "")
    return "".join(character for character in narrow if unicodedata.category(character)[0] != "C").strip()


def _rows(table: list[list[Cell]]) -> list[DivisionRow]:
    heading = next((number for number, cells in enumerate(table[:10]) if set(HEADINGS) <= {_text(cell) for cell in cells}), None)
    if heading is None:
        raise Refused("没有找到“代码”“名称”两个列名。请在第一行写上这两个列名。", FILE)
    names = [_text(cell) for cell in table[heading]]
    code_at, name_at = names.index("代码"), names.index("名称")
    rows = []
    for number, cells in enumerate(table[heading + 1 :], heading + 2):
        texts = [_text(cell) for cell in cells] + [""] * len(names)
        if texts[code_at] or texts[name_at]:
            rows.append(DivisionRow(number, "".join(texts[code_at].split()), texts[name_at]))
    if not rows:
        raise Refused("列名下面没有内容。请核对文件。", FILE)
    if len(rows) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 行，这个文件有 {len(rows)} 行。请分次导入。", FILE)
    return rows
