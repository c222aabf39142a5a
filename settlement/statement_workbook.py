"""应付款对账单 as a workbook: the summary to be signed by both sides, and the list behind it."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.capitals import capitals
from ledger.workbook import HEADING, STRONG, TITLE, to_bytes
from settlement.actions.statements import totals
from settlement.models import Standing, Statement, StatementEntry, StatementEvent
from settlement.money import to_fen
from settlement.statement_page import layers_of, rows_of
from settlement.workbook_paper import set_paper, set_widths, write, write_lines, write_row

SAMPLE = "示范参数：本单所列结算使用了尚未经市级签认的示范参数，只作试用，不能作为支付凭据。"
SUMMARY = ("支付层次", "笔数", "结算应付（元）", "冲销冲减（元）", "其中争议、不付（元）", "本期应付（元）")
LIST = ("序号", "结算号", "患者", "身份证号", "账单号", "入院日期", "出院日期")
CENT = Decimal("0.01")


def in_capitals(amount: Decimal) -> str:
    """大写, with 负 before what the hospital gives back."""
    return ("负" if amount < 0 else "") + capitals(abs(to_fen(amount)))


def statement_workbook(statement: Statement, entries: Sequence[StatementEntry], *, payer: str, events: Sequence[StatementEvent]) -> bytes:
    """Two sheets, drawn from the statement's rows alone; ``payer`` is the office's name."""
    book = Workbook()
    first = book.active
    first.title = "汇总"
    title = f"{statement.hospital.name}{statement.month.year}年{statement.month.month}月应付款对账单（{statement.get_payer_display()}）"
    _summary(first, statement, entries, payer, events, title)
    _list(book.create_sheet("明细"), statement, entries, payer, title)
    return to_bytes(book, title=title, day=timezone.localtime(statement.prepared_at).date())


def _summary(sheet: Worksheet, statement: Statement, entries, payer: str, events, title: str) -> None:
    found = totals(entries)
    rows = [
        [row["title"], row["count"], *[Decimal(row[key]).quantize(CENT) for key in ("charged", "reversed", "aside", "payable")]]
        for row in found["layers"]
    ]
    whole = found["all"]
    last = ["合计", whole["count"], *[Decimal(whole[key]).quantize(CENT) for key in ("charged", "reversed", "aside", "payable")]]
    set_widths(sheet, [SUMMARY, *rows, last], (22, 8, 18, 18, 20, 18))
    write(sheet, 1, 1, title, font=TITLE, across="center", grid=False, last=6)
    sheet.row_dimensions[1].height = 40
    row = 2
    for left, right in (
        (f"应付单位：{payer}", f"对账单号：{statement.number}"),
        (f"收款单位：{statement.hospital.name}（{statement.hospital.code}）", f"状态：{statement.get_state_display()}"),
        (f"结算月份：{statement.month.year}年{statement.month.month}月", f"患者所属：{statement.county.name}"),
    ):
        write(sheet, row, 1, left, grid=False, last=3)
        write(sheet, row, 4, right, grid=False, last=6)
        sheet.row_dimensions[row].height = 22
        row += 1
    if statement.sample:
        row = write_lines(sheet, row, 6, [SAMPLE], grid=True, font=STRONG)
    write_row(sheet, row, SUMMARY, font=HEADING, centred=True)
    head = row
    for values in [*rows]:
        row += 1
        write_row(sheet, row, values)
    write_row(sheet, row + 1, last, font=STRONG, shade=True)
    row = write_lines(sheet, row + 2, 6, [f"本期应付合计（大写）：{in_capitals(last[-1])}"], grid=True, font=STRONG)
    row = write_lines(sheet, row, 6, _remarks(statement, events))
    _signatures(sheet, row + 1)
    set_paper(sheet, landscape=False, repeat=head, footer=f"{statement.number} {payer}")


def _remarks(statement: Statement, events: Sequence[StatementEvent]) -> list[str]:
    said = ["注：本期应付 = 结算应付 + 冲销冲减 − 争议、不付；同一次结算由几个层次支付的，按层次各计一笔。"]
    done = {}
    for event in reversed(events):
        done[event.move] = f"{timezone.localtime(event.at).date()} {event.unit} {event.by_name}"
    if statement.is_frozen:
        said.append(f"医院确认：{done['confirm']}。确认后明细不再改动，明细散列 {statement.rows_hash[:16]}。")
    if statement.state in ("payer_confirmed", "paid"):
        said.append(f"支付方确认：{done['accept']}。")
    if statement.paid_on:
        said.append(f"已于 {statement.paid_on} 支付，凭证号 {statement.voucher}。")
    return said


def _signatures(sheet: Worksheet, row: int) -> None:
    for first, last, side in ((1, 3, "收款单位（盖章）"), (4, 6, "应付单位（盖章）")):
        for place, words in enumerate((side, "经办人：", "日期：　　　　年　　月　　日")):
            write(sheet, row + place, first, words, grid=False, last=last)
            sheet.row_dimensions[row + place].height = 26


def _list(sheet: Worksheet, statement: Statement, entries, payer: str, title: str) -> None:
    layers = layers_of(entries)
    heading = (*LIST, *(f"{name}（元）" for _, name in layers), "合计（元）", "备注")
    rows = [
        [
            number, row.first.number, row.first.patient, row.first.id_mask or "无证号", row.first.bill_no, row.first.admitted_on,
            row.first.discharged_on, *(row.amounts.get(layer) for layer, _ in layers), row.total, _note(row),
        ]
        for number, row in enumerate(rows_of(entries), start=1)
    ]  # fmt: skip
    last = [
        [words, "", "", "", "", "", "", *sums, sum(sums, Decimal(0)), ""]
        for words, chosen in (("合计", entries), ("其中本期应付", [entry for entry in entries if entry.standing == Standing.PAYABLE]))
        for sums in [[sum((entry.amount_yuan for entry in chosen if entry.layer == layer), Decimal(0)) for layer, _ in layers]]
    ]  # fmt: skip
    columns = len(heading)
    set_widths(sheet, [heading, *rows], (8, 15, 10, 21, 14, 13, 13, *([15] * (len(layers) + 1)), 14))
    write(sheet, 1, 1, f"{title}明细", font=TITLE, across="center", grid=False, last=columns)
    sheet.row_dimensions[1].height = 36
    sample = "　*为使用示范参数的结算" if statement.sample else ""
    write(sheet, 2, 1, f"对账单号：{statement.number}　应付单位：{payer}{sample}", grid=False, last=columns)
    write_row(sheet, 3, heading, font=HEADING, centred=True)
    for row, values in enumerate([*rows], start=4):
        write_row(sheet, row, values)
    for place, values in enumerate(last, start=4 + len(rows)):
        write_row(sheet, place, ["", *values[1:]], font=STRONG, shade=True)
        write(sheet, place, 1, values[0], font=STRONG, last=len(LIST))
    set_paper(sheet, landscape=True, repeat=3, footer=f"{statement.number} {payer}")
    sheet.freeze_panes = "A4"


def _note(row) -> str:
    marks = [row.note] if row.note else []
    if row.first.dispute_id and row.first.dispute.reason:
        marks.append(row.first.dispute.reason)
    return "；".join(marks) + (" *" if row.first.sample else "")
