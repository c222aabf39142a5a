"""Takes the test database back to what every test finds, after a test that committed: only tables that were written to."""

from io import StringIO

from django.db import connection, transaction

TABLES_WITH_TRIGGERS = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


class Standing:
    """The rows that stood when the database was made: reference data, and what the migrations wrote.

    Emptying eighty tables and loading the reference data anew takes ten times as long as looking which few were written to.
    """

    def __init__(self):
        self.tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
        self.rows = {table: _copied(table) for table in self._filled()}

    def bring_back(self) -> None:
        """Empty what a test filled, and lay the rows that stood back where it changed them. History refuses that: its triggers sleep."""
        filled = set(self._filled())
        changed = [table for table, rows in self.rows.items() if table not in filled or _copied(table) != rows]
        touched = sorted({*changed, *filled - set(self.rows)})
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TABLES_WITH_TRIGGERS)
            refusing = [table for (table,) in cursor.fetchall() if table in touched]
            _say(cursor, [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in refusing])
            _say(cursor, [f"DELETE FROM {table}" for table in touched])
            for table in changed:
                cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(self.rows[table]))
            _say(cursor, ["SET CONSTRAINTS ALL IMMEDIATE"])  # No table is altered while its rows still wait to be checked.
            _say(cursor, [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in refusing])

    def _filled(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self.tables))
            return [table for (table,) in cursor.fetchall()]


def _copied(table: str) -> str:
    copy = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} TO STDOUT", copy)
    return copy.getvalue()


def _say(cursor, statements: list[str]) -> None:
    if statements:
        cursor.execute("; ".join(statements))
