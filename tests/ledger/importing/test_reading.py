"""Files as they arrive: each is read exactly or refused with a sentence, in a process that harms nobody."""

import datetime
import io
import os
import re
import zipfile
from dataclasses import replace

import pytest
from openpyxl import Workbook

from ledger.actions.refusals import Refused
from ledger.importing import reading
from ledger.importing.reader.cells import Broken, Number, column_letters, position
from ledger.importing.reading import Limits, read_file
from tests.ledger.importing.lists import SHEET, f2, patched, saved

AT_NOON = datetime.datetime(2017, 8, 9, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
BROKEN = "文件打不开，可能已损坏或加了密码。请用 Excel 重新保存后再导入。"
LIMITS = Limits()


def book(*rows, **cells) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for place, value in cells.items():
        made.active[place] = value
    return saved(made)


def packed(*parts) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return kept.getvalue()


TRUE_DIMENSION = re.compile(rb'<dimension ref="A1:B500" ?/>')


def dimension(says: bytes):
    return lambda xml: TRUE_DIMENSION.sub(says, xml)


@pytest.mark.parametrize("says", [b'<dimension ref="A1"/>', b'<dimension ref="A1:XFD1048576"/>', b""])
def test_a_sheet_that_lies_about_its_size_loses_no_row(says):
    content = book(*[(f"韦{row}", str(row)) for row in range(500)])
    assert TRUE_DIMENSION.search(zipfile.ZipFile(io.BytesIO(content)).read(SHEET))
    (sheet,) = read_file("a.xlsx", patched(content, SHEET, dimension(says))).sheets
    assert sheet.rows == [[f"韦{row}", str(row)] for row in range(500)]


def test_a_million_blank_styled_rows_are_no_rows():
    blank = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(3, 400_000))
    content = patched(book(("甲", "乙"), ("丙", "丁")), SHEET, lambda xml: xml.replace(b"</sheetData>", blank + b"</sheetData>"))
    (sheet,) = read_file("a.xlsx", content).sheets
    assert sheet.rows == [["甲", "乙"], ["丙", "丁"]]


def test_every_kind_of_cell_is_what_it_is():
    made = Workbook()
    sheet = made.active
    sheet.append([
        "𠮷田·买买提", 450222196304120002, datetime.date(2017, 8, 9), AT_NOON, "=1+1", True, "  ", "０１２",
    ])  # fmt: skip
    sheet["A2"], sheet["A2"].data_type = "#REF!", "e"
    sheet["B2"] = "甲\n乙"
    sheet.merge_cells("A3:A5")
    sheet["A3"] = "胃癌"
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = made.create_sheet("第二张")
    other.sheet_state = "hidden"
    other["A1"] = "藏"
    read, hidden = read_file("a.XLSX", saved(made)).sheets
    assert read.rows[0] == [
        "𠮷田·买买提", Number(450222196304120000.0), datetime.date(2017, 8, 9), AT_NOON, Broken("公式"),
        "TRUE", None, "０１２",
    ]  # fmt: skip
    assert (read.rows[1][:2], read.rows[2][0]) == ([Broken("#REF!"), "甲\n乙"], "胃癌")
    assert (read.merged, read.hidden_rows, read.hidden_columns, read.hidden) == ([(2, 0, 4, 0)], 1, 1, False)
    assert (hidden.name, hidden.hidden, hidden.rows) == ("第二张", True, [["藏"]])


def test_a_formula_with_its_result_is_the_result_and_days_may_count_from_1904():
    formula = lambda xml: re.sub(rb"(<f>1\+1</f>)<v ?/>", rb"\1<v>2</v>", xml)
    (sheet,) = read_file("a.xlsx", patched(book(("=1+1",)), SHEET, formula)).sheets
    assert sheet.rows == [[Number(2.0)]]
    epoch = lambda xml: re.sub(rb"<workbookPr ?/>", b'<workbookPr date1904="1"/>', xml)
    content = patched(book((datetime.date(2017, 8, 9),)), "xl/workbook.xml", epoch)
    table = read_file("a.xlsx", content)
    assert table.from_1904 and table.sheets[0].rows == [[datetime.date(2021, 8, 10)]]


