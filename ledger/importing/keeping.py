"""How a list and its preview are kept while they wait: as compressed JSON, which the model seals."""

import base64
import json
import zlib
from dataclasses import asdict, dataclass, field

from ledger.importing.layouts import Line, PeopleList, columns_of
from ledger.importing.plans import DOUBTFUL, Row
from ledger.importing.reader.cells import pack, unpack


def _squeeze(told) -> str:
    return base64.b64encode(zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 1)).decode()


def _expand(text: str):
    return json.loads(zlib.decompress(base64.b64decode(text))) if text else []


def keep_list(people: PeopleList) -> str:
    names = list(people.places)
    lines = [[line.number, *(pack(line.cells[name]) for name in names)] for line in people.lines]
    return _squeeze([people.layout, people.sheet, people.places, people.notices, lines])


def kept_list(text: str) -> PeopleList:
    layout, sheet, places, notices, lines = _expand(text)
    read = [Line(number, dict(zip(places, map(unpack, cells), strict=True))) for number, *cells in lines]
    return PeopleList(layout, sheet, places, read, notices)


@dataclass
class Shown:
    """A row as the preview shows it; ``told`` holds (cell, column heading, sentence)."""

    line: int
    result: str
    name: str
    id_mask: str
    disease: str
    told: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    message: str = ""
    confirm: str = ""

    @property
    def undecided(self) -> bool:
        return self.result == DOUBTFUL


def shown(row: Row, people: PeopleList) -> Shown:
    columns = columns_of(people.layout)
    told = [(people.cell(row.line, fault.column), columns[fault.column].column_name, fault.sentence) for fault in row.told]
    return Shown(row.line, row.result, row.name, row.id_mask, row.disease, told, row.changes, row.message, row.confirm)


def keep_preview(rows: list[Shown]) -> str:
    return _squeeze([list(asdict(row).values()) for row in rows])


def kept_preview(text: str) -> list[Shown]:
    rows = []
    for line, result, name, id_mask, disease, told, changes, message, confirm in _expand(text):
        pairs = ([tuple(one) for one in told], [tuple(one) for one in changes])
        rows.append(Shown(line, result, name, id_mask, disease, *pairs, message, confirm))
    return rows
