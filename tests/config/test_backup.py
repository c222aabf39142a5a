"""The whole ledger into one file and back: every row, the rights and the triggers; and what is refused, with nothing touched."""

import json
import os
import stat
import subprocess
import sys
import zipfile
from contextlib import closing
from io import BytesIO, StringIO
from urllib.parse import quote

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from config.backup.archive import MANIFEST, NOT_WHOLE, is_sealed, open_archive
from config.backup.contents import sealed_manifest
from config.backup.database import bring_in
from ledger.actions.refusals import Refused
from ledger.actions.trail import seal_unsealed
from ledger.models import AuditEvent
from tests.config.access_world import World
from tests.config.conftest import CHECKOUT, clean_environment

OURS = "('backup_made', 'backup_restored')"
ROWS = {"ledger_auditevent": f"WHERE action NOT IN {OURS}"}
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename <> 'ledger_auditevent_id_seq' ORDER BY 1"
TRIGGERS = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
# A condition is drawn anew when it is read again, so checks and indexes are compared by name, the rest as a whole.
CONSTRAINTS = """SELECT conrelid::regclass::text, conname, contype::text, CASE WHEN contype <> 'c' THEN pg_get_constraintdef(oid) END
    FROM pg_constraint WHERE conrelid <> 0 ORDER BY 1, 2"""
INDEXES = "SELECT tablename::text, indexname::text FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"


class Other:
    """A second database on the same server, empty at first, with the two roles of an installation."""

    def __init__(self):
        self.name = f"test_ledger_{os.getpid()}_restored"
        self.host, self.password = connection.settings_dict["HOST"], connection.settings_dict["PASSWORD"]
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {self.name}")

    def drop(self) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def connect(self, role: str):
        return closing(psycopg2.connect(host=self.host, user=role, password=self.password, dbname=self.name, options="-c timezone=UTC"))

    def ask(self, statement: str, role: str = "ledger_owner") -> list:
        with self.connect(role) as link, link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def manage(self, *argv: str, **values: str) -> subprocess.CompletedProcess:
        def address(role):
            return f"postgresql://{role}:{self.password}@/{self.name}?host={quote(self.host)}"

        environment = clean_environment(
            LEDGER_VAR=str(settings.VAR_DIR), DATABASE_URL=address("ledger_app"), DATABASE_OWNER_URL=address("ledger_owner"),
            LEDGER_DATA_KEY=settings.DATA_KEY.hex(), LEDGER_HASH_KEY=settings.HASH_KEY.hex(), **values,
        )  # fmt: skip
        return subprocess.run(
            [sys.executable, "manage.py", *argv], cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture
def other(db):
    found = Other()
    yield found
    found.drop()


def here(statement: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def every_row(ask) -> dict[str, tuple[int, str]]:
    """How many rows each table holds, and the hash of all their text."""
    found = {}
    for (name,) in ask("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"):
        hashed = "md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
        found[name] = ask(f"SELECT count(*), {hashed} FROM {name} t {ROWS.get(name, '')}")[0]
    return found


def backed_up(folder) -> tuple:
    said = StringIO()
    call_command("backup", str(folder), stdout=said)
    (path,) = folder.glob("*.backup")
    return path, said.getvalue()


def refusal(*argv: str) -> str:
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("restore", *argv, stdout=said, stderr=said)
    assert end.value.code == 1
    return said.getvalue().strip()


@pytest.mark.django_db(transaction=True)
def test_everything_comes_back_into_an_empty_database_and_over_a_ruined_one(cast, other, tmp_path):
    World(cast)
    cast.treat(cast.register("覃玉兰"))
    seal_unsealed()
    before = every_row(here)
    assert sum(rows for rows, _ in before.values()) > 500
    people, cases = before["ledger_person"][0], before["ledger_case"][0]
    path, said = backed_up(tmp_path)
    assert said.startswith(f"已备份到 {path}（0.") and f"患者 {people} 人、病例 {cases} 例、结算 2 笔" in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert every_row(here) == before, "a backup only looks, but for its row in the trail"
    assert AuditEvent.objects.get(action="backup_made").detail["file"] == path.name

    done = other.manage("restore", str(path))
    assert done.returncode == 0, done.stderr
    assert (
        f"已恢复：患者 {people} 人、病例 {cases} 例" in done.stdout
        and "操作记录完整" in done.stdout
        and "统计中间表与台账一致" in done.stdout
    )
    assert every_row(other.ask) == before
    for statement in (SEQUENCES, TRIGGERS, CONSTRAINTS, INDEXES):
        assert other.ask(statement) == here(statement)

    # The application's role works as before, and neither it nor the owner rewrites history.
    assert other.ask("SELECT count(*) FROM ledger_person", role="ledger_app") == [(people,)]
    for role, refused in (("ledger_app", "permission denied"), ("ledger_owner", "append-only")):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match=refused):
            other.ask("DELETE FROM ledger_auditevent", role=role)

    # Ruined: no table of cases, and a table too many.
    other.ask("DROP TABLE ledger_case CASCADE")
    other.ask("CREATE TABLE ledger_of_a_later_version (id int)")
    ruined = every_row(other.ask)
    done = other.manage("restore", str(path))
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "数据库里已经有表，没有恢复。确实要用备份换掉现有的全部数据，请在命令后面加 --replace。",
    )
    with other.connect("ledger_app"):
        done = other.manage("restore", str(path), "--replace")
    assert done.returncode == 1 and done.stderr.startswith("还有 1 个连接在用这个数据库，没有恢复。")
    assert every_row(other.ask) == ruined
    done = other.manage("restore", str(path), "--replace")
    assert done.returncode == 0, done.stderr
    assert every_row(other.ask) == before
    assert other.ask("SELECT count(*) FROM ledger_case", role="ledger_app") == [(cases,)]

    # A restored ledger is backed up like any other.
    again = tmp_path / "again.backup"
    done = other.manage("backup", str(again))
    assert done.returncode == 0, done.stderr
    done = other.manage("restore", str(again), "--replace")
    assert done.returncode == 0, done.stderr
    assert every_row(other.ask) == before


