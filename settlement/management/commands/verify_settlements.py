"""``verify_settlements``: compute every settlement again, and say each one that is not what its policy gives."""

import json
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from settlement.verification import Difference, Verified, one_moment, verify


class Command(BaseCommand):
    help = "按留存的计算依据、年内累计和政策全文重算每一笔结算，逐笔核对；有一处不一致时退出状态为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="结果写成 JSON")

    def handle(self, *args, **options) -> None:
        began, verified = time.monotonic(), Verified()
        found: list[Difference] = []
        with one_moment():
            for difference in verify(verified):
                found.append(difference)
                if not options["json"]:
                    self.stdout.write(f"{difference.subject}：{difference.sentence}")
        seconds = time.monotonic() - began
        if options["json"]:
            self._write_json(verified, found, seconds)
        counted = (
            f"重算 {verified.settlements} 笔结算、{verified.years} 个患者年度、{len(verified.versions)} 个政策版本，用时 {seconds:.1f} 秒"
        )
        if found:
            raise CommandError(f"{counted}：{len(found)} 处不一致。请保留现场并报告审计人员。")
        if not options["json"]:
            self.stdout.write(f"{counted}：全部一致。")

    def _write_json(self, verified: Verified, found: list[Difference], seconds: float) -> None:
        answer = {
            "settlements": verified.settlements, "years": verified.years, "versions": len(verified.versions), "seconds": round(seconds, 1),
            "differences": [{"subject": difference.subject, "sentence": difference.sentence} for difference in found],
        }  # fmt: skip
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
