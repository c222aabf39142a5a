"""Rows by PostgreSQL's COPY: thousands in the time that statements take for dozens, and what the database refuses it refuses here too."""

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger.protection import SealedField, seal

ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
STRANGE = str.maketrans(ESCAPES)
AS_JSON = json.JSONEncoder(ensure_ascii=False).encode


def take_keys(model: type[models.Model], number: int) -> list[int]:
    """So many keys of a table that nobody else gets."""
    with connection.cursor() as cursor:
        cursor.execute(  # OFFSET 0: the sequence is looked up once, not for each key.
            "SELECT nextval(sequence) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) AS of_the_table, "
            "generate_series(1, %s)", [model._meta.db_table, number],
        )  # fmt: skip
        return [key for (key,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence], **same) -> None:
    """Write rows of these columns (as the database names them); ``same`` holds for each of them, and any other column gets
    what a new row of the model has. Raises IntegrityError as an insert would. Sealed columns are sealed here.
    """
    fields = {field.column: field for field in model._meta.concrete_fields}
    sealed = [place for place, column in enumerate(columns) if isinstance(fields[column], SealedField)]
    for column, field in fields.items():
        known = column in columns or column in same
        if not (known or field.primary_key or field.null or field.generated or field.has_db_default()):
            same[column] = field.get_db_prep_save(field.get_default(), connection)
    ending = "".join("\t" + _text(value) for value in same.values()) + "\n"
    names = ", ".join(connection.ops.quote_name(column) for column in [*columns, *same])
    with connection.cursor() as cursor, connection.wrap_database_errors, connection.execute_wrapper(_busy):
        copy = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({names}) FROM STDIN"
        cursor.copy_expert(copy, _Lines(rows, sealed, ending))


def _busy(*asked):
    """While rows are copied the connection answers nothing else, and what is asked in between would tear it."""
    raise RuntimeError(f"a row that is being copied asks the database: {asked[1]}")


class _Lines:
    """The rows as a file that is written while it is read: the database takes some while we put the next into words."""

    def __init__(self, rows: Iterable[Sequence], sealed: list[int], ending: str):
        self.rows, self.sealed, self.ending = iter(rows), sealed, ending

    def read(self, size: int) -> bytes:
        """The next fifty rows; nothing when there are no more."""
        return "".join([self._line(row) for row in islice(self.rows, 50)]).encode()

    def _line(self, row: Sequence) -> str:
        words = [value if type(value) is str and value.isalnum() else WRITERS[type(value)](value) for value in row]
        for place in self.sealed:
            words[place] = seal(row[place]) if row[place] else ""
        return "\t".join(words) + self.ending


def _plain(text: str) -> str:
    return text.translate(STRANGE) if text else text


def _days(during: DateRange) -> str:
    return f"[{during.lower or ''},{during.upper or ''})"


# How COPY reads a value, by its type exactly; a type that is not here is an error.
WRITERS: dict[type, Callable[..., str]] = {
    str: _plain,
    int: str,
    type(None): lambda nothing: "\\N",
    bool: lambda yes: "t" if yes else "f",
    datetime.date: datetime.date.isoformat,
    datetime.datetime: datetime.datetime.isoformat,
    DateRange: _days,
    dict: lambda told: _plain(AS_JSON(told)),
}


def _text(value) -> str:
    return WRITERS[str](value) if isinstance(value, str) else WRITERS[type(value)](value)
