"""Reading a list of divisions from a CSV or Excel file into rows, and refusing what is not one."""

import csv
import io
import unicodedata
import xml.sax
import zipfile

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parse as parse_xml
from python_calamine import CalamineError, CalamineWorkbook

from ledger.actions.divisions import DivisionRow
from ledger.actions.refusals import Refused

SIZE_LIMIT = 2 * 1024 * 1024
UNPACKED_LIMIT = 20 * 1024 * 1024
ROW_LIMIT = 2000
HEADINGS = {"代码": "code", "名称": "name"}
FILE = "file"


def read_division_file(name: str, content: bytes) -> list[DivisionRow]:
    """The rows of a .csv or .xlsx file with the columns 代码 and 名称; line numbers as the office program shows them.

    Raises Refused with what is wrong with the file.
    """
    if len(content) > SIZE_LIMIT:
        raise Refused("文件超过 2 MB。请拆成几个文件，分次导入。", FILE)
    ending = name.lower().rpartition(".")[2]
    if ending == "xlsx":
        table = _read_workbook(content)
    elif ending == "csv":
        table = _read_csv(content)
    else:
        raise Refused("请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。", FILE)
    return _rows(table)


def _read_csv(content: bytes) -> list[list]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        try:
            return list(csv.reader(io.StringIO(text, newline="")))
        except csv.Error:
            break
    raise Refused("文件的文字读不出来。请用 Excel 打开，另存为 .xlsx 再导入。", FILE)


def _read_workbook(content: bytes) -> list[list]:
    unreadable = Refused("文件打不开，可能已损坏或加了密码。请用 Excel 重新保存后再导入。", FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(member.file_size for member in package.infolist()) > UNPACKED_LIMIT:
                raise Refused("文件展开后太大。请只留“代码”“名称”两列，另存后再导入。", FILE)
            for member in package.namelist():  # No entities, no outside references: whatever reads it next is safe.
                if member.endswith((".xml", ".rels")):
                    with package.open(member) as part:
                        parse_xml(part, xml.sax.ContentHandler(), forbid_dtd=True)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, xml.sax.SAXException, DefusedXmlException,
            CalamineError, IndexError, EOFError, OSError):  # fmt: skip
        raise unreadable from None


def _text(cell) -> str:
    """A cell as text; a code that Excel made a number is taken as meant (12 digits lose nothing)."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    narrow = unicodedata.normalize("NFKC", str(cell))
    return "".join(character for character in narrow if unicodedata.category(character)[0] != "C").strip()


def _rows(table: list[list]) -> list[DivisionRow]:
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
