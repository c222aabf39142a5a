"""The findings of the entitlement check as a workbook: the sums by layer, and whoever was paid too little or too much."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook

from ledger.workbook import BODY, HEADING, STRONG, TITLE, to_bytes
from settlement.models import CheckFinding, Finding
from settlement.workbook_paper import set_paper, set_widths, write, write_lines, write_row

LIST = ("序号", "患者", "身份证号", "医院", "账单号", "出院日期", "支付层次", "应付（元）", "实付（元）", "相差（元）", "原因")
SUMMARY = ("支付层次", "少付（笔）", "少付（元）", "多付（笔）", "多付（元）")
SHEETS = ((Finding.UNDER, "少付"), (Finding.OVER, "多付"), (Finding.UNVERIFIED, "待核实类别"), (Finding.UNKNOWN, "不能计算"))
SAMPLE = "示范参数：应付金额使用了尚未经市级签认的示范参数，只作核对参考。"


def sums_by_layer(findings: Sequence[CheckFinding]) -> list[list]:
    """[title, bills paid too little, how much, bills paid too much, how much] for each layer in the chain's order, then all."""
    rows: dict[str, list] = {}
    for one in sorted(findings, key=lambda one: (one.position, one.title)):
        if one.finding not in (Finding.UNDER, Finding.OVER):
            continue
        row = rows.setdefault(one.layer, [one.title, 0, Decimal(0), 0, Decimal(0)])
        place = 1 if one.finding == Finding.UNDER else 3
        row[place] += 1
        row[place + 1] += abs(one.difference_yuan)
    whole = ["合计", *[sum((row[place] for row in rows.values()), Decimal(0) if place in (2, 4) else 0) for place in (1, 2, 3, 4)]]
    return [*rows.values(), whole]


def check_workbook(findings: Sequence[CheckFinding], *, unit: str, day: datetime.date) -> bytes:
    """A sheet of sums and one for each kind of finding that there is."""
    book = Workbook()
    first = book.active
    first.title = "汇总"
    title = "应享待遇核对结果"
    rows = sums_by_layer(findings)
    set_widths(first, [SUMMARY, *rows], (26, 14, 20, 14, 20))
    write(first, 1, 1, title, font=TITLE, across="center", grid=False, last=5)
    first.row_dimensions[1].height = 36
    row = write_lines(first, 2, 5, [f"核对单位：{unit}　　核对日期：{day}"])
    if any(one.sample for one in findings):
        row = write_lines(first, row, 5, [SAMPLE], grid=True, font=STRONG)
    write_row(first, row, SUMMARY, font=HEADING, centred=True)
    for number, values in enumerate(rows, start=row + 1):
        write_row(first, number, values, font=STRONG if values is rows[-1] else BODY, shade=values is rows[-1])
    others = [f"{words}：{sum(one.finding == kind for one in findings)} 笔" for kind, words in SHEETS[2:]]
    write_lines(first, row + len(rows) + 1, 5, ["　　".join(others), "核对只作比较，不改动任何结算；补付、追回由支付方另行办理。"])
    set_paper(first, landscape=False, repeat=row, footer=f"{unit} {title}")
    for kind, words in SHEETS:
        chosen = [one for one in findings if one.finding == kind]
        if chosen:
            _list(book.create_sheet(words), chosen, f"{title}：{words}", unit)
    return to_bytes(book, title=title, day=day)


def _list(sheet, findings: Sequence[CheckFinding], title: str, unit: str) -> None:
    rows = [
        [
            number, one.person.name, str(one.person.id_number) or "无证号", one.subject.hospital.name, one.subject.bill_no,
            one.subject.discharged_on, one.title or "—", one.entitled_yuan, one.paid_yuan,
            None if one.entitled_yuan is None else one.difference_yuan, one.reason,
        ]
        for number, one in enumerate(findings, start=1)
    ]  # fmt: skip
    set_widths(sheet, [LIST, *[row[:-1] for row in rows]], (6, 10, 21, 22, 14, 13, 16, 14, 14, 14, 46))
    write(sheet, 1, 1, title, font=TITLE, across="center", grid=False, last=11)
    sheet.row_dimensions[1].height = 34
    write_row(sheet, 2, LIST, font=HEADING, centred=True)
    for number, values in enumerate(rows, start=3):
        write_row(sheet, number, values)
    if findings[0].finding in (Finding.UNDER, Finding.OVER):
        whole = sum((one.difference_yuan for one in findings), Decimal(0))
        write_row(sheet, 3 + len(rows), ["合计", "", "", "", "", "", "", None, None, whole, ""], font=STRONG, shade=True)
    set_paper(sheet, landscape=True, repeat=2, footer=f"{unit} {title}")
    sheet.freeze_panes = "A3"
