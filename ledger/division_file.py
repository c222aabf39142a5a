"""Reading a list of divisions from a CSV or Excel file into rows, and refusing what is not one."""

from ledger.actions.divisions import DivisionRow
from ledger.actions.refusals import Refused
from ledger.importing.reader.cells import Cell, text_of
from ledger.importing.reading import FILE, MEGABYTE, Limits, read_list

SIZE_LIMIT = 2 * MEGABYTE
LIMITS = Limits(size=SIZE_LIMIT, unpacked=20 * MEGABYTE)
ROW_LIMIT = 2000
HEADINGS = {"代码": "code", "名称": "name"}


def read_division_file(name: str, content: bytes) -> list[DivisionRow]:
    """The rows of a .csv or .xlsx file with the columns 代码 and 名称; line numbers as the office program shows them.

    Raises Refused with what is wrong with the file.
    """
    return _rows(read_list(name, content, LIMITS))


def _rows(table: list[list[Cell]]) -> list[DivisionRow]:
    heading = next((number for number, cells in enumerate(table[:10]) if set(HEADINGS) <= {text_of(cell) for cell in cells}), None)
    if heading is None:
        raise Refused("没有找到“代码”“名称”两个列名。请在第一行写上这两个列名。", FILE)
    names = [text_of(cell) for cell in table[heading]]
    code_at, name_at = names.index("代码"), names.index("名称")
    rows = []
    for number, cells in enumerate(table[heading + 1 :], heading + 2):
        texts = [text_of(cell) for cell in cells] + [""] * len(names)
        if texts[code_at] or texts[name_at]:
            rows.append(DivisionRow(number, "".join(texts[code_at].split()), texts[name_at]))
    if not rows:
        raise Refused("列名下面没有内容。请核对文件。", FILE)
    if len(rows) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 行，这个文件有 {len(rows)} 行。请分次导入。", FILE)
    return rows
