"""A county's or the city's workbook of a period, or one form of it, written where the operator says."""

import datetime
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.models import Division
from ledger.models.division import Level
from reports.consolidating import city_workbook
from reports.deferral_returns import Months, deferral_city_workbook, deferral_workbook
from reports.due_making import last_day
from reports.returns import county_workbook, first_of
from reports.whole_file import write_whole
from reports.workbook.f4_sheet import f4_of

Draw = Callable[[Division, Months], bytes]


def _both(draw: Callable[[Division, datetime.date], bytes]) -> Draw:
    """The month's F1 and F2, which know one month only."""

    def drawn(division: Division, months: Months) -> bytes:
        if months.first != months.last:
            raise Refused("F1、F2 一次只做一个月，月份写成 2017-10 这样。")
        return draw(division, months.last)

    return drawn


def _contacts(division: Division, months: Months) -> bytes:
    """F4 as it stood at the end of the period."""
    if months.last > clock.today():
        raise Refused(f"{months.last.year} 年 {months.last.month} 月还没有开始。请改选已经开始的月份。")
    return f4_of(division, min(last_day(months.last), clock.today()))


# Form → who draws a county's and who the city's; without a form the month's workbook.
DRAWN: dict[str, tuple[Draw, Draw]] = {
    "": (_both(county_workbook), _both(city_workbook)),
    "f4": (_contacts, _contacts),
    "f6": (deferral_workbook, deferral_city_workbook),
}


class Command(BaseCommand):
    help = "写出一个县（--county 代码）某月的工作簿，或一个市（--city 代码）的汇总工作簿；--form f6 或 f4 只写那一张表。"

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--county", metavar="CODE", help="六位代码，例如 450222")
        which.add_argument("--city", metavar="CODE", help="六位代码，例如 450200")
        parser.add_argument("--form", default="", metavar="FORM", help="f6 先诊疗后付费汇总表，f4 专职联系人回执；不写就是月报工作簿")
        parser.add_argument("--period", metavar="YYYY-MM", help="月份，例如 2017-10；F6 也可以是几个月，例如 2019-05..2019-06；F4 可以不写")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.xlsx", help="写到哪个文件")

    def handle(self, *args, county: str | None, city: str | None, period: str | None, out: Path, form: str, **options):
        if form.lower() not in DRAWN:
            raise CommandError(f"没有“{form}”这张表。可以写 f6 或 f4；不写 --form 就是月报工作簿。")
        if period is None and form.lower() != "f4":
            raise CommandError("请写月份，例如 --period 2017-10。")
        months = self._months(period or f"{clock.today():%Y-%m}")
        division = self._division(county, Level.COUNTY) if county is not None else self._division(city, Level.PREFECTURE)
        if out.exists() and not out.is_file():
            raise CommandError(f"{out} 不是文件，请写文件名，例如 report.xlsx。")
        draw_county, draw_city = DRAWN[form.lower()]
        try:
            write_whole(out, (draw_county if county is not None else draw_city)(division, months))
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        except FileNotFoundError:
            raise CommandError(f"没有文件夹 {out.parent}，请先建好，或改写到别处。") from None
        except OSError as error:
            raise CommandError(f"不能写到 {out}（{error.strerror}），请改写到别处。") from None
        self.stdout.write(str(out))

    @staticmethod
    def _months(period: str) -> Months:
        first, several, last = period.partition("..")
        try:
            months = Months(first_of(first), first_of(last if several else first))
        except ValueError:
            raise CommandError(f"月份写成 2017-10 这样，现在是“{period}”。") from None
        if months.last < months.first:
            raise CommandError(f"“{period}”的后一个月早于前一个月，请对调。")
        return months

    @staticmethod
    def _division(code: str, level: Level) -> Division:
        division = Division.objects.filter(code=code, level=level).first()
        if division is None:
            known = "、".join(Division.objects.filter(level=level).order_by("code").values_list("code", flat=True)) or "还没有录入"
            raise CommandError(f"没有代码为“{code}”的{level.label}。现有：{known}。")
        return division
