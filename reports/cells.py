"""A return cell by cell: what a remark points at, and which cells another revision says differently. Pure.

A cell's place is ``row|column``: in F1 the row's name and the figure's key (``白内障|treated``), in a list the line's number from 1 and
the column's key (``3|name``; ``名单3|name`` on F1's roster), for what stands before a list ``本县|served``. Numbers of people are masked
in ``text``, which may be kept and shown; ``raw`` is what the payload says and is only compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.money import grouped
from ledger.protection import mask_id_number, mask_phone
from reports.forms.supplement_words import supplement_by_period
from reports.forms.wording import F2_HEADINGS, FIGURES, LABELS, NEITHER, ROSTER_HEADINGS, TOTAL

F2_KEYS = ("disease", "number", "name", "sex", "age", "native_place", "id_number", "registered_on", "remark")
ROSTER_KEYS = ("name", "sex", "age", "diagnosis", "address", "id_number", "insurance_number")
F6_KEYS = ("name", "reason", "hospital", "amount_fen", "remedy")
F6_HEADINGS = ("姓名", "未享受的原因", "就诊医院", "押金金额（元）", "整改措施")
F6_FIGURES = {"served": "累计享受人次", "violations": "本期未享受人次"}
F4_KEYS = ("name", "unit", "position", "phone", "mobile", "email")
F4_HEADINGS = ("姓名", "单位", "职务", "电话", "手机", "邮箱")
ROSTER = "名单"
SUPPLEMENT = "补报"
OWN = "本县"


@dataclass(frozen=True)
class Cell:
    """One cell. ``identity`` names the same cell in every revision, wherever its line has moved to."""

    place: str
    label: str
    text: str
    raw: str
    identity: str


@dataclass(frozen=True)
class Line:
    """One printed line; ``title`` says which, in the clerk's words."""

    title: str
    cells: list[Cell]


@dataclass(frozen=True)
class Difference:
    """A cell that two revisions say differently; None where one of them has no such cell."""

    was: Cell | None
    now: Cell | None

    @property
    def label(self) -> str:
        return (self.now or self.was).label


@dataclass(frozen=True)
class Sheet:
    """The lines of a form under their headings."""

    title: str
    headings: tuple[str, ...]
    lines: list[Line]


def sheets(payload: dict) -> list[Sheet]:
    """The form's tables as they are printed: F1 has its table and its roster, the others one each; then what is told of earlier periods."""
    return {"F1": _f1, "F2": _f2, "F4": _f4, "F6": _f6}[payload["form"]](payload) + _supplement(payload)


def _supplement(payload: dict) -> list[Sheet]:
    """What is told of earlier periods under the table: a line, a cell."""
    shown, told = supplement_by_period(payload, masked=True), supplement_by_period(payload)
    cells = [
        (text, raw, f"{SUPPLEMENT}{period}第{number}行")
        for (period, texts), (_, raws) in zip(shown, told, strict=True)
        for number, (text, raw) in enumerate(zip(texts, raws, strict=True), start=1)
    ]
    lines = [
        Line(
            f"{SUPPLEMENT}第 {number} 行", [Cell(f"{SUPPLEMENT}{number}|text", f"{SUPPLEMENT}第 {number} 行", text.strip(), raw, identity)]
        )
        for number, (text, raw, identity) in enumerate(cells, start=1)
    ]
    return [Sheet("补报以前各期", (SUPPLEMENT,), lines)] if lines else []


def cells_of(payload: dict) -> dict[str, Cell]:
    """Every cell of a return by its place."""
    return {cell.place: cell for sheet in sheets(payload) for line in sheet.lines for cell in line.cells}


def in_a_list(place: str) -> bool:
    """Whether a cell stands in a line of a list, which names somebody, and not among the figures."""
    return place.partition("|")[0].removeprefix(ROSTER).removeprefix(SUPPLEMENT).isdecimal()


