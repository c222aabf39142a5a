"""``make kill-test RUNS=200``: kills the worker at so many random moments and says what was lost, doubled or left half there.

``NAIVE=1`` puts the defects back and ends with status 1, as it must. Without redis-server it says so and ends with status 2.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

TROUBLE = ("", "", "", "", "broker", "", "", "database", "", "disk")


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--runs", type=int, default=200)
    told.add_argument("--naive", action="store_true")
    told.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = told.parse_args()
    if shutil.which("redis-server") is None:
        say("redis-server is not installed, so nothing was killed (apt-get install redis-server)")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.setdefault("LEDGER_VAR", str(Path("var/kill").absolute()))  # A database server of its own: it is restarted too.
    import django

    django.setup()
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        return kill(asked)
    finally:
        runner.teardown_databases(databases)


def kill(asked: argparse.Namespace) -> int:
    """The rounds, a line every tenth, and the one line at the end."""
    from ledger.reference import load_reference
    from tests.cast import Cast
    from tests.killing.rounds import Found, Rounds, people, redis_server
    from tests.reports.conftest import Ledger

    load_reference()
    cast = Cast.assemble()
    people(cast, Ledger(cast))
    all_found, began = Found(), time.monotonic()
    with redis_server() as url, tempfile.TemporaryDirectory() as folder:
        rounds = Rounds(cast, url, Path(folder), naive=asked.naive, seed=asked.seed, restarts=True)
        try:
            rounds.undisturbed()
            say(f"an undisturbed round takes {rounds.takes:.2f} s; seed {asked.seed}; {'the naive job' if asked.naive else 'the real job'}")
            for number in range(asked.runs):
                found = rounds.kill_once(TROUBLE[number % len(TROUBLE)])
                all_found += found
                if found:
                    say(f"kill {number + 1} ({TROUBLE[number % len(TROUBLE)] or 'worker'}): {found}"[:600])
                if (number + 1) % 10 == 0:
                    say(f"{number + 1} kills in {time.monotonic() - began:.0f} s: {all_found.line()}")
        finally:
            rounds.close()
    say(all_found.line())
    return 1 if all_found else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
