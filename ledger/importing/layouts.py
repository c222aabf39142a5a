"""The two layouts that lists come in, and finding one in a workbook: titles above, totals and signatures below, whatever the sheet. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from import_export.resources import Resource

from ledger.actions.refusals import Refused
from ledger.importing.columns import Age, Column, Day, Name, Number18, Phone, Sex, Unread, Words, Year
from ledger.importing.reader.cells import Cell, Number, Sheet, Table, column_letters

ROW_LIMIT = 20_000
HEADINGS_WITHIN = 30
DAYS_1904 = 1462  # How much less a workbook that counts from 1904 says for the same day.
FILE = "file"
OUR_OWN = (
    "序号",
    "原行号",
    "说明",
)  # Columns that are told to nobody when they are left: the last two stand in the workbook that goes back.
TOTAL = re.compile(r"(人数)?(合计|总计|小计|共计|总数|总人数|本页|累计|共\d)|.{1,12}(小计|合计)([:(].*)?$")
NOTE = re.compile(
    r"(注|备注|说明|其中|填表|填报|制表|审核|审批|负责人|经办|联系|单位|盖章|日期|统计|附件?[:：0-9]|此表|本表|[-—]*以[上下]空白)"
)
OF_OTHERS = re.compile(r"(户主|联系|监护|家属|代办|经办)")
DATED = re.compile(r"\d{4}年\d{1,2}月(\d{1,2}日)?|[一二][〇零○一二三四五六七八九]{3}年.*")
NUMBER_WORDS = ("身份证号", "身份证号码", "身份证", "公民身份号码", "公民身份证号码", "证件号码")


class F2(Resource):
    """附件 2: the table that civil affairs sends, letter for letter."""

    word, about = "附件 2", "民政台账管理表"
    disease = Column("disease", "疾病名称", Words(60), also=("病种", "疾病"))
    number = Column("number", "序号", Unread(), needed=False)
    name = Column("name", "姓名", Name(60), also=("患者姓名",))
    sex = Column("sex", "性别", Sex())
    age = Column("age", "年龄", Age())
    native_place = Column("native_place", "籍贯", Words(60), needed=False)
    id_number = Column("id_number", "身份证号(合医证)", Number18(insurance=True), also=NUMBER_WORDS)
    listed_on = Column("listed_on", "城乡居民医保建立台帐时间", Day(), also=("城乡居民医保建立台账时间", "建立台帐时间", "建立台账时间"))
    remark = Column("remark", "备注", Words(120, number_is_fine=True, day_is_fine=True), needed=False)


class Roster(Resource):
    """建档立卡 roster, as the poverty office keeps it."""

    word, about = "建档立卡名册", "扶贫部门"
    name = Column("name", "姓名", Name(60), also=("患者姓名",))
    sex = Column("sex", "性别", Sex())
    id_number = Column("id_number", "身份证号", Number18(), also=NUMBER_WORDS)
    household_number = Column("household_number", "户编号", Words(30, number_is_fine=True, tight=True), also=("户编码", "户号"))
    address = Column("address", "家庭地址", Words(120), also=("家庭住址", "详细住址", "详细地址", "住址", "地址"))
    village_code = Column("village_code", "行政村代码", Words(20, number_is_fine=True, tight=True), also=("行政村编码", "村代码"))
    phone = Column("phone", "联系电话", Phone(), also=("联系方式", "电话", "电话号码", "手机", "手机号", "手机号码"), needed=False)
    out_of_poverty_year = Column("out_of_poverty_year", "脱贫年度", Year(), also=("脱贫年份",), needed=False)


LAYOUTS: dict[str, type[Resource]] = {"f2": F2, "roster": Roster}


def columns_of(layout: str) -> dict[str, Column]:
    return dict(LAYOUTS[layout].fields)


@dataclass
class Line:
    """A row that speaks of a person: its number as the office program shows it, and its cells by column."""

    number: int
    cells: dict[str, Cell]


@dataclass
class PeopleList:
    """A list as found in a file. ``places`` says in which column of the sheet each column of the layout stands."""

    layout: str
    sheet: str
    places: dict[str, int]
    lines: list[Line]
    notices: list[str] = field(default_factory=list)

    def cell(self, line: int, column: str) -> str:
        """G17, as the office program names it."""
        return f"{column_letters(self.places[column])}{line}" if column in self.places else str(line)


def _flat(cell: Cell) -> str:
    """A heading without blanks, line breaks, or the width of its brackets."""
    return re.sub(r"[\s*＊]", "", unicodedata.normalize("NFKC", cell)) if isinstance(cell, str) else ""


def _places(columns: dict[str, Column], row: list[Cell]) -> tuple[dict[str, int], str]:
    """Where each column stands in a heading row, its official heading before other words; and the sentence where one stands twice."""
    found: dict[str, tuple[int, int]] = {}  # The column's heading among its ways, its place.
    twice = ""
    spoken = {_flat(way): (name, rank) for name, column in columns.items() for rank, way in enumerate((column.column_name, *column.also))}
    for place, cell in enumerate(row):
        name, rank = _meant(_flat(cell), spoken)
        if name and name in found and found[name][0] == rank:
            letters = f"{column_letters(found[name][1])} 列和 {column_letters(place)} 列"
            twice = f"有两列“{columns[name].column_name}”（{letters}）。请只留一列。"
        elif name:
            found[name] = min(found.get(name, (rank, place)), (rank, place))
    return {name: place for name, (_, place) in found.items()}, twice


def _meant(heading: str, spoken: dict[str, tuple[str, int]]) -> tuple[str, int]:
    """Which column a heading names; what stands in brackets behind it is a remark, such as 年龄（岁）, unless it names somebody else."""
    plain, _, remark = heading.partition("(")
    if heading in spoken or not remark or OF_OTHERS.search(remark):
        return spoken.get(heading, ("", 0))
    name, rank = spoken.get(plain, ("", 0))
    return name, rank + len(spoken)


def _heading_rows(sheet: Sheet) -> Iterator[tuple[int, list[Cell]]]:
    """Every row that may hold the headings, alone and then over the row below it: (the last heading row, its cells)."""
    rows = sheet.rows[:HEADINGS_WITHIN]
    yield from enumerate(rows)
    for number, (upper, lower) in enumerate(zip(rows, rows[1:], strict=False), 1):
        width = max(len(upper), len(lower))
        pairs = zip(upper + [None] * (width - len(upper)), lower + [None] * (width - len(lower)), strict=True)
        yield number, [below or above for above, below in pairs]


def _find(columns: dict[str, Column], sheet: Sheet) -> tuple[int, dict[str, int], str] | None:
    """The last row of the headings, where the columns stand, and which were left; None where the sheet has not all that are needed.

    Raises Refused where a column stands twice.
    """
    for number, row in _heading_rows(sheet):
        places, twice = _places(columns, row)
        if all(name in places for name, column in columns.items() if column.needed):
            if twice:
                raise Refused(f"工作表“{sheet.name}”{twice}", FILE)
            return number, places, _left(row, set(places.values()))
    return None


def _left(row: list[Cell], taken: set[int]) -> str:
    """The sentence about columns that no layout knows; nothing is passed over without a word."""
    words = {place: _flat(cell) for place, cell in enumerate(row) if place not in taken and _flat(cell) not in ("", *OUR_OWN)}
    named = "、".join(f"“{word[:12]}”（{column_letters(place)} 列）" for place, word in list(words.items())[:8])
    return f"版式里没有的列没有读：{named}{'等' if len(words) > 8 else ''}。" if words else ""


def _missing(layout: str, table: Table) -> Refused:
    """What to say where no sheet has the layout's columns."""
    columns = columns_of(layout)
    for other, resource in LAYOUTS.items():
        if other != layout and any(_find(columns_of(other), sheet) for sheet in table.sheets):
            return Refused(f"这份文件的列名是“{resource.word}”的，不是“{LAYOUTS[layout].word}”的。请改选版式。", FILE)
    best, where = {}, ""
    for sheet in table.sheets:
        for number, row in _heading_rows(sheet):
            places, _ = _places(columns, row)
            if len(places) > len(best):
                best, where = places, f"工作表“{sheet.name}”第 {number + 1} 行"
    lacking = [f"“{column.column_name}”" for name, column in columns.items() if column.needed and name not in best]
    absent = "、".join(lacking)
    if len(best) < 2:
        return Refused(f"没有找到列名。“{LAYOUTS[layout].word}”要有这些列：{absent}。", FILE)
    return Refused(f"{where}是列名，但没有{absent}。请补上这{'一' if len(lacking) == 1 else '几'}列再导入。", FILE)


