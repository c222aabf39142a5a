"""The file of a backup: whole or not there at all, made with the keys that open it and by the programs that understand the server."""

import signal
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from config.backup import programs
from config.backup.archive import write_archive
from config.backup.contents import key_marks, unknown_here
from ledger.actions.refusals import Refused
from tests.config.conftest import CHECKOUT, clean_environment

HALF = """
import os, sys, time
from pathlib import Path
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from config.backup.archive import write_archive
from config.trial.processes import end_on_signals

def dump(to):
    to.write(b"half" * 1000)
    print("half", flush=True)
    time.sleep(60)

end_on_signals()
write_archive(Path(sys.argv[1]), {}, dump)
"""


def test_killed_in_the_middle_it_leaves_no_half_file(tmp_path):
    path = tmp_path / "ledger.backup"

    def ended_by(number: int) -> list[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HALF, str(path)], cwd=CHECKOUT, env=clean_environment(LEDGER_VAR=str(settings.VAR_DIR)),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline() == "half\n"
        assert [stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()] == [0o600]
        process.send_signal(number)
        process.wait(20)
        process.stdout.close()
        return [found.name for found in tmp_path.iterdir()]

    assert ended_by(signal.SIGTERM) == []
    (left,) = ended_by(signal.SIGKILL)  # Nobody could clear up after it, but nothing bears the backup's name.
    assert left.startswith(".ledger.backup.") and left.endswith(".unfinished")
    made = write_archive(path, {"rows": {}}, lambda to: to.write(b"whole"))
    assert made.path == path and [found.name for found in tmp_path.iterdir()] == [path.name], "the next one clears it away"


def test_a_backup_never_takes_anothers_place_nor_stays_half_when_something_breaks(tmp_path):
    path = tmp_path / "ledger.backup"

    def broken(to):
        to.write(b"half")
        raise Refused("broken")

    with pytest.raises(Refused, match="broken"):
        write_archive(path, {}, broken)
    assert list(tmp_path.iterdir()) == []
    write_archive(path, {}, lambda to: to.write(b"one"))
    one = path.read_bytes()
    with pytest.raises(Refused, match="备份不覆盖旧的备份"):
        write_archive(path, {}, lambda to: to.write(b"two"))
    with pytest.raises(Refused, match="没有文件夹"):
        write_archive(tmp_path / "none" / "ledger.backup", {}, lambda to: to.write(b"two"))
    assert path.read_bytes() == one


@pytest.mark.django_db
def test_no_backup_is_made_with_keys_that_do_not_open_it(cast, tmp_path):
    """It would be found useless on the day that it is needed."""
    from config.backup.contents import require_keys_open_it

    cast.register("韦桂兰")
    require_keys_open_it()
    for wrong in ({"DATA_KEY": b"1" * 32}, {"HASH_KEY": b"1" * 32}):
        with override_settings(**wrong), pytest.raises(Refused, match="打不开库里的证号"):
            require_keys_open_it()


def test_a_mark_is_not_the_key():
    marks = key_marks()
    assert sorted(marks) == ["LEDGER_DATA_KEY", "LEDGER_HASH_KEY"]
    assert not any(mark in settings.DATA_KEY.hex() + settings.HASH_KEY.hex() for mark in marks.values())
    assert len(set(marks.values())) == 2


@pytest.mark.django_db
def test_the_programs_are_those_that_understand_the_server(monkeypatch):
    found = programs.program("pg_dump", programs.server_version(connection))
    assert found.name == "pg_dump" and "pginstall18" in str(found)
    with pytest.raises(Refused, match="^没有找到 99 版或更新的 pg_dump。请按 requirements.txt 重新安装"):
        programs.program("pg_dump", 99)
    monkeypatch.setattr(programs, "find_spec", lambda name: None)
    monkeypatch.setattr(programs, "INSTALLED", ())
    monkeypatch.setattr(programs.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match="或安装 postgresql-client-15"):
        programs.program("pg_dump", 15)


def test_the_password_is_not_in_the_list_of_processes():
    address, environment = programs.target(connection)
    password = connection.settings_dict["PASSWORD"]
    assert password not in address and environment["PGPASSWORD"] == password


def test_this_code_knows_its_own_schema():
    assert unknown_here(["ledger.0001_initial"]) == []
    assert unknown_here(["ledger.0001_initial", "ledger.0099_later"]) == ["ledger.0099_later"]
