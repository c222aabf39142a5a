"""The database into a stream and out of it again: one moment's state going out, one transaction coming in."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from django.db import connection, transaction

from config.backup import programs
from config.backup.contents import require_keys_open_it, row_counts, schema_of
from ledger.actions.refusals import Refused

PIECE = 1024 * 1024
# PostgreSQL's own workers have no user; what kind of worker it is, the owner is not told of another role's.
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
# The dump makes the schema itself. An empty database may hold what its keeper put there; only --replace sweeps that away too.
MAKE_ROOM = {True: b"DROP SCHEMA IF EXISTS public;\n", False: b"DROP SCHEMA IF EXISTS public CASCADE;\n"}
# pg_restore of version 17 and newer says this to every server, and those before 17 do not know it.
NEW_WORD = b"SET transaction_timeout = 0;\n"


@contextmanager
def moment() -> Iterator[str]:
    """One unchanging view of the database, which other programs can share by its name; work goes on meanwhile."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def state() -> dict:
    """What the database holds now: its schema, and the rows of each table."""
    require_keys_open_it()
    return {"schema": schema_of(connection), "rows": row_counts(connection)}


def dump(to: IO[bytes], snapshot: str) -> None:
    """Write PostgreSQL's own custom format, compressed, as the database was at that moment."""
    server = programs.server_version(connection)
    address, environment = programs.target(connection)
    argv = [str(programs.program("pg_dump", server)), "--format=custom", f"--snapshot={snapshot}", "--schema=public", f"--dbname={address}"]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=environment) as process:
            try:
                while piece := process.stdout.read(PIECE):
                    to.write(piece)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise Refused(f"数据库没有导出完，没有留下备份。PostgreSQL 说：{_read(said)}")


def is_empty() -> bool:
    return not connection.introspection.table_names()


def others_connected() -> int:
    """How many connections besides ours the database has."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        return cursor.fetchone()[0]


def bring_in(dump: IO[bytes]) -> None:
    """Replace everything with the dump in one transaction: when anything goes wrong, the database is as it was."""
    server, empty = programs.server_version(connection), is_empty()
    address, environment = programs.target(connection)
    connection.close()
    restore = [str(programs.program("pg_restore", server)), "--no-owner", "--no-acl", "--file=-"]
    psql = [str(programs.program("psql", server)), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={address}"]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        reader = subprocess.Popen(restore, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment)
        writer = subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told, env=environment)
        feeder = threading.Thread(target=_feed, args=(dump, reader.stdin), daemon=True)
        feeder.start()
        try:
            writer.stdin.write(b"BEGIN;\nSET client_min_messages = warning;\n" + MAKE_ROOM[empty])
            for line in reader.stdout:
                if server < 17 and line == NEW_WORD:
                    continue
                writer.stdin.write(line)
            # Said only when the last word of the dump has come: without it everything is taken back.
            if reader.wait() == 0:
                writer.stdin.write(b"COMMIT;\n")
            writer.stdin.close()
        except BrokenPipeError:
            reader.kill()
        except BaseException:
            writer.kill()
            reader.kill()
            raise
        finally:
            reader.wait()
            writer.wait()
            feeder.join(10)
        if reader.returncode or writer.returncode:
            raise Refused(f"没有恢复成，数据库和原来一样。PostgreSQL 说：{_read(said)}{_read(told)}")


def _feed(dump: IO[bytes], to: IO[bytes]) -> None:
    """Hand the dump on; a reader that has ended says why by itself."""
    with suppress(BrokenPipeError):
        while piece := dump.read(PIECE):
            to.write(piece)
    with suppress(BrokenPipeError):
        to.close()


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace").strip()[-1500:]