def find_list(layout: str, table: Table) -> PeopleList:
    """The one list in the file. Raises Refused: no such columns, two lists, no people, too many."""
    columns = columns_of(layout)
    found = [(sheet, place) for sheet in table.sheets if (place := _find(columns, sheet))]
    shown = [(sheet, place, _lines(columns, sheet, *place[:2])) for sheet, place in found if not sheet.hidden]
    filled = [one for one in shown if one[2][0]] or shown[:1]
    if not found:
        raise _missing(layout, table)
    if not filled:
        raise Refused(f"名单在隐藏的工作表“{found[0][0].name}”里。请取消隐藏，核对后再导入。", FILE)
    if len(filled) > 1:
        names = "、".join(f"“{sheet.name}”" for sheet, *_ in filled)
        raise Refused(f"工作表{names}都有名单。一次只导入一张，请把其余的另存为别的文件。", FILE)
    sheet, (_, places, left), (lines, notices) = filled[0]
    if not lines:
        raise Refused("列名下面没有人员。请核对文件。", FILE)
    if len(lines) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 行，这个文件有 {len(lines)} 行。请拆成几个文件，分次导入。", FILE)
    for line in lines if table.from_1904 else ():
        if isinstance(day := line.cells.get("listed_on"), Number) and day.value < 100_000:
            line.cells["listed_on"] = Number(day.value + DAYS_1904)
    notices += [f"隐藏的工作表“{other.name}”里也有名单，没有读。" for other, _ in found if other.hidden]
    if sheet.hidden_rows:
        notices.append(f"有 {sheet.hidden_rows} 个隐藏的行，也一并读入。")
    if sheet.hidden_columns:
        notices.append("有隐藏的列，里面的内容也一并读入。")
    if left:
        notices.append(left)
    return PeopleList(layout, sheet.name, places, lines, notices)


