"""The demo as the tests of it find it: loaded once for a module, each test's changes taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from config.demo.prefecture import load_prefecture
from ledger.models import Case, Person

PASSWORD = "maple-lantern-58"


@contextmanager
def demo_loaded() -> Iterator[None]:
    """The demo in a transaction that is taken back."""
    with transaction.atomic():
        load_prefecture(PASSWORD)
        count_rows()
        yield
        transaction.set_rollback(True)


def count_rows() -> None:
    """Nobody else sees the rows of an open transaction to count them; without it the database plans as if there were none."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def everyone():
    return Person.objects.everywhere("a test of the demo").order_by("pk")


def every_case():
    return Case.objects.everywhere("a test of the demo").order_by("pk")
