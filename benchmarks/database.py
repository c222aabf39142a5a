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
def cast() -> Iterator:
    """The tests' cast in a fresh database: two counties, their villages and staff, and nobody on the ledger."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from ledger.reference import load_reference
        from tests.cast import Cast

        load_reference()
        yield Cast.assemble()
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        teardown_test_environment()


@contextmanager
def window() -> Iterator:
    """The county hospital's window with the shipped policies in force, in a fresh database."""
    with cast() as people:
        from tests.settlement.window import Window

        yield Window.open(people)
