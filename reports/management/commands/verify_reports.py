"""``verify_reports``: compute every return's hash again, draw every workbook again, and say what is not as it was submitted."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from reports.verifying import Difference, Verified, verify
from settlement.verification import one_moment


class Command(BaseCommand):
    help = "重算每一份上报的散列链，重画每一份已上报的工作簿，逐格核对；有一处不一致时退出状态为 1。"

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
            f"重算 {verified.returns} 份报表（已上报 {verified.frozen} 份），重画 {verified.workbooks} 份工作簿，用时 {seconds:.1f} 秒"
        )
        if found:
            raise CommandError(f"{counted}：{len(found)} 处不一致。请保留现场并报告审计人员。")
        if not options["json"]:
            old = f"；{len(verified.unstamped)} 份上报时还没有留存工作簿散列，只核对了内容" if verified.unstamped else ""
            self.stdout.write(f"{counted}：全部一致{old}。")

    def _write_json(self, verified: Verified, found: list[Difference], seconds: float) -> None:
        answer = {
            "returns": verified.returns, "frozen": verified.frozen, "workbooks": verified.workbooks, "unstamped": verified.unstamped,
            "seconds": round(seconds, 1), "differences": [asdict(one) for one in found],
        }  # fmt: skip
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
