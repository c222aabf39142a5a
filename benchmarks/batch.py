"""``manage.py settle`` end to end on a file of 200,000 bills, from the shell to the last line. Goal: 20,000 bills a second."""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bills import write

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bills", type=int, default=200_000)
    asked.add_argument("--policy", default="liuzhou-2017")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bills.csv"
        write(path, options.bills, options.policy)
        copied = time.perf_counter()
        lines = read_and_write(path)
        copied = time.perf_counter() - copied
        began = time.perf_counter()
        with open(Path(folder) / "out.csv", "wb") as out:
            done = subprocess.run([sys.executable, "manage.py", "settle", str(path), "--policy", options.policy], cwd=ROOT, stdout=out)
        took = time.perf_counter() - began
        assert done.returncode == 0
        settled = (Path(folder) / "out.csv").read_bytes().count(b"\n") - 1
    assert settled == lines == options.bills
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rate = settled / took
    print(f"manage.py settle --policy {options.policy}: {settled:,} bills in {took:.1f} s, {rate:,.0f}/s, {memory:.0f} MB at most")
    print(f"beside it, reading and writing the same rows by csv alone: {copied:.1f} s; settle takes {took / copied:.1f} times as long")
    print(f"goal 20,000/s: {'met' if rate >= 20_000 else 'NOT MET'}")


def read_and_write(path: Path) -> int:
    """The peer: what any program must do with such a file."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        count = 0
        for row in reader:
            writer.writerow(row)
            count += 1
    return count


if __name__ == "__main__":
    main()
