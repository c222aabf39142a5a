"""Reads one file from standard input and answers with its table, within limits of its own: a file that means harm harms nobody else.

Run as ``python -I child.py ENDING LIMITS``; writes ``{"refused": sentence}`` or the table (see cells.py).
"""

import datetime
import gc
import io
import json
import math
import resource
import sys
import zipfile
import zlib
from pathlib import Path
from xml.parsers.expat import ExpatError

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: E402

from ledger.importing.reader import package as parts  # noqa: E402
from ledger.importing.reader.cells import Broken, Cell, Number, Sheet, Table, column_letters, dump  # noqa: E402
from ledger.importing.reader.package import Scan, Unreadable  # noqa: E402
from ledger.importing.reader.texts import read_text  # noqa: E402

TEXT_LIMIT = 2000  # Longer text is cut: every column refuses it long before.


def bound(limits: dict) -> None:
    """Memory and processor time of this process; it writes no file and starts no process."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_extent(name: str, scan: Scan, limits: dict) -> None:
    """Raises Unreadable for more rows than are taken at once, or for a stray cell far away from the list."""
    if scan.rows > limits["rows"]:
        most = limits["rows"] // 1000 * 1000  # What is beyond are titles and notes.
        raise Unreadable(f"一次最多导入 {most} 行，工作表“{name}”有 {scan.rows} 行。请拆成几个文件，分次导入。")
    if (scan.last_row + 1) * (scan.last_column + 1) > limits["cells"]:
        corner = f"{column_letters(scan.last_column)}{scan.last_row + 1}"
        raise Unreadable(f"工作表“{name}”一直用到 {corner}，离名单太远的格子里有内容。请删掉多余的格子，或把名单复制到新的工作表再导入。")
    if sum(_reach(area, scan) for area in scan.merged) > limits["cells"]:  # In one another's place, as no office program merges.
        raise Unreadable(parts.BROKEN)


def _reach(area: tuple[int, int, int, int], scan: Scan) -> int:
    """How many cells of the sheet's filled corner a merged area covers; one at least, for looking at it takes time too."""
    top, left, bottom, right = area
    return max(1, max(0, min(bottom, scan.last_row) - top + 1) * (min(right, scan.last_column) - left + 1))


def to_cell(value, at: tuple[int, int], scan: Scan) -> Cell:
    if at in scan.errors:
        return Broken(scan.errors[at])
    if at in scan.not_computed:
        return Broken("公式")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return Number(float(value)) if math.isfinite(value) else Broken("#NUM!")
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time(0)
        return value.date() if midnight else value
    if isinstance(value, datetime.date):
        return value
    text = str(value)[: TEXT_LIMIT + 1]
    return text if text.strip() else None


def read_workbook(content: bytes, limits: dict) -> Table:
    """Every sheet of an .xlsx file that holds cells, each whole however far its <dimension> pretends to reach."""
    package = parts.open_package(content, limits["unpacked"])
    parts.check_xml(package, limits["unpacked"])
    by_name, from_1904 = parts.sheet_parts(package)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        scan = parts.scan_sheet(package, by_name[about.name])
        check_extent(about.name, scan, limits)
        values = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False) if scan.last_row >= 0 else []
        taken = not (scan.errors or scan.not_computed)  # Then text is what it is: most cells of a long list.
        rows = [
            [
                value
                if taken and type(value) is str and len(value) <= TEXT_LIMIT and value.strip()
                else to_cell(value, (row, column), scan)
                for column, value in enumerate(line)
            ]
            for row, line in enumerate(values)
        ]
        for row, column in scan.not_computed:  # A sheet that ends in such cells is cut shorter by the library.
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = Broken("公式")
        hidden = about.visible != SheetVisibleEnum.Visible
        sheets.append(Sheet(about.name, rows, hidden, scan.hidden_rows, scan.hidden_columns, scan.merged))
    return Table(sheets, from_1904)


def answer(ending: str, content: bytes, limits: dict) -> str:
    try:
        if ending == "csv":
            table = read_text(content)
            check_extent("CSV", _extent(table), limits)
        else:
            table = read_workbook(content, limits)
        told = dump(table)
        if len(told) > limits["told"]:
            raise Unreadable(parts.TOO_LARGE)
        return told
    except Unreadable as error:
        return json.dumps({"refused": str(error)}, ensure_ascii=False)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, ExpatError, CalamineError, KeyError, IndexError,
            StopIteration, EOFError, OSError, ValueError):  # fmt: skip
        return json.dumps({"refused": parts.BROKEN}, ensure_ascii=False)


def _extent(table: Table) -> Scan:
    rows = table.sheets[0].rows
    filled = sum(any(row) for row in rows)
    return Scan(rows=filled, last_row=len(rows) - 1, last_column=max(map(len, rows), default=0) - 1)


if __name__ == "__main__":
    gc.disable()  # The process ends before there is anything to collect.
    bounds = json.loads(sys.argv[2])
    bound(bounds)
    told = answer(sys.argv[1], sys.stdin.buffer.read(), bounds)
    sys.stdout.buffer.write(told.encode("utf-8", "surrogatepass"))
