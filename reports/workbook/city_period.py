"""The city's workbook of a quarter or a year so far: the last month's sums, the months and counties beside each other, who returned what."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ledger.models import Division
from ledger.workbook import BODY, HEADING, SHADE, STRONG, TITLE, to_bytes, write, write_across
from reports.city_periods import DeferralMonth, MonthTable
from reports.forms.consolidation import CountyReturn
from reports.forms.wording import NEITHER, f1_title, notes, policy_notes
from reports.quality_of_returns import MEASURES, Rate, Rates, Record, timeliness
from reports.workbook import city_charts
from reports.workbook.city import COUNTY, PREFECTURE, draw_matrix, draw_progress
from reports.workbook.f1_sheet import draw_f1
from reports.workbook.paper import set_paper, write_lines

MONTHLY = (
    "月份",
    "总数",
    "累计救治数",
    "未完成救治数",
    "累计救治率",
    "比上期新增救治",
    "本季度完成救治数",
    "非建档立卡本季度完成救治数",
    "已报县数",
)


@dataclass(frozen=True)
class ReturnWord:
    """A return by its word, and what the rates count of it."""

    county: Division
    form: str
    period: datetime.date
    word: str
    record: Record


@dataclass(frozen=True)
class PeriodFacts:
    """All that the sheets print. ``before`` is the month before the span, to which the gains are compared, where there is one."""

    name: str
    city: str
    unit: str
    diseases: int
    tables: Sequence[MonthTable]
    before: MonthTable | None
    returns: Sequence[ReturnWord]
    deferral: Sequence[DeferralMonth]
    now: datetime.datetime

    @property
    def last(self) -> MonthTable:
        return self.tables[-1]

    @property
    def since(self) -> MonthTable:
        """What the gains are counted from."""
        return self.before or self.tables[0]


def draw_period(facts: PeriodFacts) -> bytes:
    """All sheets."""
    whole = _whole(facts)
    returns = [
        CountyReturn({"county": {"name": one.county.name}, "rows": one.figures["rows"], "total": one.total}, one.submitted)
        for one in facts.last.counties
    ]
    book = Workbook()
    first = book.active
    first.title = "汇总"
    draw_f1(first, whole, unit=facts.unit, filler="", phone="", remarks=[f"{facts.name}：本表是最后一个月的累计数，各月见“各月进展”。"])
    draw_matrix(book.create_sheet("县×病种"), returns, whole)
    draw_progress(book.create_sheet("救治进度"), returns, whole)
    draw_months(book.create_sheet("各月进展"), facts)
    draw_counties(book.create_sheet("县×月"), facts)
    draw_diseases(book.create_sheet("病种进展"), facts)
    draw_returns(book.create_sheet("上报情况"), facts)
    draw_rates(book.create_sheet("上报质量"), facts)
    if facts.deferral:
        draw_deferral(book.create_sheet("先诊疗后付费"), facts)
    return to_bytes(book, title=whole["title"], day=facts.last.cut_off_on)


def _whole(facts: PeriodFacts) -> dict:
    table, rows, total = facts.last, facts.last.rows, facts.last.total
    return {
        "title": f1_title(facts.city), "city": facts.city, "period": f"{table.month:%Y-%m}", "cut_off_on": table.cut_off_on.isoformat(),
        "rows": rows, "total": total, NEITHER: table.neither, "notes": table.told + notes(rows, total, table.neither),
        "policy_notes": policy_notes(facts.diseases), "submitted": table.submitted, "counties": len(table.counties),
        "carried": table.carried,
    }  # fmt: skip


def _begin(sheet: Worksheet, facts: PeriodFacts, title: str, headings: Sequence[str], widths: Sequence[float]) -> int:
    """Title, span and headings; answers the first free row."""
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    write_across(sheet, 1, 1, len(headings), title, font=TITLE, across="center")
    sheet.row_dimensions[1].height = 34
    write_across(sheet, 2, 1, len(headings), f"{facts.name}　(统计截止日期：{facts.last.cut_off_on})", across="center")
    sheet.row_dimensions[2].height = 26
    for column, words in enumerate(headings, start=1):
        write(sheet, 3, column, words, font=HEADING, across="center")
    sheet.row_dimensions[3].height = 36
    return 4


def _row(sheet: Worksheet, row: int, values: Sequence, *, font: Font = BODY, shares: Sequence[int] = (), names: int = 1) -> None:
    for column, value in enumerate(values, start=1):
        cell = write(sheet, row, column, value, font=font, across="left" if column <= names else "right")
        if column in shares and not isinstance(value, str):
            cell.number_format = "0.0%"
        if font is STRONG:
            cell.fill = SHADE
    sheet.row_dimensions[row].height = 22


def _share(total: dict[str, int]) -> float | str:
    return total["treated"] / total["total"] if total["total"] else "—"


def draw_months(sheet: Worksheet, facts: PeriodFacts) -> None:
    """The city month by month, with the share as a line and the gains as bars."""
    row = _begin(sheet, facts, f"{facts.city}各月救治进展", MONTHLY, (16, 10, 12, 12, 12, 14, 14, 18, 11))
    before = facts.before.total["treated"] if facts.before else None
    for table in facts.tables:
        total = table.total
        gained = "—" if before is None else total["treated"] - before
        told = f"{table.submitted} / {len(table.counties)}"
        name = f"{table.month.year} 年 {table.month.month} 月"
        figures = (
            total["total"],
            total["treated"],
            total["untreated"],
            _share(total),
            gained,
            total["quarter"],
            total["civil_quarter"],
            told,
        )
        _row(sheet, row, (name, *figures), shares=(5,))
        before = total["treated"]
        row += 1
    last = row - 1
    lines = [
        "各月是当月截止日的累计数；没有上报的县（区）按草稿或当时的台账汇总。",
        "“比上期新增救治”为累计救治数之差；患者迁出或类别终止会使它减少。",
    ]
    row = write_lines(sheet, row, len(MONTHLY), lines) + 1
    sheet.add_chart(city_charts.line(sheet, title="累计救治率", column=5, first=4, last=last, share=True), f"A{row}")
    sheet.add_chart(city_charts.bars(sheet, title="比上期新增救治（人）", column=6, first=4, last=last), f"A{row + 16}")
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{facts.city} {facts.name}")


def draw_counties(sheet: Worksheet, facts: PeriodFacts) -> None:
    """Counties down, months across: the treated share of each; what each gained since the span began, as bars."""
    headings = (COUNTY, *(f"{table.month.month} 月" for table in facts.tables), "期初累计救治", "期末累计救治", "本期新增救治")
    months = len(facts.tables)
    row = _begin(sheet, facts, f"{facts.city}各县（区）各月累计救治率", headings, (20, *[9.5] * months, 12, 12, 12))
    shares = range(2, 2 + months)
    for place, county in enumerate(facts.last.counties):
        own = [_of_county(table, county.county) for table in facts.tables]
        since = _of_county(facts.since, county.county)
        first = since["treated"] if since else 0
        values = [_share(total) if total else "—" for total in own]
        _row(
            sheet,
            row + place,
            (county.county.name, *values, first, county.total["treated"], county.total["treated"] - first),
            shares=shares,
        )
    last = row + len(facts.last.counties)
    city = [_share(table.total) for table in facts.tables]
    first, end = facts.since.total["treated"], facts.last.total["treated"]
    _row(sheet, last, (PREFECTURE, *city, first, end, end - first), font=STRONG, shares=shares)
    told = f"期初：{facts.since.month.year} 年 {facts.since.month.month} 月截止日。累计救治率 = 建档立卡累计救治数 ÷ 建档立卡总数。"
    below = write_lines(sheet, last + 1, len(headings), [told]) + 1
    sheet.add_chart(city_charts.bars(sheet, title="本期新增救治（人）", column=4 + months, first=row, last=last - 1), f"A{below}")
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{facts.city} {facts.name}")


def _of_county(table: MonthTable, county: Division) -> dict[str, int] | None:
    return next((one.total for one in table.counties if one.county.pk == county.pk), None)


def draw_diseases(sheet: Worksheet, facts: PeriodFacts) -> None:
    """The rows of F1 at the span's beginning and end, with treated and untreated as one chart."""
    headings = ("疾病主要诊断", "总数", "累计救治数", "未完成救治数", "累计救治率", "期初累计救治", "本期新增救治")
    row = _begin(sheet, facts, f"{facts.city}各病种救治进展", headings, (26, 12, 14, 14, 14, 14, 14))
    since = {one["name"]: one for one in facts.since.rows}
    rows = facts.last.rows
    for place, one in enumerate(rows):
        first = since[one["name"]]["treated"] if one["name"] in since else 0
        values = (one["name"], one["total"], one["treated"], one["untreated"], _share(one), first, one["treated"] - first)
        _row(sheet, row + place, values, shares=(5,))
    last, total = row + len(rows), facts.last.total
    first = facts.since.total["treated"]
    values = ("合计", total["total"], total["treated"], total["untreated"], _share(total), first, total["treated"] - first)
    _row(sheet, last, values, font=STRONG, shares=(5,))
    below = write_lines(sheet, last + 1, len(headings), ["合计按人计，患几种病的人只计一次，可以少于各行之和。"]) + 1
    chart = city_charts.stacked(sheet, title="累计救治数和未完成救治数（人）", columns=(3, 4), head=3, first=row, last=last - 1)
    sheet.add_chart(chart, f"A{below}")
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{facts.city} {facts.name}")


