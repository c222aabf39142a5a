"""F5, the screening baseline: registered-poor persons by county and report group on a day."""

import datetime
import json

from django.core.management.base import BaseCommand, CommandError

from ledger.actions.refusals import Refused
from ledger.models import Division
from ledger.models.division import Level
from ledger.workbook import width_of
from reports.forms.f5 import baseline, baseline_groups, heading
from reports.forms.wording import TOTAL


class Command(BaseCommand):
    help = "打印一个市某日的筛查统计（F5），加 --json 时按 代码 → 病种 → 人数 输出。"

    def add_arguments(self, parser):
        parser.add_argument("--city", required=True, metavar="CODE", help="六位代码，例如 450200")
        parser.add_argument("--on", required=True, metavar="DAY", help="日期，例如 2017-05-31")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, city: str, on: str, **options):
        try:
            day = datetime.date.fromisoformat(on)
        except ValueError:
            raise CommandError(f"日期写成 2017-05-31 这样，现在是“{on}”。") from None
        prefecture = Division.objects.filter(code=city, level=Level.PREFECTURE).first()
        if prefecture is None:
            raise CommandError(f"没有代码为“{city}”的地级市。")
        try:
            counted = baseline(prefecture, day)
            headings = {TOTAL: TOTAL, **{group.name: heading(group) for group in baseline_groups(prefecture, day)}}
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        if options["json"]:
            self.stdout.write(json.dumps(counted, ensure_ascii=False, indent=2))
            return
        names = dict(Division.objects.filter(code__in=counted).values_list("code", "name"))
        rows = [["地区", *headings.values()]]
        rows += [[names[code], *(str(row[name]) for name in headings)] for code, row in counted.items()]
        widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
        for first, *rest in rows:
            cells = [first + " " * (widths[0] - width_of(first))]
            cells += [" " * (width - width_of(text)) + text for text, width in zip(rest, widths[1:], strict=True)]
            self.stdout.write("  ".join(cells))
