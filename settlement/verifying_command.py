"""What the commands share that compute everything again: each difference in a line as it is found, the count at the end, status 1."""

import json
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from settlement.verification import one_moment


class VerifyingCommand(BaseCommand):
    """A command says how it verifies, what it counted in a sentence, and what its JSON holds beside the seconds."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="结果写成 JSON")

    def differences(self, verified):
        """Each difference with its ``subject`` and ``sentence``; ``verified`` counts meanwhile."""
        raise NotImplementedError

    def counts(self):
        """Where it is counted."""
        raise NotImplementedError

    def counted(self, verified) -> str:
        """What was computed again."""
        raise NotImplementedError

    def remark(self, verified) -> str:
        """What is said after everything agreed."""
        return ""

    def as_json(self, verified, found: list, seconds: float) -> dict:
        """The answer for programs."""
        raise NotImplementedError

    def handle(self, *args, **options) -> None:
        began, verified, found = time.monotonic(), self.counts(), []
        with one_moment():
            for difference in self.differences(verified):
                found.append(difference)
                if not options["json"]:
                    self.stdout.write(f"{difference.subject}：{difference.sentence}")
        seconds = time.monotonic() - began
        if options["json"]:
            self.stdout.write(json.dumps(self.as_json(verified, found, round(seconds, 1)), ensure_ascii=False, indent=1))
        counted = f"{self.counted(verified)}，用时 {seconds:.1f} 秒"
        if found:
            raise CommandError(f"{counted}：{len(found)} 处不一致。请保留现场并报告审计人员。")
        if not options["json"]:
            self.stdout.write(f"{counted}：全部一致{self.remark(verified)}。")
