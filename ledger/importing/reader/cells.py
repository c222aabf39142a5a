"""What a cell may hold once read, and how a table travels from the reading process to the one that asked. Pure."""

import datetime
import json
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Number:
    """A cell that the office program holds as a number: of a long one the last digits may be lost already."""

    value: float

    @property
    def text(self) -> str:
        return str(int(self.value)) if self.value.is_integer() and abs(self.value) < 1e15 else repr(self.value)


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a value that could be read: a formula's error, or a formula that was never computed."""

    word: str


# Text, a number, a day (with its hour, where it has one), something unreadable, or nothing.
Cell = str | Number | datetime.date | Broken | None


def text_of(cell: Cell) -> str:
    """A cell as one line without invisible characters: a whole number without its decimals, a day in ISO without its hour.

    An amount that a formula computed has the noise of its float taken off; a formula without a value is =word, which no column takes.
    """
    if isinstance(cell, Number):
        cents = round(cell.value, 2)
        cell = cell.text if cell.value.is_integer() or abs(cents - cell.value) >= 1e-6 else repr(cents)
    elif isinstance(cell, Broken):
        cell = f"={cell.word}"
    elif isinstance(cell, datetime.date):
        cell = cell.strftime("%Y-%m-%d")
    narrow = unicodedata.normalize("NFKC", cell or "")
    return "".join(sign for sign in narrow if unicodedata.category(sign)[0] != "C").strip()


@dataclass
class Sheet:
    """One sheet from A1 on. ``merged`` holds (first row, first column, last row, last column), all from 0."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Table:
    """Everything one file holds; ``from_1904`` where the workbook counts its days from 1904."""

    sheets: list[Sheet]
    from_1904: bool = False


def pack(cell: Number | datetime.date | Broken) -> list:
    """What JSON has no word for, as it holds it: text and nothing stand there as they are."""
    if isinstance(cell, Number):
        return [cell.value]
    if isinstance(cell, datetime.date):
        return ["at" if isinstance(cell, datetime.datetime) else "day", cell.isoformat()]
    return ["broken", cell.word]


def to_json(told) -> str:
    """Anything with cells in it as one line of JSON."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=pack)


def unpacked(row: list) -> list[Cell]:
    """The cells of a row as JSON held them."""
    return [unpack(cell) if isinstance(cell, list) else cell for cell in row]


def unpack(packed: list) -> Cell:
    if len(packed) == 1:
        return Number(packed[0])
    kind, text = packed
    if kind == "broken":
        return Broken(text)
    return datetime.date.fromisoformat(text) if kind == "day" else datetime.datetime.fromisoformat(text)


def dump(table: Table) -> str:
    """The table as one line of JSON."""
    return to_json({"sheets": [sheet.__dict__ for sheet in table.sheets], "from_1904": table.from_1904})


def load(text: str) -> Table:
    told = json.loads(text)
    sheets = [
        Sheet(**{**one, "rows": [unpacked(row) for row in one["rows"]], "merged": [tuple(area) for area in one["merged"]]})
        for one in told["sheets"]
    ]
    return Table(sheets, told["from_1904"])


def column_letters(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def position(reference: str) -> tuple[int, int]:
    """B3 → (2, 1): row and column from 0."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, column_number(letters)


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """A → 0, AA → 26."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
