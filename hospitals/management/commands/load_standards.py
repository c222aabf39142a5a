"""Puts the shipped list of documents (annex 7) into a prefecture; safe to run again."""

from django.core.management.base import BaseCommand, CommandError

from hospitals.shipped_standards import load_standards
from ledger.models import Disease, Division
from ledger.models.division import Level


class Command(BaseCommand):
    help = "装入附件 7 的救治标准文件目录；已有的不动，可以重复执行。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--city", required=True, metavar="CODE", help="市的代码，例如 450200")

    def handle(self, *args, city: str, **options) -> None:
        prefecture = Division.objects.filter(code=city, level=Level.PREFECTURE).first()
        if prefecture is None:
            raise CommandError(f"没有代码为 {city} 的市。请先执行 open_city。")
        number = load_standards(prefecture, {disease.code: disease for disease in Disease.objects.all()})
        self.stdout.write(f"{prefecture.name}：装入 {number} 份救治标准文件。")
