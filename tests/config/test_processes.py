"""The trial's processes: a worker that works, a demo that starts from nothing, and nothing left behind however it ends."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from config.embedded.server import EmbeddedServer
from config.management.commands.demo import change_password, keep_password
from config.trial import processes
from config.trial.address import OneDemo, Refusal, require_free, whole_port
from config.trial.processes import Child, GaveUp, Trial
from config.trial.programs import worker
from config.trial.summary import table
from tests.config.conftest import CHECKOUT, clean_environment, copy_checkout, living, modes, remove_server, run, wait_until

COUNTIES = ["450202", "450203", "450204", "450205", "450206", "450222", "450223", "450224", "450225", "450226"]
ASK_FOR_A_BEAT = """
import time
from reports.models import Heartbeat
from reports.tasks import beat
Heartbeat.objects.all().delete()
beat.delay()
deadline = time.monotonic() + 90
while not Heartbeat.objects.exists() and time.monotonic() < deadline:
    time.sleep(0.1)
print("beats" if Heartbeat.objects.exists() else "silent")
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def child(tmp_path: Path, code: str, **environment: str) -> Child:
    return Child("试验", [sys.executable, "-c", code], tmp_path / "log" / "child.log", tmp_path, clean_environment(**environment))


# ---- a real worker ----


@pytest.fixture(scope="module")
def ready(tmp_path_factory, django_db_setup, django_db_blocker):
    """A var folder of its own, and a migrated database: a copy of the tests' template where there is one."""
    var = tmp_path_factory.mktemp("worker") / "var"
    template = connection.settings_dict["TEST"].get("TEMPLATE")
    if template is None:
        done = run("manage.py", "migrate", "--verbosity", "0", LEDGER_VAR=str(var))
        assert done.returncode == 0, done.stderr
        yield {"LEDGER_VAR": str(var)}
        remove_server(var)
        return
    name = f"test_ledger_{os.getpid()}_worker"
    place = f"{connection.settings_dict['PASSWORD']}@/{name}?host={quote(connection.settings_dict['HOST'])}"
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        yield {"LEDGER_VAR": str(var), "DATABASE_URL": f"postgresql://ledger_app:{place}"}
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def a_worker_runs_a_task(values: dict[str, str]) -> None:
    with Trial(print) as trial:
        program = worker(CHECKOUT, Path(values["LEDGER_VAR"]))
        program.environment = clean_environment(**values)
        trial.start(program)
        done = run("manage.py", "shell", "-c", ASK_FOR_A_BEAT, **values)
        assert done.stdout.strip().splitlines()[-1:] == ["beats"], done.stderr + program.log_tail(60)
        assert program.is_alive
    assert not program.is_alive


@pytest.mark.django_db  # So that there is a template.
def test_a_worker_runs_a_task_from_the_filesystem(ready):
    a_worker_runs_a_task(ready)


@pytest.mark.redis
@pytest.mark.django_db
def test_a_worker_runs_a_task_from_redis(ready, redis_url):
    a_worker_runs_a_task(ready | {"REDIS_URL": redis_url})


# ---- watching and stopping ----


def test_a_child_that_dies_is_said_aloud_and_started_again(tmp_path):
    said = []
    with Trial(said.append) as trial:
        started = trial.start(child(tmp_path, "import time; time.sleep(60)"))
        first = started.process.pid
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: not started.is_alive)
        trial.look()
        assert started.is_alive
        assert started.process.pid != first
    assert said == [f"试验意外停止（被信号 SIGKILL 终止），正在重新启动。日志：{started.log}"]


def test_a_child_that_keeps_dying_ends_the_trial(tmp_path):
    said = []
    with pytest.raises(GaveUp, match="退出码 3") as gave_up, Trial(said.append) as trial:
        trial.start(child(tmp_path, "print('no luck'); raise SystemExit(3)"))
        trial.watch(every=0.05)
    assert len(said) == processes.RESTARTS
    assert "no luck" in str(gave_up.value)


def test_a_stubborn_child_is_stopped_with_all_it_started(tmp_path, mark, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.5)
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up', flush=True); time.sleep(60)"
    )
    with Trial(print) as trial:
        started = trial.start(child(tmp_path, stubborn, MARK=mark))
        assert wait_until(lambda: started.log_tail() == "up" and len(living(mark)) == 2)
    assert wait_until(lambda: not living(mark))


