"""``ensure_due``: see to what is due, by hand or from a timer outside: what stands, what was made now, what is late."""

import datetime
import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import clock
from ledger.models import Division
from ledger.models.division import Level
from reports.ensuring import Ensured, ensure_due


class Command(BaseCommand):
    help = "补齐应报：生成应报清单和应有的草稿，把截止时间移到工作日，并说明已有什么、这次补了什么、什么已经迟了。可以反复运行。"

    def add_arguments(self, parser):
        parser.add_argument("--at", metavar="INSTANT", help="按这个时刻算，例如 2017-10-23T18:30+08:00；不写时区按北京时间，不写按现在")
        parser.add_argument("--city", metavar="CODE", help="只看一个市，六位代码，例如 450200")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, **options):
        now = _instant(options["at"]) if options["at"] else clock.now()
        done = ensure_due(now, prefectures=_prefectures(options["city"]), build=True)
        if options["json"]:
            self.stdout.write(json.dumps(done.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_lines(done)))


def _instant(text: str) -> datetime.datetime:
    try:
        instant = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"时刻写成 2017-10-23T18:30+08:00 这样，现在是“{text}”。") from None
    return instant if timezone.is_aware(instant) else timezone.make_aware(instant)


def _prefectures(code: str | None) -> list[Division] | None:
    if code is None:
        return None
    found = list(Division.objects.filter(code=code, level=Level.PREFECTURE))
    if not found:
        raise CommandError(f"没有代码为“{code}”的地级市。")
    return found


def _lines(done: Ensured) -> list[str]:
    lines = [
        f"{done.at}",
        f"已开始的应报 {len(done.exists)} 份；这次补应报 {len(done.made)} 份、草稿 {len(done.drafts)} 组，移动截止时间 {len(done.moved)} 个。",
        f"提醒 {done.reminders} 条，接着做长任务 {done.jobs} 项。",
    ]
    lines += [f"没有生成：{one.county} {one.period} {one.forms}，{one.why}" for one in done.undone]
    lines += [f"已过截止时间没有上报：{one.county} {one.period} {one.form}，截止 {one.closes_at}" for one in done.late]
    return lines