@pytest.mark.django_db(transaction=True)
def test_what_does_not_fit_is_refused_before_anything_is_touched(cast, tmp_path):
    cast.register("韦桂兰")
    path, _ = backed_up(tmp_path)
    before = every_row(here)
    whole = path.read_bytes()

    with override_settings(HASH_KEY=b"another key, 32 bytes in length."):
        assert refusal(str(path), "--replace").startswith("LEDGER_HASH_KEY 不是做这份备份时用的钥匙")
    with override_settings(DATA_KEY=b"1" * 32, HASH_KEY=b"2" * 32):
        assert refusal(str(path), "--replace").startswith("LEDGER_DATA_KEY、LEDGER_HASH_KEY 不是做这份备份时用的钥匙")

    damaged = tmp_path / "damaged"
    half = len(whole) // 2
    for content in (whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :], whole[:half], b"", b"\x89PNG\r\n\x1a\n" * 100):
        damaged.write_bytes(content)
        said = refusal(str(damaged), "--replace")
        assert said in (NOT_WHOLE.format("读不出来"), NOT_WHOLE.format("内容和校验值不一致"))
    assert refusal(str(tmp_path / "nowhere"), "--replace").startswith("读不到备份")

    def forged(**changes) -> str:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                new.writestr(name, json.dumps(json.loads(content) | changes) if name == MANIFEST else content)
        return refusal(str(damaged), "--replace")

    with open_archive(path) as (manifest, _):
        assert is_sealed(manifest)
    assert forged(rows={}) == "这份备份的说明被改动过，不能恢复。请换一份备份。数据库没有动过。"
    later = {key: value for key, value in manifest.items() if key != "seal"} | {"schema": [*manifest["schema"], "ledger.0099_later"]}
    assert forged(**later, seal=sealed_manifest(later)).startswith("这份备份由较新的版本所做（例如 ledger.0099_later）。请先升级系统")
    assert forged(format=2).startswith("这份备份的格式这个版本不认识")
    assert every_row(here) == before


@pytest.mark.django_db(transaction=True)
def test_a_dump_that_ends_in_the_middle_leaves_the_database_as_it_was(cast, tmp_path):
    cast.register("韦桂兰")
    path, _ = backed_up(tmp_path)
    before = every_row(here)
    with zipfile.ZipFile(path) as archive:
        dump = archive.read("database.dump")
    for part in (dump[: len(dump) * 2 // 3], dump[:1000], b""):
        with pytest.raises(Refused, match="没有恢复成，数据库和原来一样"):
            bring_in(BytesIO(part))
        assert every_row(here) == before
    try:
        bring_in(BytesIO(dump))
        assert {**every_row(here), "ledger_auditevent": 0} == {**before, "ledger_auditevent": 0}
    finally:
        call_command("migrate", verbosity=0)  # As ``restore`` does: a dump bears no rights, and this database is the next tests' too.
