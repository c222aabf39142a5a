"""Takes the test database back to what every test finds, after a test that committed: only tables that were written to."""

from dataclasses import dataclass
from io import StringIO

import pytest
from django.db import connection, transaction

from tests.cast import Cast, Kept

TABLES_WITH_TRIGGERS = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


@dataclass
class Scene:
    """What stands: the rows of each table that has any, the cast's as Python has them, and what the world's addresses name."""

    rows: dict[str, str]
    kept: Kept | None = None
    world: dict | None = None


class Standing:
    """The rows that stand before a test: reference data, what the migrations wrote, and what the test asks for beside it.

    ``bare`` is nothing more, ``cast`` the cast of tests/cast.py, ``world`` also the objects of tests/config/access_world.py.
    Each is made once; emptying eighty tables and making it all anew takes ten times as long as looking which few were written to.
    """

    def __init__(self, blocker):
        self.blocker, self.stands = blocker, "bare"
        self.tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
        self.scenes = {"bare": Scene(self._everything())}

    @property
    def scene(self) -> Scene:
        return self.scenes[self.stands]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Before any fixture of a test, of its module too: what the test asks for stands."""
        if item.get_closest_marker("django_db") or "db" in item.fixturenames:
            self.stand(next((name for name in ("world", "cast") if name in item.fixturenames), "bare"))

    def stand(self, name: str) -> None:
        """Between two tests that ask alike there is nothing to do."""
        with self.blocker.unblock():
            if name == self.stands or connection.in_atomic_block:  # A module may keep a transaction open.
                return
            if name not in self.scenes:
                self._make(name)
            before, self.stands = self.scene.rows, name
            self._lay({table for table in {*before, *self.scene.rows} if before.get(table) != self.scene.rows.get(table)})

    def _make(self, name: str) -> None:
        if name == "world":
            self.stand("cast")
        with transaction.atomic():
            cast = Cast.assemble() if name == "cast" else Cast()
            world = _the_world(cast) if name == "world" else None
            self.scenes[name] = Scene(self._everything(), Kept(cast), world)
            transaction.set_rollback(True)

    def bring_back(self) -> None:
        """After a test that committed: empty what it filled, and lay the rows that stood back where it changed them."""
        filled = set(self._filled())
        changed = {table for table, rows in self.scene.rows.items() if table not in filled or _copied(table) != rows}
        self._lay(changed | filled - set(self.scene.rows))

    def _lay(self, touched: set[str]) -> None:
        """These tables hold what stands there, and nothing else. History refuses that: its triggers sleep."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TABLES_WITH_TRIGGERS)
            refusing = [table for (table,) in cursor.fetchall() if table in touched]
            _say(cursor, [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in refusing])
            _say(cursor, [f"DELETE FROM {table}" for table in sorted(touched)])
            for table in sorted(touched & set(self.scene.rows)):
                cursor.copy_expert(f"COPY {table} FROM STDIN", StringIO(self.scene.rows[table]))
            _say(cursor, ["SET CONSTRAINTS ALL IMMEDIATE"])  # No table is altered while its rows still wait to be checked.
            _say(cursor, [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in refusing])

    def _everything(self) -> dict[str, str]:
        return {table: _copied(table) for table in self._filled()}

    def _filled(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self.tables))
            return [table for (table,) in cursor.fetchall()]


def _the_world(cast: Cast) -> dict:
    from tests.config.access_world import World  # It imports half the tests.

    return World(cast).named()


def _copied(table: str) -> str:
    copy = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} TO STDOUT", copy)
    return copy.getvalue()


def _say(cursor, statements: list[str]) -> None:
    if statements:
        cursor.execute("; ".join(statements))
