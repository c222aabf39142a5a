"""The embedded PostgreSQL: opens no folder, shares nothing between checkouts, and never outlives its last user for long."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.embedded.binaries import INSIDE, binaries
from config.embedded.server import EmbeddedServer
from tests.config.conftest import CHECKOUT, clean_environment, living, modes, wait_until

USER = """
import os, signal, sys
from pathlib import Path
import psycopg2
from config.embedded.server import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]), sys.argv[2])

def ask():
    with psycopg2.connect(host=str(server.socket_folder), user="ledger_app", password=sys.argv[2], dbname="ledger") as link:
        with link.cursor() as cursor:
            cursor.execute("SELECT current_user")
            print(cursor.fetchone()[0], flush=True)
    link.close()

server.ensure_running()
ask()
for word in sys.stdin:
    if word == "fork\\n" and os.fork():
        os._exit(0)  # The parent is gone without a farewell; the child uses the server on.
    if word == "kill server\\n":
        os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server.ensure_running(revive=True)
    ask()
"""


class User:
    """A process that uses the server of a var folder."""

    def __init__(self, var: Path, password: str = "secret"):
        argv = [sys.executable, "-c", USER, str(var), password]
        self.server = EmbeddedServer(var, password)
        self.process = subprocess.Popen(
            argv, cwd=CHECKOUT, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.hears("ledger_app")

    def hears(self, words: str) -> None:
        line = self.process.stdout.readline().strip()
        assert line == words, line or self.process.stderr.read()

    def say(self, words: str) -> None:
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        self.hears("ledger_app")

    def leave(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0, self.process.stderr.read()

    @property
    def runs(self) -> bool:
        return bool(living(f"{self.server.data}\0"))

    @property
    def number(self) -> str:
        return (self.server.data / "postmaster.pid").read_text().split()[0]


def test_a_private_folder_stays_private(private, forget):
    var = private / "var"
    forget(var)
    before = modes(private)
    user = User(var)
    user.leave()
    assert modes(private) == before
    assert stat.S_IMODE(user.server.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(user.server.data.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        assert private not in user.server.home.parents


def test_two_checkouts_do_not_meet(tmp_path, forget):
    first, second = tmp_path / "one" / "var", tmp_path / "two" / "var"
    forget(first)
    forget(second)
    one, two = User(first, "one"), User(second, "two")
    assert one.runs
    assert two.runs
    assert one.number != two.number
    one.leave()
    assert not one.runs
    two.say("still there?")
    two.leave()
    assert not two.runs


def test_the_last_user_stops_it(tmp_path, forget):
    forget(tmp_path / "var")
    first, second = User(tmp_path / "var"), User(tmp_path / "var")
    first.leave()
    assert second.runs
    second.say("still there?")
    second.leave()
    assert not second.runs


def test_after_a_killed_user_the_next_takes_over_and_stops_it(tmp_path, forget):
    forget(tmp_path / "var")
    first = User(tmp_path / "var")
    number = first.number
    first.process.kill()
    first.process.wait()
    assert first.runs
    second = User(tmp_path / "var")
    assert second.number == number
    second.leave()
    assert not second.runs


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_user_that_is_asked_to_end_stops_it(tmp_path, forget, number):
    forget(tmp_path / "var")
    user = User(tmp_path / "var")
    user.process.send_signal(number)
    assert user.process.wait(30) == 128 + number
    assert not user.runs


def test_a_forked_child_outlives_its_parent_and_still_stops_it(tmp_path, forget):
    forget(tmp_path / "var")
    user = User(tmp_path / "var")
    user.process.stdin.write("fork\n")
    user.process.stdin.flush()
    user.hears("ledger_app")
    user.process.wait(30)
    assert user.runs
    user.process.stdin.close()
    assert wait_until(lambda: not user.runs)


def test_a_killed_server_comes_back(tmp_path, forget):
    forget(tmp_path / "var")
    user = User(tmp_path / "var")
    number = user.number
    user.say("kill server")
    assert user.number != number
    user.leave()
    assert not user.runs


def test_a_killed_servers_last_processes_are_waited_for(tmp_path, forget):
    """A process of the dead server that is slow to end holds its memory; the new one starts when that has gone."""
    forget(tmp_path / "var")
    user = User(tmp_path / "var")
    number = user.number
    slow = int(Path("/proc", number, "task", number, "children").read_text().split()[0])
    os.kill(slow, signal.SIGSTOP)
    user.process.stdin.write("kill server\n")
    user.process.stdin.flush()
    try:
        assert wait_until(lambda: "pre-existing shared memory block" in user.server.log.read_text())
    finally:
        os.kill(slow, signal.SIGCONT)
    user.hears("ledger_app")
    assert user.number != number
    user.leave()
    assert not user.runs


def test_half_made_data_is_made_again(tmp_path, forget):
    forget(tmp_path / "var")
    User(tmp_path / "var").leave()
    server = EmbeddedServer(tmp_path / "var", "secret")
    (server.home / "made-for").unlink()  # As after a start that was killed before the roles stood.
    (server.data / "global" / "pg_control").unlink()
    user = User(tmp_path / "var")
    user.leave()
    assert not user.runs


def test_a_new_checkout_in_an_old_ones_place_starts_anew(tmp_path, forget):
    """Root's data lies outside the checkout: a fresh clone at the same path must not meet it with other keys."""
    forget(tmp_path / "var")
    old = User(tmp_path / "var", "old")
    old.process.kill()
    old.process.wait()
    new = User(tmp_path / "var", "new")
    assert (new.server.home / "data.aside" / "PG_VERSION").exists()
    new.leave()
    assert not new.runs


def test_data_in_use_is_not_thrown_away(tmp_path, forget):
    forget(tmp_path / "var")
    user = User(tmp_path / "var")
    script = (
        "import sys; from pathlib import Path; from config.embedded.server import EmbeddedServer as E; E(Path(sys.argv[1]), '').destroy()"
    )
    argv = [sys.executable, "-c", script, str(tmp_path / "var")]
    refused = subprocess.run(argv, cwd=CHECKOUT, env=clean_environment(), capture_output=True, text=True)
    assert "EmbeddedServerInUse" in refused.stderr
    user.say("still there?")
    user.leave()
    subprocess.run(argv, cwd=CHECKOUT, env=clean_environment(), check=True)
    assert not user.server.data.exists()


def test_everybody_can_run_roots_copy_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        found = binaries.__wrapped__(tmp_path)
    finally:
        os.umask(before)
    copy = tmp_path.joinpath(*found.relative_to(tmp_path).parts[:1])
    assert found == copy / INSIDE
    folders = [copy, *[path for path in copy.rglob("*") if path.is_dir()]]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}
    assert stat.S_IMODE((found / "postgres").stat().st_mode) == 0o755
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]
