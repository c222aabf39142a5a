"""One settlement in the engine: alone, with its explanation, and with the explanation written out in words. Goal: 50 µs."""

import argparse
import os
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
GOAL = 50


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=20_000)
    count = asked.parse_args().bills
    import django

    django.setup()
    from bills import write

    from settlement import batch, policy_file
    from settlement.explanation import explain
    from settlement.management.commands.settle import disease_codes

    def settle(bills, say):
        """Microseconds a bill, the best of five rounds: another program on the machine must not count."""
        best = float("inf")
        for _ in range(5):
            began = time.perf_counter()
            for _, own in groupby(bills.entries, key=lambda entry: entry.person):
                year = {}
                for entry in own:
                    result = bills.chain.share_out(entry.bill, year)
                    year = result.year
                    say(entry, result)
            best = min(best, time.perf_counter() - began)
        return best / len(bills.entries) * 1e6

    print(f"{count:,} random bills a policy, four a person and year; µs a bill, best of five rounds, one process")
    print(f"{'policy':16}{'chain':>8}{'+ figures':>11}{'+ words':>9}")
    for code in policy_file.codes():
        policy = policy_file.load(code)
        bills = batch.BillFile(policy, disease_codes())
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / "bills.csv", count, code)
            bills.read(Path(folder) / "bills.csv")
        assert len(bills.entries) == count
        alone = settle(bills, lambda entry, result: None)
        told = settle(bills, lambda entry, result: numbers(result))
        words = settle(bills, lambda entry, result, policy=policy: list(explain(policy, entry.bill_no, result, entry.bill)))
        print(
            f"{code:16}{alone:8.1f}{told:11.1f}{words:9.1f}   {'goal met' if words <= GOAL else f'{words / GOAL:.1f} × the goal of {GOAL}'}"
        )
    print("chain: every share, to the fen, on the year before it. + figures: and, a layer, base, cap before and after and every number")
    print("used with its document and clause, as data. + words: and all of that as the lines of the calculation sheet.")


def numbers(result) -> list:
    """The explanation as data: what each layer computed from, and every number it used with its source."""
    from settlement.grounds import figures

    return [(line.base, line.amount, line.cap_before, line.cap_after, list(figures(line))) for line in result.lines]


if __name__ == "__main__":
    main()