def draw_returns(sheet: Worksheet, facts: PeriodFacts) -> None:
    """Each return by its word, county by county and form by form, with how many were on time of those due so far."""
    months = sorted({one.period for one in facts.returns})
    headings = (COUNTY, "报表", *(f"{month.month} 月" for month in months), "按时", "应报", "按时率")
    row = _begin(sheet, facts, f"{facts.city}各县（区）上报情况", headings, (20, 8, *[11] * len(months), 9, 9, 10))
    lines: dict[tuple[int, str], list[ReturnWord]] = defaultdict(list)
    for one in facts.returns:
        lines[one.county.pk, one.form].append(one)
    for of_form in lines.values():
        words = {one.period: one.word for one in of_form}
        timely = timeliness([one.record for one in of_form], facts.now)
        values = (
            of_form[0].county.name,
            of_form[0].form,
            *(words.get(month, "—") for month in months),
            timely.part,
            timely.whole,
            _of(timely),
        )
        _row(sheet, row, values, names=2, shares=(5 + len(months),))
        row += 1
    timely = timeliness([one.record for one in facts.returns], facts.now)
    values = (PREFECTURE, "", *[""] * len(months), timely.part, timely.whole, _of(timely))
    _row(sheet, row, values, font=STRONG, names=2, shares=(5 + len(months),))
    write_lines(sheet, row + 1, len(headings), ["应报只计已到期的；按时以第一次上报为准，经市里同意展期的算按时。"])
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{facts.city} {facts.name}")


