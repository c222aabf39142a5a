"""An .xlsx file looked over before anything reads it: its parts, their XML, and what the values alone do not tell. Pure."""

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from ledger.importing.reader import plain_rows
from ledger.importing.reader.cells import column_number, position

PARTS_LIMIT = 2000
READ_WHOLE = 32 * 1024 * 1024  # Bytes of a sheet's part; a longer one is looked over piece by piece.
COMPOUND = b"\xd0\xcf\x11\xe0"  # How an encrypted workbook and an old .xls begin.


class Unreadable(Exception):
    """The file cannot be taken; the message is the sentence for whoever sent it."""


BROKEN = "文件打不开，可能已损坏或加了密码。请用 Excel 重新保存后再导入。"
LOCKED = "文件加了密码，或是旧版 .xls 改的名。请用 Excel 打开，去掉密码，另存为 .xlsx 再导入。"
NOT_A_WORKBOOK = "文件打不开，内容不是 Excel 工作簿（可能是图片、PDF 或网页改的名）。请用 Excel 打开原表，另存为 .xlsx 再导入。"
TOO_LARGE = "文件展开后太大。请只留名单需要的行和列，另存后再导入。"


@dataclass
class Scan:
    """What a sheet's XML tells beside its values: how far it reaches whatever its <dimension> says, formulas, errors, what is hidden."""

    rows: int = 0  # Rows that hold anything.
    last_row: int = -1
    last_column: int = -1
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    not_computed: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def hidden_columns(self) -> int:
        """How many of the columns that hold anything are hidden; the empty ones behind the list often are."""
        return sum(max(0, min(last, self.last_column) - first + 1) for first, last in self.hidden_spans)


def open_package(content: bytes, unpacked_limit: int) -> zipfile.ZipFile:
    """The parts of an .xlsx file. Raises Unreadable for what is none, is locked, or would unpack beyond the limit."""
    if content.startswith(COMPOUND):
        raise Unreadable(LOCKED)
    if not content.startswith(b"PK"):
        raise Unreadable(NOT_A_WORKBOOK)
    package = zipfile.ZipFile(io.BytesIO(content))
    members = package.infolist()
    names = [member.filename for member in members]
    if sum(member.file_size for member in members) > unpacked_limit:
        raise Unreadable(TOO_LARGE)
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable(LOCKED)
    if len(names) > PARTS_LIMIT or len(set(names)) < len(names) or any(name.startswith("/") or ".." in name for name in names):
        raise Unreadable(BROKEN)
    return package


def _parser() -> "expat.XMLParserType":
    """No document type, so no entity and no outside reference: whatever reads the part next is safe."""

    def refuse(*told):
        raise Unreadable(BROKEN)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    return parser


def check_xml(package: zipfile.ZipFile, unpacked_limit: int) -> None:
    """Every XML part is well formed, without entities, and no longer in truth than the archive says."""
    left = unpacked_limit
    for name in package.namelist():
        if not name.lower().endswith((".xml", ".rels")):  # Drawings of comments (.vml) are read by nobody, and Excel's are no XML.
            continue
        parser = _parser()
        with package.open(name) as part:
            while chunk := part.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    raise Unreadable(TOO_LARGE)
                parser.Parse(chunk)
        parser.Parse(b"", True)


def _elements(package: zipfile.ZipFile, name: str) -> list[tuple[str, dict]]:
    found = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(package.read(name), True)
    return found


def sheet_parts(package: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """The part of each sheet by the sheet's name, and whether the workbook counts from 1904."""
    targets = {
        attributes["Id"]: attributes["Target"]
        for tag, attributes in _elements(package, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship"
    }
    parts, from_1904 = {}, False
    for tag, attributes in _elements(package, "xl/workbook.xml"):
        if tag == "sheet":
            link = next(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
            parts[attributes["name"]] = posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")
        elif tag == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
    return parts, from_1904


class _SheetScanner:
    """Walks a sheet's XML once. Rows and cells without an address stand after the one before them.

    A long list has a million tags and texts, so each is asked as little as will do.
    """

    def __init__(self):
        self.scan = Scan()
        self.row, self.column, self.before = -1, -1, (-1, -1)
        self.kind, self.formula, self.filled, self.in_value, self.row_filled = "", False, "", False, False

    def start(self, tag: str, attributes: dict) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            at = attributes.get("r")
            if at:
                self.row, self.column = place = position(at)
            else:
                self.column += 1
                place = (self.row, self.column)
            if place <= self.before:  # One of two cells at one address would be lost without a word.
                raise Unreadable(BROKEN)
            self.before = place
            self.kind, self.formula, self.filled = attributes.get("t", ""), False, ""
        elif tag == "t" or tag == "v":
            self.in_value = True
        elif tag == "is":
            pass  # Where text stands that is not shared; as many as there are cells.
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self.row, self.column, self.row_filled = int(attributes.get("r", self.row + 2)) - 1, -1, False
            self.scan.hidden_rows += attributes.get("hidden") in ("1", "true")
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self.scan.hidden_spans.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
        elif tag == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.scan.merged.append((*position(first), *position(last or first)))

    def text(self, text: str) -> None:
        if self.in_value and not self.filled:
            self.filled = text

    def end(self, tag: str) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "t" or tag == "v":
            self.in_value = False
        elif tag == "c" and (self.filled or self.formula):
            scan = self.scan
            if self.row > scan.last_row:
                scan.last_row = self.row
            if self.column > scan.last_column:
                scan.last_column = self.column
            if not self.row_filled:
                scan.rows, self.row_filled = scan.rows + 1, True
            if self.kind == "e":
                scan.errors[(self.row, self.column)] = self.filled[:10]
            elif self.formula and not self.filled and self.kind != "str":  # Text without a letter is what it came to.
                scan.not_computed.add((self.row, self.column))

    def plain_rows(self, part: bytes, at: int) -> int:
        """Take the plain rows from there on; answers where they end. What is odd about a row's order is left to be found tag by tag."""
        scan, columns = self.scan, {}
        while row := plain_rows.row_at(part, at):
            places = columns.get(row.letters)
            if places is None:
                places = columns[row.letters] = [column_number(letters.decode()) for letters in row.letters]
                if any(place >= after for place, after in zip(places, places[1:], strict=False)):
                    break
            if row.number - 1 <= self.row:
                break
            last = max((place for place, filled in zip(places, row.filled, strict=True) if filled), default=-1)
            self.row_filled = last >= 0
            if self.row_filled:
                scan.rows, scan.last_row, scan.last_column = scan.rows + 1, row.number - 1, max(scan.last_column, last)
            scan.hidden_rows += row.hidden
            self.row, self.column, at = row.number - 1, places[-1] if places else -1, row.end
            self.before = (self.row, self.column) if places else self.before
        return at


def scan_sheet(package: zipfile.ZipFile, part: str) -> Scan:
    """Look over one sheet; the part's XML was checked before."""
    scanner, parser = _SheetScanner(), _parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = scanner.start, scanner.end, scanner.text
    if package.getinfo(part).file_size > READ_WHOLE:
        with package.open(part) as stream:
            parser.ParseFile(stream)
        return scanner.scan
    content = package.read(part)
    begin = plain_rows.first_row(content)
    parser.Parse(content[:begin])
    parser.Parse(content[scanner.plain_rows(content, begin) if begin else 0 :], True)
    return scanner.scan
