"""The engine beside OpenFisca-Core: the same chain, the same 100,000 bills, the same run; speeds and fen that differ."""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
POLICY = "liuzhou-2017"


def environment(folder: Path) -> Path:
    """OpenFisca's own Python; made on the first run."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "-r", str(HERE / "requirements.txt")], check=True)
    return python


def by_engine(path: Path) -> tuple[float, dict[str, list[int]]]:
    """Seconds for all bills, the best of three rounds, and each bill's amounts."""
    import django

    django.setup()
    from settlement import batch, policy_file
    from settlement.management.commands.settle import disease_codes

    bills = batch.BillFile(policy_file.load(POLICY), disease_codes())
    bills.read(path)
    best, amounts = float("inf"), {}
    for _ in range(3):
        began = time.perf_counter()
        for _, own in groupby(bills.entries, key=lambda entry: entry.person):
            year = {}
            for entry in own:
                result = bills.chain.settle(entry.bill, year)
                year = result.year
                amounts[entry.bill_no] = [*[line.amount for line in result.lines], result.self_pay]
        best = min(best, time.perf_counter() - began)
    return best, amounts


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=100_000)
    asked.add_argument("--environment", type=Path, default=Path(tempfile.gettempdir()) / "openfisca-benchmark")
    options = asked.parse_args()
    from bills import write

    python = environment(options.environment)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "bills.csv", options.bills, POLICY)
        seconds, right = by_engine(folder / "bills.csv")
        command = [python, str(HERE / "openfisca_chain.py"), str(folder / "bills.csv"), str(folder / "out.csv")]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        other = json.loads(done.stdout)["seconds"]
        with open(folder / "out.csv", encoding="utf-8", newline="") as file:
            theirs = {number: list(map(int, amounts)) for number, *amounts in csv.reader(file)}
    tell(seconds, other, right, theirs)


def tell(seconds: float, other: float, right: dict[str, list[int]], theirs: dict[str, list[int]]) -> None:
    assert right.keys() == theirs.keys()
    count = len(right)
    apart = [max(abs(a - b) for a, b in zip(right[number], theirs[number], strict=True)) for number in right]
    broken = sum(sum(theirs[number]) != sum(right[number]) for number in right)
    print(f"{count:,} bills of {POLICY}, four a person and year; computing alone, best of three rounds, one process each")
    print(
        f"engine:         {seconds:6.2f} s, {count / seconds:>10,.0f} bills/s, with every line's base, terms, caps and sources; conservation checked"
    )
    print(f"OpenFisca-Core: {other:6.2f} s, {count / other:>10,.0f} bills/s, whole columns at once in 32-bit floats; amounts only")
    print(f"the engine's speed is {other / seconds:.2f} × OpenFisca's")
    print(
        f"bills of OpenFisca's with any amount a fen or more apart: {sum(far >= 1 for far in apart):,} of {count:,}; furthest {max(apart)} fen"
    )
    print(f"of them more than two fen apart: {sum(far > 2 for far in apart):,}; bills whose shares do not sum to the total: {broken:,}")


if __name__ == "__main__":
    main()