def test_children_end_with_a_trial_that_is_killed_outright(tmp_path, mark):
    code = (
        "import sys, time; from pathlib import Path; from config.trial.processes import Child, Trial; trial = Trial(print);"
        "trial.start(Child('x', [sys.executable, '-c', 'import time; time.sleep(60)'], Path(sys.argv[1]), Path('.')));"
        "print('up', flush=True); time.sleep(60)"
    )
    trial = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log")], cwd=CHECKOUT, env=clean_environment(MARK=mark), stdout=subprocess.PIPE
    )
    assert trial.stdout.readline() == b"up\n"
    assert wait_until(lambda: len(living(mark)) == 2)
    trial.kill()
    trial.wait()
    assert wait_until(lambda: not living(mark))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_make_alone_ends_the_trial(tmp_path, mark, number):
    (tmp_path / "wait.py").write_text(
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        "from config.trial.processes import end_on_signals, starter_is_there\n"
        "end_on_signals(); there = starter_is_there(); print('up', flush=True)\n"
        "while there(): time.sleep(0.05)\n"
    )
    (tmp_path / "Makefile").write_text(f'demo:\n\t@exec "{sys.executable}" wait.py "{CHECKOUT}"\n')
    make = subprocess.Popen(
        ["make", "demo"], cwd=tmp_path, env=clean_environment(MARK=mark), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    assert make.stdout.readline() == b"up\n"
    make.send_signal(number)
    make.wait(90)
    assert wait_until(lambda: not living(mark))


# ---- before anything slow ----


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "８０００", "-1", "80.5"])
def test_what_is_no_port_is_said(text):
    with pytest.raises(Refusal, match="make demo PORT=8001"):
        whole_port(text)


def test_a_busy_port_names_another():
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refusal, match=f"端口 {port} 已被别的程序占用。请换一个，例如 make demo PORT="):
            require_free(port)
    require_free(port)


def test_a_second_demo_learns_where_the_first_one_is(tmp_path):
    first, second = OneDemo(tmp_path / "demo.lock"), OneDemo(tmp_path / "demo.lock")
    first.take("http://127.0.0.1:8000/")
    with pytest.raises(Refusal, match="地址 http://127.0.0.1:8000/"):
        second.take("http://127.0.0.1:8001/")
    os.close(first.file)
    OneDemo(tmp_path / "demo.lock").take("")


def test_columns_stand_in_line_although_chinese_is_twice_as_wide():
    assert table([("a", "经办", "x"), ("bcd", "乡镇卫生院", "y")]) == "  a    经办        x\n  bcd  乡镇卫生院  y"


# ---- the password ----


def test_a_lost_password_is_replaced_for_every_demo_account(cast, tmp_path):
    file = tmp_path / "demo" / "password"
    first = keep_password(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second = keep_password(file)
    assert file.read_text().strip() == second != first
    change_password(second)
    cast.clerk.refresh_from_db()
    assert cast.clerk.check_password(second)


# ---- the whole demo ----


class Demo:
    """``manage.py demo`` of a copy of the checkout, read line by line."""

    def __init__(self, checkout: Path, mark: str, *options: str):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", *options],
            cwd=checkout, env=clean_environment(MARK=mark), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def read_until(self, words: str) -> None:
        for line in self.process.stdout:
            self.lines.append(line)
            if words in line:
                return
        raise AssertionError("".join(self.lines))

    def rest(self) -> int:
        self.lines += self.process.stdout.readlines()
        return self.process.wait(90)


def test_the_demo_from_nothing_in_a_private_folder(private, mark, forget):
    checkout, port = copy_checkout(private / "台账"), free_port()
    (private / "台账").chmod(0o700)
    var = checkout / "var"
    forget(var)
    before = modes(checkout)
    started = time.monotonic()
    demo = Demo(checkout, mark, "--port", str(port))
    demo.read_until("已经启动")
    loaded_in = time.monotonic() - started
    with pytest.raises(urllib.error.HTTPError) as nothing_there:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/no-such-page/", timeout=90)
    assert nothing_there.value.code == 404
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=90) as response:
        assert json.load(response) == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok", "disk": "ok"}

    second = Demo(checkout, mark, "--port", str(free_port()))
    assert second.rest() == 1
    assert second.lines == [
        f"示范系统已经从这个目录启动了，地址 http://127.0.0.1:{port}/。直接打开即可；要重新启动，请先在那个窗口按 Ctrl-C。\n"
    ]

    os.killpg(demo.process.pid, signal.SIGHUP)  # The terminal is closed.
    assert demo.rest() == 0
    assert demo.lines[-1] == "已停止，没有留下任何进程。\n"
    assert living(mark) == []
    assert not living(str(var)) + living(str(EmbeddedServer(var, "no matter").data))
    assert modes(checkout) == before
    books = sorted(path.name for path in (var / "demo").glob("*.xlsx"))
    assert books == ["city-450200-2017-10.xlsx", *[f"county-{code}-2017-10.xlsx" for code in COUNTIES]]
    assert stat.S_IMODE((var / "demo" / "password").stat().st_mode) == 0o600
    password = (var / "demo" / "password").read_text().strip()

    started = time.monotonic()
    again = Demo(checkout, mark, "--no-serve")
    assert again.rest() == 0
    assert time.monotonic() - started < loaded_in  # Nothing is loaded anew.
    assert any(password in line for line in again.lines)
    assert not any("装入" in line for line in again.lines)
    assert living(mark) == []

    anew = Demo(checkout, mark, "--no-serve", "--reset")
    assert anew.rest() == 0
    assert any("装入" in line for line in anew.lines)
    assert (var / "demo" / "password").read_text().strip() != password
