"""How a list and its preview are kept while they wait: as compressed JSON, which the model seals."""

import base64
import json
import zlib
from dataclasses import dataclass, field, fields

from ledger.importing.layouts import Line, PeopleList, columns_of
from ledger.importing.plans import Row
from ledger.importing.reader.cells import to_json, unpacked

# Which column of a list a change comes from.
BEHIND = {
    "姓名": "name", "籍贯": "native_place", "户编号": "household_number", "详细住址": "address", "联系电话": "phone",
    "行政村": "village_code", "人员类别": "remark", "低保": "remark", "特困供养": "remark", "病例": "disease",
    "脱贫年度": "out_of_poverty_year",
}  # fmt: skip


def _squeeze(told) -> str:
    return base64.b64encode(zlib.compress(to_json(told).encode(), 1)).decode()


def _expand(text: str):
    return json.loads(zlib.decompress(base64.b64decode(text))) if text else []


def keep_list(people: PeopleList) -> str:
    names = list(people.places)
    lines = [[line.number, *(line.cells[name] for name in names)] for line in people.lines]
    return _squeeze([people.layout, people.sheet, people.places, people.notices, lines])


def kept_list(text: str) -> PeopleList:
    layout, sheet, places, notices, lines = _expand(text)
    read = [Line(number, dict(zip(places, unpacked(cells), strict=True))) for number, *cells in lines]
    return PeopleList(layout, sheet, places, read, notices)


@dataclass
class Shown:
    """A row as the preview shows it; ``told`` holds (cell, column heading, sentence), ``changes`` (cell, label, before, after)."""

    line: int
    result: str
    name: str
    id_mask: str
    disease: str
    told: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str, str]] = field(default_factory=list)
    message: str = ""
    confirm: str = ""


KEPT = [one.name for one in fields(Shown)]


def shown(row: Row, people: PeopleList) -> Shown:
    columns = columns_of(people.layout)
    told = [(people.cell(row.line, fault.column), columns[fault.column].column_name, fault.sentence) for fault in row.told]
    changes = [(_cell_behind(label, row.line, people), label, before, after) for label, before, after in row.changes]
    return Shown(row.line, row.result, row.name, row.id_mask, row.disease, told, changes, row.message, row.confirm)


def _cell_behind(label: str, line: int, people: PeopleList) -> str:
    column = BEHIND.get(label, "")
    return people.cell(line, column) if column in people.places else ""


def keep_preview(rows: list[Shown]) -> str:
    return _squeeze([[getattr(row, name) for name in KEPT] for row in rows])


def kept_preview(text: str) -> list[Shown]:
    rows = []
    for line, result, name, id_mask, disease, told, changes, message, confirm in _expand(text):
        pairs = ([tuple(one) for one in told], [tuple(one) for one in changes])
        rows.append(Shown(line, result, name, id_mask, disease, *pairs, message, confirm))
    return rows
