"""A PostgreSQL database of the benchmark's own, made before and dropped after; the tests' server and invented people."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")


@contextmanager
def window() -> Iterator:
    """The county hospital's window with the shipped policies in force, in a fresh database."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from ledger.reference import load_reference
        from tests.cast import Cast
        from tests.settlement.window import Window

        load_reference()
        yield Window.open(Cast.assemble())
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        teardown_test_environment()