def test_a_formula_that_came_to_no_text_is_blank():
    formula = lambda xml: re.sub(rb'<c r="A1"([^>]*)>(<f>[^<]*</f>)<v ?/>', rb'<c r="A1"\1 t="str">\2<v></v>', xml)
    (sheet,) = read_file("a.xlsx", patched(book(('=IF(B1="","",B1)',), ("甲",)), SHEET, formula)).sheets
    assert sheet.rows[1:] == [["甲"]] and not any(sheet.rows[0])


def test_a_drawing_of_comments_need_not_be_xml():
    made = io.BytesIO(book(("甲",)))
    with zipfile.ZipFile(made, "a") as package:
        package.writestr("xl/drawings/vmlDrawing1.vml", "<xml><br></xml>")
    assert read_file("a.xlsx", made.getvalue()).sheets[0].rows == [["甲"]]


PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
ENTITY = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet>&b;</worksheet>'
FLAGGED = bytearray(packed(("xl/workbook.xml", b"<a/>")))
for _start in (FLAGGED.index(b"PK\x03\x04") + 6, FLAGGED.index(b"PK\x01\x02") + 8):
    FLAGGED[_start] |= 1


def torn(content: bytes) -> bytes:
    """The workbook with one byte of its packed sheet turned round."""
    at = content.index(SHEET.encode()) + 60
    return content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :]


REFUSED = {
    "empty": ("a.xlsx", b"", "文件是空的，请重新选择。"),
    "old Excel": ("a.xls", b"x", "请选择 .xlsx 或 .csv 文件；.xls 文件请先另存为 .xlsx。"),
    "macros": ("a.xlsm", b"x", "请选择 .xlsx 或 .csv 文件"),
    "picture": ("a.xlsx", PICTURE, "文件打不开，内容不是 Excel 工作簿"),
    "pdf": ("a.xlsx", b"%PDF-1.4", "文件打不开，内容不是 Excel 工作簿"),
    "web page": ("a.xlsx", b"<html><table></table></html>", "文件打不开，内容不是 Excel 工作簿"),
    "password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "文件加了密码"),
    "password of the archive": ("a.xlsx", bytes(FLAGGED), "文件加了密码"),
    "cut short": ("a.xlsx", f2()[:-200], BROKEN),
    "wrong checksum": ("a.xlsx", f2().replace(b"xl/workbook.xml", b"xl/workbook.xmm", 1), BROKEN),
    "packed part broken": ("a.xlsx", torn(f2()), BROKEN),
    "no sheets": ("a.xlsx", packed(("a.txt", b"x")), BROKEN),
    "entity bomb": ("a.xlsx", patched(f2(), SHEET, lambda xml: ENTITY), BROKEN),
    "outside entity": ("a.xlsx", patched(f2(), SHEET, lambda xml: OUTSIDE), BROKEN),
    "10,000 parts": ("a.xlsx", packed(*[(f"{number}.xml", b"<a/>") for number in range(10_000)]), BROKEN),
    "climbing out": ("a.xlsx", packed(("../../etc/passwd", b"x")), BROKEN),
    "from the root": ("a.xlsx", packed(("/etc/passwd", b"x")), BROKEN),
    "zip bomb": ("a.xlsx", packed(("xl/worksheets/sheet1.xml", b" " * (201 * 1024 * 1024))), "文件展开后太大。"),
    "merged over one another": (
        "a.xlsx",
        patched(f2(), SHEET, lambda xml: xml.replace(b"<mergeCell ", b'<mergeCell ref="A1:A4"/>' * 200_000 + b"<mergeCell ")),
        BROKEN,
    ),
    "a row twice": (
        "a.xlsx",
        patched(book(("甲",), ("乙",)), SHEET, lambda xml: xml.replace(b'r="2"', b'r="1"').replace(b'r="A2"', b'r="A1"')),
        BROKEN,
    ),
    "stray cell": ("a.xlsx", book(("甲",), XFD1048576="乙"), "工作表“Sheet”一直用到 XFD1048576"),
    "too many rows": ("a.csv", ("韦桂兰,女\n" * 20_051).encode(), "一次最多导入 20000 行，工作表“CSV”有 20051 行。"),
    "csv with NUL": ("a.csv", "姓名\n韦\0桂兰".encode(), "文件的文字读不出来"),
    "csv of no encoding": ("a.csv", b"\xff\xff\x00\x81", "文件的文字读不出来"),
    "csv of two encodings": ("a.csv", "姓名,性别\n".encode("gb18030") + "韦桂兰,女\n".encode(), "混了两种文字编码，第 2 行"),
}


