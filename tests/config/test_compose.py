"""The container files: the compose specification accepts them, no secret is in them, and every command in them really starts."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import compose_spec
import pytest
import yaml
from django.conf import settings

from config.embedded.server import EmbeddedServer
from config.trial.processes import Child, Trial
from tests.config.conftest import CHECKOUT, clean_environment, copy_checkout, remove_server, wait_until

VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?([^}]+))?\}")
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
TEXT = (CHECKOUT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
OURS = ("migrate", "web", "worker", "beat", "backup", "restore")
BY_HAND = ("backup", "restore")
ONCE = ("migrate", *BY_HAND)
VALUES = {
    "LEDGER_HOSTS": "ledger.example.gov.cn",
    "LEDGER_SECRET_KEY": "a-long-random-text-for-one-test-only-0123456789",
    "LEDGER_DATA_KEY": "ab" * 32,
    "LEDGER_HASH_KEY": "cd" * 32,
    "LEDGER_OWNER_PASSWORD": "OwnersWord",
    "LEDGER_APP_PASSWORD": "AppsWord",
}


def filled(text: str) -> str:
    """The text as compose reads it with VALUES in the environment."""
    return VARIABLE.sub(lambda found: VALUES.get(found[1]) or found[2] or "", text)


# ---- what the files say ----


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data) -> bool:
        return True


def specified(text: str):
    """The file as the compose specification understands it. Raises ValueError."""
    read = compose_spec.PyCompose.from_yaml(yaml.dump(yaml.safe_load(filled(text)), Dumper=_Plain, allow_unicode=True))
    read.validate()
    return read


def test_the_specification_accepts_it():
    assert sorted(specified(TEXT).service_names()) == ["backup", "beat", "migrate", "postgres", "redis", "restore", "web", "worker"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("stop_grace_period: 1m", "stop_grace: 1m"), ("interval: 30s", "interval: often"), ("service_healthy", "service_fine")],
)
def test_the_specification_would_refuse_a_slip(right, wrong):
    assert right in TEXT
    with pytest.raises(ValueError, match=r"line|unknown|duration|extension"):
        specified(TEXT.replace(right, wrong))


def test_every_service_is_bounded():
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
        assert name in ONCE or service["healthcheck"]["test"][0] == "CMD", name
        assert service.get("read_only") or name == "postgres", name
        assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}, name
        assert "privileged" not in service, name
        assert "outside" not in service["networks"] or name == "web", name
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_nothing_runs_as_root():
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert [COMPOSE["services"][name]["user"] for name in ("postgres", "redis")] == ["postgres", "redis"]
    assert all("user" not in COMPOSE["services"][name] for name in OURS)


def test_only_the_web_is_reached_and_only_from_this_machine():
    assert {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service} == {
        "web": ["127.0.0.1:${LEDGER_PORT:-8000}:8000"]
    }


def test_postgresql_keeps_its_data_where_version_18_does():
    postgres = COMPOSE["services"]["postgres"]
    assert postgres["image"] == "postgres:18"
    assert postgres["volumes"] == ["database:/var/lib/postgresql"]


def test_backup_and_restore_start_only_by_hand():
    assert {name for name, service in COMPOSE["services"].items() if "profiles" in service} == set(BY_HAND)
    folder = "${LEDGER_BACKUPS:-./backups}:/backups"
    assert [COMPOSE["services"][name]["volumes"] for name in BY_HAND] == [[folder], [f"{folder}:ro"]]
    assert "DATABASE_OWNER_URL" not in COMPOSE["services"]["backup"]["environment"], "the application's role reads everything"


def test_every_secret_comes_from_the_environment():
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|DATABASE_", variable):
                assert [bool(found[3]) for found in VARIABLE.finditer(value)] == [True], f"{name}: {variable}"
    example = dict(line.split("=", 1) for line in (CHECKOUT / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#")
    assert {name for name in VARIABLE.findall(TEXT) for name in name[:1]} == set(example)
    assert {name: value for name, value in example.items() if value} == {"LEDGER_PORT": "8000"}


def test_no_secret_stays_in_the_image():
    kept = "\n".join(re.findall(r"^(?:ENV|ARG|COPY|ADD) (?:.*\\\n)*.*$", DOCKERFILE, re.MULTILINE))
    assert "LEDGER_MODE=production" in kept
    assert not re.search(r"_KEY|PASSWORD|DATABASE_URL|\.env|COPY \. ", kept)
    allowed = [line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(allowed) == sorted([*re.findall(r"^COPY (\S+) \./", DOCKERFILE, re.MULTILINE), "requirements.txt"])


def test_the_image_holds_every_package():
    copied = set(re.findall(r"^COPY (\S+) \./", DOCKERFILE, re.MULTILINE))
    ours = {name for name in settings.INSTALLED_APPS if (CHECKOUT / name).is_dir()}
    assert copied == ours | {"manage.py", "templates", "static"}


def test_the_image_and_the_service_start_the_web_alike():
    assert yaml.safe_load(re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[1]) == COMPOSE["services"]["web"]["command"]


# ---- every command starts ----


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stack:
    """The services of the file, started here: the embedded server for postgres, another port and folder, nothing else changed."""

    def __init__(self, folder: Path, server: EmbeddedServer, redis_url: str):
        self.folder, self.port = folder, free_port()
        self.server, self.redis_url = server, redis_url
        (folder / "bin").mkdir(exist_ok=True)

    def environment(self, name: str) -> dict[str, str]:
        values = {key: filled(str(value)) for key, value in COMPOSE["services"][name]["environment"].items()}
        for key in [key for key in values if key.startswith("DATABASE")]:
            values[key] = values[key].replace("@postgres:5432/ledger", f"@/{self.database}?host={self.server.socket_folder}")
        image = dict(pair.split("=", 1) for pair in re.findall(r"LEDGER_\w+=\S+", DOCKERFILE.split("RUN useradd")[0]))
        values = {**image, **values, "LEDGER_VAR": str(self.folder / "var"), "REDIS_URL": self.redis_url}
        return clean_environment(**values, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    database = "in_production"

    def argv(self, command: list[str]) -> list[str]:
        moved = {"0.0.0.0:8000": f"127.0.0.1:{self.port}", "127.0.0.1:8000": f"127.0.0.1:{self.port}", "web:8000": f"127.0.0.1:{self.port}"}
        return [moved.get(word, word).replace("/tmp/schedule", str(self.folder / "schedule")) for word in command]

    def child(self, name: str) -> Child:
        argv = self.argv(COMPOSE["services"][name]["command"])
        return Child(name, argv, self.folder / "log" / f"{name}.log", self.folder, self.environment(name))

    def is_well(self, name: str) -> bool:
        test = self.argv(COMPOSE["services"][name]["healthcheck"]["test"][1:])
        return subprocess.run(test, cwd=self.folder, env=self.environment(name), timeout=30).returncode == 0

    def by_hand(self, name: str, *more: str) -> subprocess.CompletedProcess:
        """``docker compose run --rm NAME MORE``"""
        service = COMPOSE["services"][name]
        moved = {"/srv/ledger": str(self.folder), "/backups": str(self.folder / "backups")}
        words = [*service["entrypoint"], *(more or service["command"])]
        for old, new in moved.items():
            words = [word.replace(old, new) for word in words]
        folder = self.folder / "backups" if service.get("working_dir") else self.folder
        return subprocess.run(words, cwd=folder, env=self.environment(name), capture_output=True, text=True, timeout=120)

    def run(self, *command: str, name: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.folder, env=self.environment(name), capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The code as the image holds it, with the static files gathered by the Dockerfile's own step."""
    folder = copy_checkout(tmp_path_factory.mktemp("image") / "ledger")
    step = next(found for found in re.findall(r"^RUN ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE) if "collectstatic" in found)
    step = step.replace("chown -R ledger:ledger var", "true")  # There is no such user here.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", step], cwd=folder, env=clean_environment(LEDGER_MODE="production", PATH=path), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "staticfiles" / "staticfiles.json").exists()
    assert [path.name for path in (folder / "var").iterdir()] == ["reports"], "no key stays behind"
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL that knows the owner but not yet the application's role, as the postgres image leaves it."""
    var = tmp_path_factory.mktemp("postgres") / "var"
    server = EmbeddedServer(var, "OwnersWord")
    server.ensure_running()
    server._psql(f"CREATE DATABASE {Stack.database} OWNER ledger_owner")
    server._psql("DROP ROLE ledger_app")
    yield server
    server.release()
    remove_server(var)


def a_whole_stack_starts(image: Path, server: EmbeddedServer, redis_url: str) -> None:
    stack = Stack(image, server, redis_url)
    done = stack.run(*stack.argv(COMPOSE["services"]["migrate"]["command"]), name="migrate")
    assert done.returncode == 0, done.stderr
    forgotten = "from reports.models import Heartbeat; Heartbeat.objects.all().delete()"
    assert stack.run("python", "manage.py", "shell", "-c", forgotten, name="web").returncode == 0
    with Trial(print) as trial:
        web, worker = (trial.start(stack.child(name)) for name in ("web", "worker"))
        assert wait_until(lambda: stack.is_well("web")), web.log_tail(40)
        assert not stack.is_well("worker")  # Nobody has asked it for a sign of life yet.
        beat = trial.start(stack.child("beat"))
        assert wait_until(lambda: "beat: Starting" in beat.log_tail(40)), beat.log_tail(40)
        # What the scheduler sends every half minute, sent now.
        assert stack.run("celery", "-A", "config", "call", "reports.tasks.beat", name="beat").returncode == 0
        assert wait_until(lambda: stack.is_well("worker") and stack.is_well("beat")), worker.log_tail(40)
        door = urllib.request.Request(f"http://127.0.0.1:{stack.port}/account/login/", headers={"Host": VALUES["LEDGER_HOSTS"]})
        with urllib.request.urlopen(door, timeout=20) as page:
            style = re.search(r'href="(/static/css/ledger\.[0-9a-f]+\.css)"', page.read().decode())[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{stack.port}{style}", timeout=20) as sheet:
            assert "immutable" in sheet.headers["Cache-Control"]
        assert all(child.is_alive for child in (web, worker, beat))
        processes = [child.process for child in (web, worker, beat)]
        assert stack.by_hand("restore", backed_up(stack), "--replace").stderr.startswith("还有 "), "the services use the database"
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert stack.by_hand("restore", "nothing-here").returncode == 1
    done = stack.by_hand("restore", next((stack.folder / "backups").iterdir()).name, "--replace")
    assert done.returncode == 0, done.stderr
    assert "已恢复" in done.stdout
    shutil.rmtree(stack.folder / "backups")


def backed_up(stack: Stack) -> str:
    """The name of the backup that one command makes while the services work."""
    (stack.folder / "backups").mkdir()
    done = stack.by_hand("backup")
    assert done.returncode == 0, done.stderr
    (found,) = (stack.folder / "backups").iterdir()
    return found.name


def test_the_commands_start_without_redis(image, server):
    a_whole_stack_starts(image, server, "")


@pytest.mark.redis
def test_the_commands_start_with_redis(image, server, redis_url):
    a_whole_stack_starts(image, server, redis_url)


@pytest.mark.redis
def test_redis_starts_as_the_file_says(tmp_path):
    port = free_port()
    program = subprocess.Popen(
        [*COMPOSE["services"]["redis"]["command"], "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    test = shlex.join(COMPOSE["services"]["redis"]["healthcheck"]["test"][1:]).replace("redis-cli", f"redis-cli -p {port}")
    try:
        assert wait_until(lambda: subprocess.run(["sh", "-c", test], capture_output=True).stdout == b"PONG\n")
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(90)
