"""The process of ``ledger.importing.background`` on the tests' database: as it is, held in the middle, or with the defect that a test puts back."""

import itertools
import os
import sys
import time
from pathlib import Path

BATCH = 2
LINES = 3  # So many lines are judged, or batches written, before the process waits.


def held_after(done: int, act, gate: Path):
    """The act, which waits from then on while the gate's file is there."""
    turn = itertools.count()

    def held(*args, **told):
        while next(turn) >= done and gate.exists():
            time.sleep(0.02)
        return act(*args, **told)

    return held


def main(database: str, work: str, run: str, how: str, gate: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from ledger.importing import background, examining, uploads, writing
    from ledger.models import Upload

    writing.BATCH = BATCH
    if how == "held while judging":
        examining.Examination._row = held_after(LINES, examining.Examination._row, Path(gate))
    if how in ("held while writing", "torn"):
        writing.register_people = held_after(1, writing.register_people, Path(gate))
    if how == "torn":  # Each batch is written for itself: what a killed process had done stays.
        uploads.import_people = uploads.import_people.__wrapped__
        uploads.held = lambda by, upload: Upload.objects.visible_to(by).get(pk=upload.pk)
    background.go_on(int(work), int(run))


if __name__ == "__main__":
    main(*sys.argv[1:])