@pytest.mark.parametrize("hazard", REFUSED)
def test_what_cannot_be_read_is_refused_in_words(hazard):
    name, content, sentence = REFUSED[hazard]
    with pytest.raises(Refused) as refused:
        read_file(name, content)
    assert refused.value.message.startswith(sentence) or sentence in refused.value.message


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused():
    with pytest.raises(Refused, match="文件打不开"):
        read_file("a.xlsx", packed(("xl/workbook.xml", b"<a/>"), ("xl/workbook.xml", b"<b/>")))


def test_an_archive_that_says_less_than_it_holds_is_refused():
    content = bytearray(packed(("xl/worksheets/sheet1.xml", b"<a>" + b" " * 5_000_000 + b"</a>")))
    small = (100).to_bytes(4, "little")
    for start in (content.index(b"PK\x03\x04") + 22, content.index(b"PK\x01\x02") + 24):
        content[start : start + 4] = small
    with pytest.raises(Refused, match="文件打不开"):
        read_file("a.xlsx", bytes(content))


TEXTS = {
    "utf-8": "姓名,性别\n韦桂兰,女\n".encode(),
    "utf-8 with mark": "姓名,性别\n韦桂兰,女\n".encode("utf-8-sig"),
    "gb18030": "姓名,性别\n韦桂兰,女\n".encode("gb18030"),
    "utf-16": "姓名,性别\n韦桂兰,女\n".encode("utf-16"),
    "semicolons": "姓名;性别\n韦桂兰;女\n".encode(),
    "tabs": "姓名\t性别\n韦桂兰\t女\n".encode(),
    "only CR": "姓名,性别\r韦桂兰,女\r".encode(),
}


@pytest.mark.parametrize("way", TEXTS)
def test_a_csv_is_read_however_it_was_saved(way):
    assert read_file("a.csv", TEXTS[way]).sheets[0].rows == [["姓名", "性别"], ["韦桂兰", "女"]]


def test_a_quoted_line_break_stays_in_its_cell():
    assert read_file("a.csv", '姓名,住址\n韦桂兰,"3 组\n8 号"\n'.encode()).sheets[0].rows[1] == ["韦桂兰", "3 组\n8 号"]


# ---- the process of its own ----


def test_the_reader_knows_no_secret(monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text("import os, json; print(json.dumps({'refused': ','.join(sorted(os.environ))}))")
    monkeypatch.setattr(reading, "CHILD", spy)
    monkeypatch.setitem(os.environ, "LEDGER_DATA_KEY", "secret")
    with pytest.raises(Refused) as refused:
        read_file("a.csv", b"x")
    assert set(refused.value.message.split(",")) <= {"", "LC_CTYPE"}


@pytest.mark.parametrize("work", ["while True: pass", "x = [b'x' * 10**7 for _ in range(10**6)]", "raise SystemExit(3)"])
def test_a_reader_that_does_not_come_back_is_ended(monkeypatch, tmp_path, work):
    slow = tmp_path / "slow.py"
    slow.write_text(f"import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))\n{work}\n")
    monkeypatch.setattr(reading, "CHILD", slow)
    with pytest.raises(Refused, match="没有读完"):
        read_file("a.csv", b"x", replace(LIMITS, wait=2))


def test_its_own_limits_bind_it():
    many = book(*[("韦桂兰" * 20, str(row)) for row in range(9000)])
    with pytest.raises(Refused, match="没有读完|文件打不开"):
        read_file("a.xlsx", many, replace(LIMITS, memory=24 * 1024 * 1024))
    with pytest.raises(Refused, match="文件展开后太大。"):
        read_file("a.xlsx", many, replace(LIMITS, told=100_000))
    with pytest.raises(Refused, match="文件超过 1 MB。"):
        read_file("a.xlsx", b"x" * (1024 * 1024 + 1), replace(LIMITS, size=1024 * 1024))


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_are_named_as_the_office_program_names_them(column, letters):
    assert column_letters(column) == letters and position(f"{letters}7") == (6, column)
