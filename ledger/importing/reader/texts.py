"""A CSV file as a table: whichever of the office's encodings and separators it was saved in. Pure."""

import csv
import io
import unicodedata

from ledger.importing.reader.cells import Sheet, Table
from ledger.importing.reader.package import Unreadable

NO_TEXT = "文件的文字读不出来。请用 Excel 打开，另存为 .xlsx 再导入。"
MIXED = "文件里混了两种文字编码，第 {} 行和前面的不同。请用 Excel 打开，另存为 .xlsx 再导入。"
SEPARATORS = ",\t;"
LONGEST = 100_000


def _is_chinese_utf8(line: bytes) -> bool:
    """Whether a line that is not plain ASCII reads as UTF-8 Chinese: a line of GB 18030 hardly ever does."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    strange = [character for character in text if ord(character) > 127]
    return len(strange) > 1 and all(unicodedata.category(character) in ("Lo", "Po", "Ps", "Pe") for character in strange)


def decode(content: bytes) -> str:
    """The text. Raises Unreadable for an unknown encoding, NUL, or two encodings in one file."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        if encoding == "gb18030" and (mixed := [number for number, line in enumerate(content.splitlines(), 1) if _is_chinese_utf8(line)]):
            raise Unreadable(MIXED.format(mixed[0]))
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable(NO_TEXT)


def read_text(content: bytes) -> Table:
    """The one sheet of a CSV file; numbers stay the text they are. Rows are counted as the office program counts them."""
    text = decode(content)
    first = "".join(text[:4000].splitlines(keepends=True)[:20])
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(LONGEST)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise Unreadable(NO_TEXT) from None
    return Table([Sheet("CSV", [[cell if cell.strip() else None for cell in row] for row in rows])])
