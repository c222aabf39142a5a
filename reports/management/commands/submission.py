"""``submission COUNTY FORM PERIOD``: where one return stands and why, its revisions with their hashes, and what happened to it."""

import json

from django.core.management.base import BaseCommand, CommandError

from ledger.models import Division
from ledger.models.division import Level
from reports.models import Due, Form
from reports.returns import first_of
from reports.submission_account import account
from reports.submission_moves import STATES


class Command(BaseCommand):
    help = "说明一份报表现在的状态、为什么、下一步由谁办，以及各次修订的散列和经过。只看不改。"

    def add_arguments(self, parser):
        parser.add_argument("county", metavar="COUNTY", help="县（区）代码，例如 450222")
        parser.add_argument("form", metavar="FORM", help="报表：F1、F2、F4、F6")
        parser.add_argument("period", metavar="PERIOD", help="哪一期，例如 2017-10")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, county: str, form: str, period: str, **options):
        division = Division.objects.filter(code=county, level=Level.COUNTY).first()
        if division is None:
            raise CommandError(f"没有代码为“{county}”的县（区）。")
        if form.upper() not in Form.values:
            raise CommandError(f"没有“{form}”这张表，可以写 {'、'.join(Form.values)}。")
        try:
            told = account(division, form.upper(), first_of(period))
        except ValueError:
            raise CommandError(f"期写成 2017-10 这样，现在是“{period}”。") from None
        except Due.DoesNotExist:
            raise CommandError(f"{division.name} {period} 没有应报的 {form.upper()}。") from None
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(told)))


def _lines(told: dict) -> list[str]:
    words = dict(STATES)
    closes = told["extended_until"] or told["deadline_at"]
    lines = [
        f"{told['county']['name']} {told['form']} {told['period']}：{told['word']}（{words.get(told['state'], '还没有草稿')}）",
        f"统计截止 {told['cut_off_on']}，上报截止 {closes}{'（已展期）' if told['extended_until'] else ''}",
        f"{told['why']}{told['next']}",
    ]
    for one in told["revisions"]:
        chained = f"，接前一修订 {one['previous_hash'][:12]}" if one["previous_hash"] else ""
        sent = f"，{one['submitted_at']} 由 {one['submitted_by']} 上报" if one["submitted_at"] else ""
        lines.append(f"修订 {one['revision']}：{words[one['state']]}{sent}，散列 {one['hash'][:12]}{chained}")
    lines += [f"意见：{one['label']}（当时 {one['was']}）{one['text']}　答复：{one['answer'] or '还没有'}" for one in told["remarks"]]
    for one in told["history"]:
        lines.append(f"{one['at']}　{one['words']}　{one['by'] or '系统'}" + (f"　{one['reason']}" if one["reason"] else ""))
    return lines
