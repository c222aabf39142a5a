"""Rows taken by pattern and rows taken tag by tag say the same of every sheet, and what is not plain is left to the tags."""

import io
import random
import zipfile

import pytest
from openpyxl import Workbook

from ledger.importing.reader import package as parts
from ledger.importing.reader import plain_rows
from ledger.importing.reader.cells import column_letters
from ledger.importing.reader.package import Unreadable
from tests.ledger.importing.lists import SHEET, saved

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OPEN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def package(sheet: str | bytes) -> zipfile.ZipFile:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        made.writestr("sheet.xml", sheet)
    return zipfile.ZipFile(kept)


def said(sheet: zipfile.ZipFile, name: str = "sheet.xml"):
    try:
        return parts.scan_sheet(sheet, name)
    except Unreadable as error:
        return str(error)


def both_ways(sheet: zipfile.ZipFile, name: str = "sheet.xml"):
    by_pattern = said(sheet, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_rows, "first_row", lambda part: 0)
        assert said(sheet, name) == by_pattern
    return by_pattern


def taken(sheet: str) -> list[int]:
    """The numbers of the rows that the pattern takes."""
    content, numbers = sheet.encode(), []
    at = plain_rows.first_row(content)
    while at and (row := plain_rows.row_at(content, at)):
        numbers.append(row.number)
        at = row.end
    return numbers


def cell(place: str, kind: str) -> str:
    return {
        "shared": f'<c r="{place}" s="3" t="s"><v>12</v></c>', "number": f'<c r="{place}"><v>2016</v></c>', "styled": f'<c r="{place}" s="1"/>',
        "spaced": f'<c r="{place}" s="1" />', "inline": f'<c r="{place}" t="inlineStr"><is><t>韦 &amp; 兰</t></is></c>',
        "kept": f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve"> 韦</t></is></c>', "blank": f'<c r="{place}"></c>',
        "no words": f'<c r="{place}" t="inlineStr"><is><t></t></is></c>', "one blank": f'<c r="{place}" t="str"><v> </v></c>',
        "error": f'<c r="{place}" t="e"><v>#N/A</v></c>', "formula": f'<c r="{place}"><f>A1+1</f><v>3</v></c>',
        "not computed": f'<c r="{place}"><f>A1+1</f></c>', "empty value": f'<c r="{place}"><f>A1</f><v></v></c>',
        "rich": f'<c r="{place}" t="inlineStr"><is><r><t>韦</t></r><r><t>兰</t></r></is></c>', "remark": f'<c r="{place}"><!-- 1 --><v>1</v></c>',
        "lower": f'<c r="{place.lower()}"><v>1</v></c>', "apart": f'<c  r="{place}"><v>1</v></c>', "turned": f'<c t="s" r="{place}"><v>1</v></c>',
        "cdata": f'<c r="{place}" t="str"><v><![CDATA[</v></c></row>]]></v></c>', "no place": "<c><v>1</v></c>",
    }[kind]  # fmt: skip


PLAIN = ["shared", "number", "styled", "spaced", "inline", "kept", "blank", "no words", "one blank"]
ODD = ["error", "formula", "not computed", "empty value", "rich", "remark", "lower", "apart", "turned", "cdata", "no place"]


def row(number: int, *cells: str, about: str = "") -> str:
    return f'<row r="{number}"{about}>{"".join(cells)}</row>'


def sheet(*rows: str, head: str = XML + OPEN, tail: str = "</worksheet>", gap: str = "") -> str:
    return f"{head}<sheetData>{gap.join(rows)}</sheetData>{tail}"


@pytest.mark.parametrize("kind", PLAIN + ODD)
def test_every_kind_of_cell_is_the_same_both_ways(kind):
    plain = row(1, cell("A1", "inline")), row(2, cell("B2", kind), cell("D2", "number")), row(4, cell("A4", "shared"))
    both_ways(package(sheet(*plain)))
    assert taken(sheet(*plain)) == ([1, 2, 4] if kind in PLAIN else [1])


