"""A file of bills to settle: our own columns or a hospital system's export by national field names, and the template to fill in."""

import datetime
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from ledger.actions.refusals import Refused
from ledger.importing.reader.cells import Cell as Value
from ledger.importing.reader.cells import text_of
from ledger.importing.reading import FILE, MEGABYTE, Limits, read_list
from ledger.workbook import BODY, HEADING, TITLE, to_bytes
from settlement import national
from settlement.workbook_paper import set_paper, set_widths, write, write_lines, write_row

LIMITS = Limits(size=2 * MEGABYTE, unpacked=20 * MEGABYTE)
ROW_LIMIT = 200
COLUMNS = {
    "id_number": "身份证号", "name": "姓名", "disease": "病种", "bill_no": "账单号", "admitted_on": "入院日期", "discharged_on": "出院日期",
    "total_yuan": "总费用", "in_policy_yuan": "政策范围内费用", "limit_yuan": "限额", "drugs_in_yuan": "目录内药品费",
    "drugs_out_yuan": "目录外药品费", "commercial_yuan": "商业保险已付", "charity_yuan": "慈善救助已付", "referral_number": "转诊批准号",
}  # fmt: skip
NEEDED = ("id_number", "disease", "bill_no", "admitted_on", "discharged_on", "total_yuan", "in_policy_yuan")
ALSO = {
    "证件号码": "身份证号",
    "患者": "姓名",
    "患者姓名": "姓名",
    "疾病名称": "病种",
    "疾病": "病种",
    "政策范围内": "政策范围内费用",
    "单病种限额": "限额",
}
BY_HEADING = {heading: column for column, heading in COLUMNS.items()}
NOTES = ("单元格", "原因")  # Columns of the file that goes back to be corrected; taken off when it comes in again.
HEADING_ROWS = 10
CLOCK_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


@dataclass(frozen=True)
class Cell:
    """One cell: what it holds and where it stands (G17)."""

    value: Value
    place: str

    @property
    def text(self) -> str:
        return text_of(self.value)


@dataclass(frozen=True)
class BillRow:
    """One line: for each of our columns the cells that may fill it, best first; what the export says came out of it."""

    line: int
    cells: dict[str, list[Cell]]
    stated: dict[str, Cell] = field(default_factory=dict)

    def cell(self, column: str) -> Cell:
        """The first cell that is filled; the first of all where none is."""
        found = self.cells.get(column) or [Cell("", "")]
        return next((cell for cell in found if cell.text), found[0])


@dataclass(frozen=True)
class ReadFile:
    """The rows, and the hash under which the file's rows are settled once."""

    name: str
    sha256: str
    national: bool
    rows: list[BillRow]


def day_text(cell: Cell) -> str:
    """A day, with a time of day dropped: 2017-09-27 10:33:05."""
    return CLOCK_TIME.sub("", cell.text)


def heading_of(value: Value) -> str:
    """总费用（元） is 总费用; national names in any case; what people also write is the template's heading."""
    text = text_of(value).replace(" ", "").removesuffix("(元)")
    return ALSO.get(text, text.lower() if text.isascii() else text)


def column_of(heading: str) -> str | None:
    """Our column that a heading fills, whichever language it is in."""
    return BY_HEADING.get(heading) or national.ENTERED.get(heading)


def read_bill_file(name: str, content: bytes) -> ReadFile:
    """The rows of a .csv or .xlsx file; raises Refused with what is wrong with the file as a whole."""
    table = _table(name, content)
    start = next((place for place, cells in enumerate(table[:HEADING_ROWS]) if _known(cells) >= 4), None)
    if start is None:
        raise Refused("没有找到列名。请下载模板按列名填写，或用医院系统按国家结算字段名导出的文件。", FILE)
    headings = [heading_of(cell) for cell in table[start]]
    is_national = any(heading in national.ENTERED for heading in headings)
    _check_headings(headings, is_national)
    rows = [_row(headings, cells, line) for line, cells in enumerate(table[start + 1 :], start + 2) if any(map(text_of, cells))]
    if not rows:
        raise Refused("列名下面没有内容。请核对文件。", FILE)
    if len(rows) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 张账单，这个文件有 {len(rows)} 行。请分次导入。", FILE)
    return ReadFile(name, hashlib.sha256(content).hexdigest(), is_national, rows)


def _table(name: str, content: bytes) -> list[list[Value]]:
    try:
        return read_list(name, content, LIMITS)
    except Refused as refused:
        if "展开后太大" in refused.message:
            raise Refused("文件展开后太大。请只留账单这一张表，另存后再导入。", FILE) from None
        raise


def _known(cells: Sequence) -> int:
    return len({column for cell in cells if (column := column_of(heading_of(cell)))})


