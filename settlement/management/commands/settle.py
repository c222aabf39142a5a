"""The officials' what-if tool: settles a file of bills by a policy; never touches or starts the database."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.core.management.base import BaseCommand

from settlement import batch, policy_file
from settlement.engine.bill import Bill, Result
from settlement.explanation import explain


class Command(BaseCommand):
    help = "按一份政策计算账单文件：各方支付多少、个人自付多少。结果以 CSV 写到标准输出，不使用数据库。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bills", metavar="BILLS.csv")
        parser.add_argument("--policy", required=True, metavar="CODE")
        parser.add_argument("--explain", metavar="BILL_NO")

    def handle(self, *args, **options) -> None:
        try:
            policy = policy_file.load(options["policy"])
            bills = batch.BillFile(policy, disease_codes())
            bills.read(Path(options["bills"]))
        except KeyError:
            self._refuse(f"没有代码为“{options['policy']}”的政策，可用的有：{'、'.join(policy_file.codes())}")
        except (batch.UnreadableFile, policy_file.PolicyFaults) as error:
            self._refuse(str(error))
        if options["explain"] is not None:
            self._explain(bills, options["explain"])
            return
        lines, whole = batch.output(bills)
        self._write(lines)
        if not whole:
            sys.exit(1)

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(" ".join(sentence.split()))
        sys.exit(2)

    def _explain(self, bills: batch.BillFile, number: str) -> None:
        if number not in bills.numbers or not number:
            self._refuse(f"文件中没有账单号“{number}”")
        outcome = self._outcome(bills, number)
        if isinstance(outcome, str):
            self._write([outcome])
            sys.exit(1)
        self._write(explain(bills.policy, number, outcome, self._bill(bills, number)))

    def _outcome(self, bills: batch.BillFile, number: str) -> Result | str:
        faults = bills.faults.get(bills.numbers.index(number))
        if faults:
            return "; ".join(faults)
        person = next(entry.person for entry in bills.entries if entry.bill_no == number)
        outcome = next(outcome for entry, outcome in bills.settle(only=person) if entry.bill_no == number)
        return outcome if isinstance(outcome, Result) else str(outcome)

    def _bill(self, bills: batch.BillFile, number: str) -> Bill:
        return next(entry.bill for entry in bills.entries if entry.bill_no == number)

    def _write(self, lines: Iterable[str]) -> None:
        """UTF-8 and line feeds whatever the machine's language."""
        stream = getattr(self.stdout, "_out", self.stdout)
        binary = getattr(stream, "buffer", None)
        for line in lines:
            if binary is None:
                stream.write(line + "\n")
            else:
                binary.write(line.encode() + b"\n")
        stream.flush()


def disease_codes() -> frozenset[str]:
    """The ledger's disease codes, read from the file they are loaded from."""
    path = Path(apps.get_app_config("ledger").path) / "data" / "diseases.csv"
    with open(path, encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
