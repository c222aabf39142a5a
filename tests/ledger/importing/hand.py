"""The process of ``ledger.importing.background`` on the tests' database: as it is, slow, or with the defect that a test puts back."""

import os
import sys
import time

SLOW = 0.2  # Seconds a line.


def main(database: str, work: str, run: str, how: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from ledger.importing import background, examining, uploads, writing
    from ledger.models import Upload

    writing.BATCH = 2
    if how == "slow to judge":
        judge = examining.Examination._row
        examining.Examination._row = lambda *told: (time.sleep(SLOW), judge(*told))[1]
    if how in ("slow to write", "torn"):
        write = writing.register_people
        writing.register_people = lambda **told: (time.sleep(3 * SLOW), write(**told))[1]
    if how == "torn":  # Each batch is written for itself: what a killed process had done stays.
        uploads.import_people = uploads.import_people.__wrapped__
        uploads.held = lambda by, upload: Upload.objects.visible_to(by).get(pk=upload.pk)
    background.go_on(int(work), int(run))


if __name__ == "__main__":
    main(*sys.argv[1:])
