"""A file of bills that were paid elsewhere: its columns, the template to fill in, and its cells as rows of text."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook

from ledger.actions.refusals import Refused
from ledger.importing.reader.cells import Cell, text_of
from ledger.importing.reading import FILE, MEGABYTE, Limits, read_list
from ledger.workbook import BODY, HEADING, TITLE, to_bytes
from settlement.engine.policy import Layer
from settlement.workbook_paper import set_paper, set_widths, write, write_lines, write_row

LIMITS = Limits(size=2 * MEGABYTE, unpacked=20 * MEGABYTE)
ROW_LIMIT = 500
# The heading, and the name under which a row holds the cell. What the layers were paid stands under their own titles.
COLUMNS = {
    "姓名": "name", "身份证号": "id_number", "医院": "hospital", "账单号": "bill_no", "入院日期": "admitted_on", "出院日期": "discharged_on",
    "病种": "disease", "转诊批准号": "referral_number", "总费用": "total", "政策范围内费用": "in_policy", "限额": "limit", "个人自付": "self_pay",
}  # fmt: skip
OPTIONAL = {"姓名", "限额", "转诊批准号"}
ALSO = {"医院名称": "医院", "医院代码": "医院", "政策范围内": "政策范围内费用", "个人实付": "个人自付", "证件号码": "身份证号", "备注": ""}
NUMERIC_ID = "身份证号是数字格式，末几位可能已经丢失。请把这一列设为文本，对照身份证重新填写。"


@dataclass(frozen=True)
class RawRow:
    """One line of the file: cells by column name, what each layer was paid by the heading it stood under."""

    line: int
    cells: dict[str, Cell]
    layers: dict[str, Cell]


def heading_of(cell: Cell) -> str:
    """总费用（元） is 总费用; a heading that people also use is the template's."""
    text = text_of(cell).replace(" ", "").removesuffix("(元)")
    return ALSO.get(text, text)


def read_paid_file(name: str, content: bytes, layers: Sequence[Layer]) -> list[RawRow]:
    """The rows of a .csv or .xlsx file; raises Refused with what is wrong with the file as a whole."""
    table = read_list(name, content, LIMITS)
    needed = set(COLUMNS) - OPTIONAL
    start = next((number for number, cells in enumerate(table[:10]) if len(needed & set(map(heading_of, cells))) >= 4), None)
    if start is None:
        raise Refused("没有找到列名。请下载模板，按模板的列名填写。", FILE)
    headings = [heading_of(cell) for cell in table[start]]
    _check_headings(headings, layers)
    rows = []
    for number, cells in enumerate(table[start + 1 :], start + 2):
        filled = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}
        if any(text_of(cell) for cell in filled.values()):
            known = {COLUMNS[heading]: cell for heading, cell in filled.items() if heading in COLUMNS}
            rows.append(RawRow(number, known, {heading: cell for heading, cell in filled.items() if heading not in COLUMNS}))
    if not rows:
        raise Refused("列名下面没有内容。请核对文件。", FILE)
    if len(rows) > ROW_LIMIT:
        raise Refused(f"一次最多导入 {ROW_LIMIT} 行，这个文件有 {len(rows)} 行。请分次导入。", FILE)
    return rows


def _check_headings(headings: list[str], layers: Sequence[Layer]) -> None:
    missing = [heading for heading in COLUMNS if heading not in OPTIONAL and heading not in headings]
    if missing:
        raise Refused(f"缺少列：{'、'.join(missing)}。请按模板补齐。", FILE)
    known = {*COLUMNS, "", *(layer.title for layer in layers), *(layer.name for layer in layers)}
    strange = [heading for heading in headings if heading not in known]
    if strange:
        titles = "、".join(dict.fromkeys(layer.title for layer in layers))
        raise Refused(f"不认识列名“{'”“'.join(strange)}”。各层实付的列名用支付层次的名称：{titles}。", FILE)
    twice = [heading for heading in dict.fromkeys(headings) if heading and headings.count(heading) > 1]
    if twice:
        raise Refused(f"列名“{'”“'.join(twice)}”出现了不止一次，请只留一列。", FILE)
    if not any(heading in {name for layer in layers for name in (layer.title, layer.name)} for heading in headings):
        raise Refused("没有任何支付层次的列。请按模板写上各层实付的金额。", FILE)


def template(layers: Sequence[Layer], *, day: datetime.date) -> bytes:
    """An empty file with every column, the number columns set as text, and how to fill it in."""
    book = Workbook()
    sheet = book.active
    sheet.title = "已付账单"
    titles = list(dict.fromkeys(layer.title for layer in layers))
    money = {"总费用", "政策范围内费用", "限额", "个人自付", *titles}
    *before, last = COLUMNS
    headings = [*before, *titles, last]
    set_widths(
        sheet, [[f"{heading}（元）" for heading in headings]], [22 if heading in ("身份证号", "医院") else 14 for heading in headings]
    )
    write_row(
        sheet, 1, [f"{heading}（元）" if heading in money else heading for heading in headings], font=HEADING, centred=True, shade=True
    )
    for row in range(2, 52):
        for column, heading in enumerate(headings, start=1):
            cell = sheet.cell(row, column)
            cell.number_format, cell.font = ("#,##0.00" if heading in money else "@"), BODY
    set_paper(sheet, landscape=True, repeat=1, footer="已付账单")
    sheet.freeze_panes = "A2"
    how = book.create_sheet("填写说明")
    how.column_dimensions["A"].width = 96
    write(how, 1, 1, "已付账单填写说明", font=TITLE, across="center", grid=False)
    how.row_dimensions[1].height = 32
    write_lines(how, 3, 1, _instructions(titles))
    set_paper(how, landscape=False, repeat=1, footer="填写说明")
    return to_bytes(book, title="已付账单导入模板", day=day)


def _instructions(titles: list[str]) -> list[str]:
    return [
        "1. 一次住院一行，只填在别处（不经本系统）已经支付的账单；在本系统结算过的不填。",
        "2. 身份证号填 18 位，这一列保持文本格式；患者须已在本县台账上。姓名选填，填了会核对。",
        "3. 医院填名称或代码，病种填名称或代码，日期写 2017-09-20 这样；在统筹区外住院、经批准转诊的，填转诊批准号。",
        f"4. 各层实付：{'、'.join(titles)}。没有支付的填 0 或留空；不属于这些层次的支付请先核对。",
        "5. 各层实付之和加个人自付，必须等于总费用。金额以元为单位，最多两位小数。",
        f"6. 一次最多 {ROW_LIMIT} 行。有一行不对，整个文件都不写入，改好后再导入。",
    ]
