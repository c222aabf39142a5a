"""Puts the shipped policies into the database as first versions; run once after the divisions are there, and after an upgrade."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from ledger.models import Division
from settlement.actions.loading import load_shipped
from settlement.models import PolicyArea


class Command(BaseCommand):
    help = "装入随系统提供的政策文本。已装入过的不变。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--area", action="append", default=[], metavar="名称=区划代码", help="政策地区对应的本系统区划，名称相同的自动对应；可写多次"
        )

    def handle(self, *args, area: list[str], **options) -> None:
        divisions = {}
        for pair in area:
            name, _, code = pair.partition("=")
            division = Division.objects.filter(code=code).first()
            if division is None:
                raise CommandError(f"没有区划代码“{code}”。请写成 名称=区划代码，如 柳州市=450200。")
            divisions[name] = division
        for version in load_shipped(divisions):
            self.stdout.write(f"已装入 {version.code}（{version.document}），自 {version.during.lower} 起执行")
        for row in PolicyArea.objects.select_related("division"):
            self.stdout.write(
                f"{row.name}：{f'适用于{row.division.name}（{row.division.code}）' if row.division else '本系统没有这一地区的患者'}"
            )
