"""A line of a list as it was meant: every cell read by its column, or the sentence that says what to mend. Pure."""

import datetime
from dataclasses import dataclass, field

from ledger.identity import IdNumber
from ledger.importing.columns import Column
from ledger.importing.layouts import Line
from ledger.importing.reader.cells import Cell

NEVER_BLANK = {
    "disease": "疾病名称是空的。请填写病种。",
    "address": "家庭地址是空的。请填写村以下的住址。",
    "village_code": "行政村代码是空的。请填 12 位代码，可在“乡镇与村”里查到。",
}


@dataclass
class Fault:
    """What is wrong with one cell, or (``doubt``) doubtful about it.

    ``confirm`` is what the importer may say of a doubt to have the line imported all the same; without it somebody else must act.
    """

    column: str
    sentence: str
    confirm: str = ""
    doubt: bool = False


@dataclass
class Entry:
    """A line read. A value is missing where its cell has a fault or its column is not there."""

    line: int
    values: dict
    faults: list[Fault] = field(default_factory=list)
    number: IdNumber | None = None
    insurance_number: str = ""  # In the ID number's place.

    def get(self, column: str):
        return self.values.get(column)

    def refuse(self, column: str, sentence: str) -> None:
        self.faults.append(Fault(column, sentence))


class CellReader:
    """Reads cells by their columns. A list says most things many times: what a cell says is worked out once."""

    def __init__(self, columns: dict[str, Column], today: datetime.date):
        self.columns, self.today = columns, today
        self.said: dict[str, dict[Cell, tuple]] = {name: {} for name in columns}

    def read(self, name: str, cell: Cell) -> tuple:
        """(value, "") or (None, the sentence that says what to mend)."""
        try:
            said = (self.columns[name].widget.clean(cell, today=self.today), "")
        except ValueError as error:
            said = (None, str(error))
        self.said[name][cell] = said
        return said


def read_entry(reader: CellReader, line: Line) -> Entry:
    """Read every cell of a line; what cannot be read becomes a fault and never a guess."""
    cells, values = line.cells, {}
    entry = Entry(line.number, values)
    for name, said in reader.said.items():
        if name not in cells:
            continue
        value, sentence = said.get(cells[name]) or reader.read(name, cells[name])
        if sentence:
            entry.refuse(name, sentence)
        else:
            values[name] = value
    number = values.get("id_number")
    if isinstance(number, IdNumber):
        entry.number = number
    elif number:
        entry.insurance_number = number
    for name, sentence in NEVER_BLANK.items():
        if values.get(name) == "":
            entry.refuse(name, sentence)
    listed_on = entry.get("listed_on")
    if entry.number and listed_on and listed_on < entry.number.born_on:
        entry.refuse("listed_on", f"建立台账时间 {listed_on} 早于出生日期 {entry.number.born_on}。请改其中一个。")
    return entry


PERSONAL = ("name", "sex", "age", "native_place", "category", "household_number", "address", "village_code", "phone", "out_of_poverty_year")
NOT_A_COLUMN = {"category": "remark"}


def refuse_repeated(columns: dict[str, Column], entries: list[Entry], diseases: dict[int, tuple]) -> None:
    """One person on several lines: with the same words and another disease that is right; else nobody guesses which line is.

    ``diseases`` are by line what its words mean, for one disease has several names.
    """
    by_number: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.number:
            by_number.setdefault(entry.number.number, []).append(entry)
    for same in by_number.values():
        if len(same) > 1:
            _refuse_same(columns, same, diseases)


def _refuse_same(columns: dict[str, Column], same: list[Entry], diseases: dict[int, tuple]) -> None:
    differing = [name for name in PERSONAL if len({str(entry.get(name)) for entry in same}) > 1]
    lines = [str(entry.line) for entry in same]
    if differing:
        words = "、".join(columns[NOT_A_COLUMN.get(name, name)].column_name for name in differing)
        for entry in same:
            others = "、".join(line for line in lines if line != str(entry.line))
            entry.refuse("id_number", f"和第 {others} 行是同一个身份证号，{words}不同。请核对后只留一行。")
        return
    first: dict[tuple | str | None, int] = {}
    for entry in same:
        disease = diseases[entry.line] or entry.get("disease")
        if disease in first:
            entry.refuse("id_number", f"和第 {first[disease]} 行是同一个人{'、同一个病种' if disease else ''}。请只留一行。")
        else:
            first[disease] = entry.line