def _check_headings(headings: list[str], is_national: bool) -> None:
    filled = {column_of(heading) for heading in headings}
    missing = [column for column in NEEDED if column not in filled]
    if missing:
        raise Refused(f"缺少列：{'、'.join(_heading_words(column, is_national) for column in missing)}。请补齐后再导入。", FILE)
    results = {*national.RESULTS, *national.INFORMATIVE}
    known = [heading for heading in headings if column_of(heading) or heading in results]
    twice = [heading for heading in dict.fromkeys(known) if known.count(heading) > 1]
    if twice:
        raise Refused(f"列名“{'”“'.join(twice)}”出现了不止一次，请只留一列。", FILE)
    # An export carries far more than is needed here; in a file typed by hand an unknown heading is a mistake.
    strange = [heading for heading in headings if heading and heading not in known and heading not in NOTES]
    if strange and not is_national:
        raise Refused(f"不认识列名“{'”“'.join(strange)}”。请按模板的列名改正，或删去这一列。", FILE)


def _heading_words(column: str, is_national: bool) -> str:
    names = [name for name, fills in national.ENTERED.items() if fills == column]
    return f"{COLUMNS[column]}（{' 或 '.join(names[:3])}）" if is_national and names else COLUMNS[column]


def _row(headings: list[str], cells: Sequence, line: int) -> BillRow:
    placed = {
        heading: Cell(value, f"{get_column_letter(place)}{line}")
        for place, (heading, value) in enumerate(zip(headings, cells, strict=False), start=1)
        if heading
    }
    order = [*BY_HEADING, *national.ENTERED]
    columns: dict[str, list[Cell]] = {}
    for heading in sorted((one for one in placed if column_of(one)), key=order.index):
        columns.setdefault(column_of(heading), []).append(placed[heading])
    stated = {name: placed[name] for name in (*national.RESULTS, *national.INFORMATIVE) if name in placed and placed[name].text}
    return BillRow(line, columns, stated)


# ---- workbooks that go out ----


def _headings(extra: Sequence[str] = ()) -> list[str]:
    return [f"{heading}（元）" if column.endswith("_yuan") else heading for column, heading in COLUMNS.items()] + list(extra)


def _widths(extra: int = 0) -> list[int]:
    wide = {"id_number": 22, "referral_number": 22, "bill_no": 22, "disease": 18}
    return [wide.get(column, 17 if column.endswith("_yuan") else 14) for column in COLUMNS] + [14, 60][:extra]


def template(day: datetime.date) -> bytes:
    """An empty file with every column, the text columns set as text, and a sheet of notes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "账单"
    set_widths(sheet, [], _widths())
    write_row(sheet, 1, _headings(), font=HEADING, centred=True, shade=True)
    for row in range(2, ROW_LIMIT + 2):
        for place, column in enumerate(COLUMNS, start=1):
            cell = sheet.cell(row, place)
            cell.number_format, cell.font = ("#,##0.00" if column.endswith("_yuan") else "@"), BODY
    sheet.freeze_panes = "A2"
    set_paper(sheet, landscape=True, repeat=1, footer="账单")
    how = book.create_sheet("填写说明")
    how.column_dimensions["A"].width = 96
    write(how, 1, 1, "账单填写说明", font=TITLE, across="center", grid=False)
    how.row_dimensions[1].height = 32
    write_lines(how, 3, 1, INSTRUCTIONS)
    set_paper(how, landscape=False, repeat=1, footer="填写说明")
    return to_bytes(book, title="账单导入模板", day=day)


INSTRUCTIONS = [
    "1. 一次住院一行。身份证号、病种、账单号、入院日期、出院日期、总费用、政策范围内费用必填，其余没有就留空。",
    "2. 身份证号填 18 位，这一列保持文本格式；患者的病例须已在台账上、由本院救治。姓名选填，填了会核对。",
    "3. 病种填名称、代码或 ICD-10 诊断代码；日期写 2017-09-20 这样；金额以元为单位，最多两位小数。",
    "4. 限额是单病种限额；商业保险、慈善救助已付的金额，只有政策中有这一层次的才填。",
    "5. 统筹区外的住院，填经批准的转诊批准号。",
    f"6. 一次最多 {ROW_LIMIT} 行。导入前逐行预览；可以结算的先结算，其余的下载改好再传。",
    "7. 医院系统按国家结算字段名导出的文件可以直接导入，不用改列名：certno、begndate、enddate、setl_id 或 mdtrt_id、"
    "dise_codg 或 diag_code、medfee_sumamt、inscp_scp_amt；带有 hifp_pay、hifmi_pay、maf_pay、hosp_part_amt、oth_pay、psn_part_amt 的，"
    "会和本系统的计算结果核对。",
]


def to_correct(rows: Sequence[dict], *, day: datetime.date) -> bytes:
    """The rows that were not settled, as they came in, each with the cell and the sentence: {column: text, "places": ..., "reasons": ...}."""
    book = Workbook()
    sheet = book.active
    sheet.title = "待改账单"
    set_widths(sheet, [], _widths(extra=2))
    write_row(sheet, 1, _headings(NOTES), font=HEADING, centred=True, shade=True)
    for place, row in enumerate(rows, start=2):
        write_row(sheet, place, [*(row.get(column, "") for column in COLUMNS), row["places"], row["reasons"]])
    sheet.freeze_panes = "A2"
    set_paper(sheet, landscape=True, repeat=1, footer="待改账单")
    return to_bytes(book, title="待改账单", day=day)