def draw_rates(sheet: Worksheet, facts: PeriodFacts) -> None:
    """The three rates of each county, the first as bars too."""
    row = _begin(
        sheet, facts, f"{facts.city}各县（区）上报质量", (COUNTY, "按时率", "按时 / 应报", "完整率", "准确率"), (28, 14, 16, 14, 14)
    )
    of_county: dict[str, list[Record]] = defaultdict(list)
    for one in facts.returns:
        of_county[one.county.name].append(one.record)
    first = row
    for name, records in of_county.items():
        _rates_row(sheet, row, name, Rates.of(records, facts.now), BODY)
        row += 1
    _rates_row(sheet, row, PREFECTURE, Rates.of([one.record for one in facts.returns], facts.now), STRONG)
    told = [f"{measure.title} = {measure.rule}" for measure in MEASURES.values()]
    below = write_lines(sheet, row + 1, 5, told) + 1
    sheet.add_chart(city_charts.bars(sheet, title="各县（区）按时率", column=2, first=first, last=row, share=True), f"A{below}")
    set_paper(sheet, landscape=False, repeat=(3, 3), footer=f"{facts.city} {facts.name}")


def _rates_row(sheet: Worksheet, row: int, name: str, rates: Rates, font: Font) -> None:
    values = (name, _of(rates.timeliness), rates.timeliness.counted, _of(rates.completeness), _of(rates.accuracy))
    _row(sheet, row, values, font=font, shares=(2, 4, 5))


def _of(rate: Rate) -> float | str:
    return float(rate.share) if rate.share is not None else "—"


def draw_deferral(sheet: Worksheet, facts: PeriodFacts) -> None:
    """Stays without deposit, month by month: person-times of violations; and how many enjoyed the service by the last month."""
    months = sorted({one.month for one in facts.deferral})
    headings = (COUNTY, *(f"{month.month} 月未享受" for month in months), "本期未享受合计", "累计享受人次")
    row = _begin(sheet, facts, f"{facts.city}先诊疗后付费情况", headings, (22, *[12] * len(months), 16, 16))
    of_county: dict[int, list[DeferralMonth]] = defaultdict(list)
    for one in facts.deferral:
        of_county[one.county.pk].append(one)
    sums = [sum(one.violations for one in facts.deferral if one.month == month) for month in months]
    for table in facts.last.counties:
        own = of_county.get(table.county.pk, [])
        known = {one.month: one.violations for one in own}
        served = own[-1].served if own else "—"
        _row(sheet, row, (table.county.name, *(known.get(month, "—") for month in months), sum(known.values()), served))
        row += 1
    _row(sheet, row, (PREFECTURE, *sums, sum(sums), sum(own[-1].served for own in of_county.values())), font=STRONG)
    waiting = sorted({one.county.name for one in facts.deferral if not one.submitted})
    told = ["人次。没有上报也没有草稿的写“—”。"] + ([f"有未上报的月份，按草稿：{'、'.join(waiting)}。"] if waiting else [])
    write_lines(sheet, row + 1, len(headings), told)
    set_paper(sheet, landscape=True, repeat=(3, 3), footer=f"{facts.city} {facts.name}")
