"""The rows of a sheet that are written as office programs write them, looked over by pattern: several times as fast as tag by tag. Pure.

What is not exactly so, if only by a blank, is left to the parser (``package.py``) from that row on; a test gives both the same sheets.
"""

import re
from dataclasses import dataclass

# What a sheet may begin with for its rows to be looked for: no other encoding, and nothing in which a tag would be no tag.
BEGINS = re.compile(
    rb"""(?:<\?xml version=["']1\.0["'](?: encoding=["'](?:UTF-8|utf-8)["'])?(?: standalone=["']yes["'])?\?>\s*)?<(?![?!])"""
)
ROWS = b"<sheetData>"
ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z0-9:]+="[^"<>&]*")*)>')
HIDDEN = re.compile(rb' hidden="(?:1|true)"')
# Address, and the value or text; neither formula nor error. Splitting a row by it leaves nothing between the cells.
CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]+")?(?: t="(?:inlineStr|s|str|n|b)")?(?: ?/>|'
    rb'>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
STEP = CELL.groups + 1


@dataclass
class Row:
    """A plain row: its number as written, the letters of its cells, which of them hold anything, and whether it is hidden."""

    number: int
    letters: tuple[bytes, ...]
    filled: list[bytes]
    hidden: bool
    end: int  # Where it ends in the part.


def first_row(part: bytes) -> int:
    """Where the rows begin; 0 where they cannot be told apart by pattern."""
    at = part.find(ROWS)
    plain = at > 0 and BEGINS.match(part) and b"<!" not in part[:at] and b"<?" not in part[1:at]
    return at + len(ROWS) if plain else 0


def row_at(part: bytes, at: int) -> Row | None:
    """The row that begins here; None where it is not a plain one."""
    begun = ROW.match(part, at)
    end = part.find(b"</row>", at) if begun else -1
    if end < 0:
        return None
    number, about = begun.groups()
    cells = CELL.split(part[begun.end() : end])
    if any(cells[::STEP]) or any(written != number for written in cells[2::STEP]):
        return None
    filled = [value or text for value, text in zip(cells[3::STEP], cells[4::STEP], strict=True)]
    return Row(int(number), tuple(cells[1::STEP]), filled, bool(about and HIDDEN.search(about)), end + len(b"</row>"))