def differences(before: dict, after: dict) -> list[Difference]:
    """Cells that the later payload says otherwise, in its own order; then those that are gone. A line that only moved is no difference."""
    old = {cell.identity: cell for cell in cells_of(before).values()}
    new = {cell.identity: cell for cell in cells_of(after).values()}
    changed = [Difference(old.get(one), cell) for one, cell in new.items() if one not in old or old[one].raw != cell.raw]
    return changed + [Difference(cell, None) for one, cell in old.items() if one not in new]


def changed_places(before: dict, after: dict) -> set[str]:
    """The places, as the earlier payload names them, of whatever the later one says otherwise or has no more."""
    return {one.was.place for one in differences(before, after) if one.was}


def _figures(name: str, keys: Iterable[str], labels: dict[str, str], values: dict) -> list[Cell]:
    return [Cell(f"{name}|{key}", f"{name} {labels[key]}", str(values[key]), str(values[key]), f"{name}|{key}") for key in keys]


def _f1(payload: dict) -> list[Sheet]:
    rows = [*payload["rows"], {"name": TOTAL, **payload["total"]}]
    table = [Line(row["name"], _figures(row["name"], FIGURES, LABELS, row)) for row in rows]
    outside = str(payload[NEITHER])
    table.append(Line("未列入两类的人", [Cell(f"{TOTAL}|{NEITHER}", "未列入两类的人 人数", outside, outside, f"{TOTAL}|{NEITHER}")]))
    roster = [
        _line(f"{ROSTER}{number}", f"名单第 {number} 行", ROSTER_KEYS, ROSTER_HEADINGS, row, f"{ROSTER}{row['person']}")
        for number, row in enumerate(payload["roster"], start=1)
    ]
    return [Sheet("进展情况统计表", tuple(LABELS[key] for key in FIGURES), table), Sheet("已救治名单", ROSTER_HEADINGS, roster)]


def _f2(payload: dict) -> list[Sheet]:
    lines = [
        _line(str(number), f"第 {number} 行", F2_KEYS, F2_HEADINGS, row, f"{row['disease']}{row['person']}")
        for number, row in enumerate(payload["rows"], start=1)
    ]
    return [Sheet("民政核准台账", F2_HEADINGS, lines)]


def _f6(payload: dict) -> list[Sheet]:
    own = Line(payload["county"]["name"], _figures(OWN, F6_FIGURES, F6_FIGURES, payload))
    lines = [
        _line(str(number), f"第 {number} 行", F6_KEYS, F6_HEADINGS, row, f"押金{row['deposit']}")
        for number, row in enumerate(payload["rows"], start=1)
    ]
    return [Sheet("人次", tuple(F6_FIGURES.values()), [own]), Sheet("未享受政策的人", F6_HEADINGS, lines)]


def _f4(payload: dict) -> list[Sheet]:
    rows = [row if isinstance(row, dict) else dict(zip(F4_KEYS, row, strict=True)) for row in payload["rows"]]
    lines = [
        _line(str(number), f"第 {number} 行", F4_KEYS, F4_HEADINGS, row, f"{row['unit']}{row.get('number', '')}")
        for number, row in enumerate(rows, start=1)
    ]
    return [Sheet("专职联系人", F4_HEADINGS, lines)]


def _line(key: str, title: str, keys: tuple[str, ...], headings: tuple[str, ...], row: dict, identity: str) -> Line:
    cells = [
        Cell(f"{key}|{column}", f"{title} {heading}", shown(column, row[column]), str(row[column]), f"{identity}|{column}")
        for column, heading in zip(keys, headings, strict=True)
    ]
    return Line(title, cells)


def shown(column: str, value: object) -> str:
    """What a list's cell says on a page: numbers masked, fen as yuan."""
    if column == "amount_fen":
        return grouped(value)
    if column == "id_number" or (column == "insurance_number" and len(str(value)) > 14):
        return mask_id_number(str(value))
    if column in ("phone", "mobile"):
        return mask_phone(str(value))
    return str(value)