@pytest.mark.parametrize(
    "odd",
    [
        row(2, cell("A3", "number")), row(1, cell("A1", "number")), row(2, cell("B2", "number"), cell("A2", "number")),
        row(2, cell("A2", "number"), cell("A2", "shared")), "<row><c><v>1</v></c></row>", '<row r="2"/>', row(2), "\n", "<!-- <row r='9'/> -->",
        row(2, cell("A2", "number"), about=' hidden="1"'), row(2, cell("A2", "number"), about=" hidden='true'"), row(2, "\n", cell("A2", "shared")),
        row(2, cell("XFE2", "number"), about=' spans="1:8" ht="20.5"'), '<x:row xmlns:x="y" r="2"/>', row(2, about=' hidden="true" spans="1:8"'),
        row(0, cell("A2", "shared")), row(2, '<c r="A02"><v>1</v></c>'), '<row r="2"><c r="A2"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        row(2, about=' title=" hidden=&quot;1&quot; "'), row(2, about=" title=' hidden=\"1\"'"),
    ],
)  # fmt: skip
def test_rows_out_of_order_and_oddly_written_are_the_same_both_ways(odd):
    for rows in ([row(1, cell("C1", "inline")), odd, row(5, cell("A5", "number"))], [odd, row(5, cell("A5", "number"))]):
        both_ways(package(sheet(*rows)))


@pytest.mark.parametrize(
    ("head", "plain"),
    [
        (XML + OPEN, True), (OPEN, True), (OPEN + '<cols><col min="1" max="2" hidden="1"/></cols>', True), ("\ufeff" + XML + OPEN, False),
        (XML.replace("UTF-8", "GB2312") + OPEN, False), (f"{OPEN}<!-- <sheetData> -->", False), (f"<!-- --> {OPEN}", False),
        (f"{OPEN}<?look <sheetData>?>", False), (XML + OPEN + row(7, cell("B7", "number")), True),
    ],
)  # fmt: skip
def test_only_a_sheet_that_begins_plainly_is_taken_by_pattern(head, plain):
    made = sheet(row(1, cell("A1", "inline")), row(2, cell("B2", "number")), head=head)
    assert bool(taken(made)) is plain
    if "GB2312" not in head:
        both_ways(package(made))
    if plain and "<row" not in head:
        assert (both_ways(package(made)).rows, both_ways(package(made)).last_column) == (2, 1)


def test_what_stands_after_the_rows_is_read_as_ever():
    tail = '<mergeCells><mergeCell ref="A1:A2"/></mergeCells><extLst><c r="A1"><v>1</v></c></extLst></worksheet>'
    both_ways(package(sheet(row(1, cell("A1", "inline")), row(2, cell("B2", "number")), tail=tail)))
    scan = both_ways(package(sheet(row(1, cell("A1", "inline")), row(3, cell("B3", "shared")), tail=tail.replace('A1"><v>', 'A9"><v>'))))
    assert (scan.merged, scan.rows, scan.last_row) == ([(0, 0, 1, 0)], 2, 8)


def test_sheets_at_random_are_the_same_both_ways():
    chance = random.Random(20171020)
    for _ in range(300):
        rows, number = [], 0
        odd = chance.random() < 0.5
        for _ in range(chance.randrange(8)):
            number += chance.choice([1, 1, 1, 2, 5] + [0] * odd)
            places = [f"{column_letters(column)}{number}" for column in sorted(chance.sample(range(30), chance.randrange(5)))]
            kinds = PLAIN * 4 + ODD * odd
            rows.append(
                row(number, *[cell(place, chance.choice(kinds)) for place in places], about=chance.choice(["", ' hidden="1"', ' ht="9"']))
            )
        both_ways(package(sheet(*rows, gap=chance.choice(["", "", "\n"] if odd else [""]))))


def test_a_workbook_of_openpyxl_is_taken_whole():
    made = Workbook()
    for number in range(40):
        made.active.append([f"韦{number}", number, None, 2016.5, True])
    made.active.row_dimensions[3].hidden = True
    book = zipfile.ZipFile(io.BytesIO(saved(made)))
    content = book.read(SHEET).decode()
    assert taken(content) == list(range(1, 41))
    scan = both_ways(book, SHEET)
    assert (scan.rows, scan.last_row, scan.last_column, scan.hidden_rows) == (40, 39, 4, 1)


def test_a_part_too_long_to_hold_is_looked_over_piece_by_piece(monkeypatch):
    made = package(sheet(row(1, cell("A1", "inline")), row(2, cell("B2", "number"))))
    whole = both_ways(made)
    monkeypatch.setattr(parts, "READ_WHOLE", 10)
    monkeypatch.setattr(plain_rows, "first_row", lambda part: pytest.fail("held whole"))
    assert parts.scan_sheet(made, "sheet.xml") == whole
