"""A county's or the city's workbook of a period, written where the operator says."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ledger.actions.refusals import Refused
from ledger.models import Division
from ledger.models.division import Level
from reports.returns import city_workbook, county_workbook, first_of
from reports.tasks import write_whole


class Command(BaseCommand):
    help = "写出一个县（--county 代码）某月的工作簿，或一个市（--city 代码）的汇总工作簿。"

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--county", metavar="CODE", help="六位代码，例如 450222")
        which.add_argument("--city", metavar="CODE", help="六位代码，例如 450200")
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="月份，例如 2017-10")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.xlsx", help="写到哪个文件")

    def handle(self, *args, county: str | None, city: str | None, period: str, out: Path, **options):
        try:
            month = first_of(period)
        except ValueError:
            raise CommandError(f"月份写成 2017-10 这样，现在是“{period}”。") from None
        division = self._division(county, Level.COUNTY) if county is not None else self._division(city, Level.PREFECTURE)
        if out.exists() and not out.is_file():
            raise CommandError(f"{out} 不是文件，请写文件名，例如 report.xlsx。")
        try:
            write_whole(out, county_workbook(division, month) if county is not None else city_workbook(division, month))
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        except FileNotFoundError:
            raise CommandError(f"没有文件夹 {out.parent}，请先建好，或改写到别处。") from None
        except OSError as error:
            raise CommandError(f"不能写到 {out}（{error.strerror}），请改写到别处。") from None
        self.stdout.write(str(out))

    @staticmethod
    def _division(code: str, level: Level) -> Division:
        division = Division.objects.filter(code=code, level=level).first()
        if division is None:
            known = "、".join(Division.objects.filter(level=level).order_by("code").values_list("code", flat=True)) or "还没有录入"
            raise CommandError(f"没有代码为“{code}”的{level.label}。现有：{known}。")
        return division