def _filled_down(sheet: Sheet, heading: int, places: dict[str, int]) -> None:
    """A cell merged over several rows of one column holds for each of them; a name only where the number is merged as it is."""
    numbers = {(top, bottom) for top, left, bottom, right in sheet.merged if left == places["id_number"]}
    for top, left, bottom, right in sheet.merged:
        if left == places["name"] and (top, bottom) not in numbers:
            continue
        if top <= heading or left != right or bottom == top or top >= len(sheet.rows) or left >= len(sheet.rows[top]):
            continue
        value = sheet.rows[top][left]
        for row in sheet.rows[top + 1 : bottom + 1]:
            row += [None] * (left + 1 - len(row))
            row[left] = value


def _lines(columns: dict[str, Column], sheet: Sheet, heading: int, places: dict[str, int]) -> tuple[list[Line], list[str]]:
    _filled_down(sheet, heading, places)
    lines, passed_over = [], []
    for number, row in enumerate(sheet.rows[heading + 1 :], heading + 2):
        cells = {name: row[place] if place < len(row) else None for name, place in places.items()}
        kind = _kind(columns, cells, row)
        if kind == "person":
            lines.append(Line(number, cells))
        elif kind:
            passed_over.append(f"第 {number} 行“{kind[:20]}”不是人员，没有读入。")
    return lines, passed_over


def _kind(columns: dict[str, Column], cells: dict[str, Cell], row: list[Cell]) -> str:
    """ "person", "" for a blank row or a repeated heading, or the words of a total, note or signature line."""
    name, number = cells["name"], cells["id_number"]
    if isinstance(number, str) and len(number) > 9 and number.isascii() and number.isalnum():
        return "person"  # No heading, total or note has such a word there.
    said = {name: cell for name, cell in cells.items() if cell is not None and name != "number"}
    if not said or (set(said) == {"disease"} and isinstance(cells.get("number"), Number)):
        return ""  # Prepared rows that nobody filled in.
    if _heads(columns["name"], name) and _heads(columns["id_number"], number):
        return ""
    first = next((cell for cell in row if isinstance(cell, str)), "")
    return (first.strip() or "（数字）") if _no_person(said, _flat(first)) else "person"


def _heads(column: Column, cell: Cell) -> bool:
    return _flat(cell) in {_flat(way) for way in (column.column_name, *column.also)}


def _no_person(said: dict[str, Cell], first: str) -> bool:
    """Whether a row that says something is a total, a note, a date or a signature; ``first`` are its first words."""
    name, number = _flat(said.get("name")), said.get("id_number")
    if ":" in _flat(number) and NOTE.match(_flat(number)):
        return True
    if sum(character.isdigit() for character in _flat(number)) > 9 or (isinstance(number, Number) and number.value > 1e9):
        return False  # Somebody's number, right or wrong.
    named = bool(name) and not (TOTAL.match(name) or NOTE.match(name) or any(character.isdigit() for character in name))
    if TOTAL.match(first) and (not named or name == first):
        return True  # Whatever is counted beside it, under the names too.
    if DATED.fullmatch(name) or DATED.fullmatch(_flat(number)):
        return True
    if number is None and ":" in name and NOTE.match(name):
        return True
    if "name" not in said and number is None and NOTE.match(first):
        return True
    plain = name.replace("·", "")
    return len(said) == 1 and number is None and not (named and plain.isalpha() and len(plain) < 6)  # A page's title again.
