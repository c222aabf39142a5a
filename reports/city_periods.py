"""A city's figures over several months, from the numbers that stand beside the counties' sealed returns; nobody is named."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from reports.due_making import months_on
from reports.forms.coverage import printed_groups
from reports.forms.f1 import f1_figures, quarter_start
from reports.forms.supplement_sums import sum_lines
from reports.forms.wording import FIGURES, NEITHER
from reports.models import Due, Form, Submission

MONTH, QUARTER, YEAR = "month", "quarter", "year"
SPANS = {MONTH: "本月", QUARTER: "本季度", YEAR: "本年累计"}


@dataclass(frozen=True)
class CountyTable:
    """A county's F1 in numbers: what stands at the city, else its draft, else the ledger at the cut-off."""

    county: Division
    figures: dict
    cut_off_on: datetime.date
    submitted: bool

    @property
    def total(self) -> dict[str, int]:
        return self.figures["total"]

    def row(self, name: str) -> dict[str, int] | None:
        return next((row for row in self.figures["rows"] if row["name"] == name), None)


@dataclass(frozen=True)
class MonthTable:
    """All counties of a month, and their sums."""

    month: datetime.date
    counties: list[CountyTable]

    @property
    def names(self) -> list[str]:
        """The rows' names in F1's order."""
        names: list[str] = []
        for one in self.counties:
            names += [row["name"] for row in one.figures["rows"] if row["name"] not in names]
        return names

    @property
    def rows(self) -> list[dict]:
        found = []
        for name in self.names:
            of_name = [row for one in self.counties if (row := one.row(name))]
            found.append({"name": name, **{figure: sum(row[figure] for row in of_name) for figure in FIGURES}})
        return found

    @property
    def total(self) -> dict[str, int]:
        return {figure: sum(one.total[figure] for one in self.counties) for figure in FIGURES}

    @property
    def neither(self) -> int:
        return sum(one.figures[NEITHER] for one in self.counties)

    @property
    def cut_off_on(self) -> datetime.date:
        return max(one.cut_off_on for one in self.counties)

    @property
    def missing(self) -> list[str]:
        return [one.county.name for one in self.counties if not one.submitted]

    @property
    def submitted(self) -> int:
        return sum(one.submitted for one in self.counties)

    @property
    def told(self) -> list[str]:
        """How many have submitted, who has not, and where the cut-offs differ."""
        lines = [f"已报 {self.submitted} / {len(self.counties)} 个县（区）。"]
        if self.missing:
            lines.append(f"未上报，按草稿汇总：{'、'.join(self.missing)}。")
        if len({one.cut_off_on for one in self.counties}) > 1:
            days = "、".join(f"{one.county.name} {one.cut_off_on}" for one in self.counties)
            lines.append(f"各县（区）统计截止日期不同：{days}。")
        return lines

    @property
    def carried(self) -> list[str]:
        """What the returns of the month tell of earlier ones, summed; returns from before such sums were kept are named."""
        lines = sum_lines([(one.county.name, one.figures.get("carried", {})) for one in self.counties], self.names)
        older = [one.county.name for one in self.counties if "told" in one.figures and "carried" not in one.figures]
        return lines + ([f"另有补报，见各县表：{'、'.join(older)}。"] if older else [])


def months_of(span: str, last: datetime.date) -> list[datetime.date]:
    """The months that a span has up to ``last``: itself, its quarter's or its year's so far."""
    first = {MONTH: last, QUARTER: quarter_start(last), YEAR: last.replace(month=1)}[span]
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    return [months_on(first, one) for one in range(number)]


def month_tables(prefecture: Division, months: Iterable[datetime.date], *, of: Division | None = None) -> list[MonthTable]:
    """The months for which F1 is owed and which have begun, oldest first, of all counties or ``of`` one alone; five queries, and one more a cut-off that nobody drafted.

    Raises NoCoverage where a month without any return cannot be counted.
    """
    today = clock.today()
    asked = Due.objects.everywhere("a city's sums name nobody").filter(county__parent=prefecture, form=Form.F1)
    asked = asked.filter(county=of) if of else asked
    dues = list(
        asked.filter(period__in=list(months), period__lte=today).select_related("county__parent").order_by("period", "county__code")
    )
    kept = Submission.objects.everywhere("a city's sums name nobody")
    standing, latest = kept.standing_of([due.pk for due in dues]), kept.latest_of([due.pk for due in dues])
    counted = _counted_now([due for due in dues if due.pk not in latest], today)
    tables: dict[datetime.date, list[CountyTable]] = defaultdict(list)
    for due in dues:
        found = standing.get(due.pk) or latest.get(due.pk)
        figures, cut_off = (found.figures, found.cut_off_on) if found else (counted[due.pk], min(due.cut_off_on, today))
        tables[due.period].append(CountyTable(due.county, figures, cut_off, due.pk in standing))
    return [MonthTable(month, counties) for month, counties in tables.items()]


def _counted_now(dues: Sequence[Due], today: datetime.date) -> dict[int, dict]:
    """The figures of returns that nobody has drafted, from the ledger at their cut-offs."""
    by_day: dict[datetime.date, list[Due]] = defaultdict(list)
    for due in dues:
        by_day[min(due.cut_off_on, today)].append(due)
    found = {}
    for day, of_day in by_day.items():
        groups = printed_groups(of_day[0].county, day)
        counted = f1_figures({due.county_id for due in of_day}, day, [group.pk for group in groups])
        for due in of_day:
            table = counted[due.county_id]
            rows = [{"name": group.name, **table.rows[group.pk]} for group in groups]
            found[due.pk] = {"rows": rows, "total": table.total, NEITHER: table.neither}
    return found


def table_of(prefecture: Division, month: datetime.date) -> MonthTable:
    """One month's table. Raises Refused where nothing is owed for it, or it has not begun."""
    tables = month_tables(prefecture, [month])
    if not tables:
        raise Refused(f"{month.year} 年 {month.month} 月没有可以汇总的月报。请改选已经开始、有应报的月份。")
    return tables[0]


@dataclass(frozen=True)
class DeferralMonth:
    """A county's F6 of a month in numbers."""

    county: Division
    month: datetime.date
    served: int
    violations: int
    submitted: bool


def deferral_months(prefecture: Division, months: Iterable[datetime.date]) -> list[DeferralMonth]:
    """F6 of these months as it stands or is drafted; a return that nobody has drafted is left out."""
    asked = Due.objects.everywhere("a city's sums name nobody").filter(county__parent=prefecture, form=Form.F6)
    dues = list(asked.filter(period__in=list(months)).select_related("county").order_by("county__code", "period"))
    kept = Submission.objects.everywhere("a city's sums name nobody")
    standing, latest = kept.standing_of([due.pk for due in dues]), kept.latest_of([due.pk for due in dues])
    found = []
    for due in dues:
        one = standing.get(due.pk) or latest.get(due.pk)
        if one:
            found.append(DeferralMonth(due.county, due.period, one.figures["served"], one.figures["violations"], due.pk in standing))
    return found
