"""The example files for a server without Docker, and what the guide to installing says: no name in them that is not there."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.config.conftest import CHECKOUT

SERVER = CHECKOUT / "docs" / "server"
GUIDE = (CHECKOUT / "docs" / "deployment.md").read_text()
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
MAKEFILE = (CHECKOUT / "Makefile").read_text()


def started(name: str) -> list[str]:
    unit = (SERVER / f"dabing-ledger-{name}.service").read_text()
    return shlex.split(re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)[1])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_units_start_what_the_containers_start(name):
    """Those commands are started by test_compose; here only the places differ, and systemd and nginx keep the log of requests."""
    argv = list(COMPOSE["services"][name]["command"])
    if "--access-logfile" in argv:
        argv = argv[: argv.index("--access-logfile")]
    moved = {"0.0.0.0:8000": "127.0.0.1:8000", "/tmp/schedule": "/var/lib/ledger/schedule"}
    expected = [moved.get(word, word) for word in argv]
    assert started(name) == [f"/opt/dabing-ledger/.venv/bin/{expected[0]}", *expected[1:]]


def test_the_environment_files_hold_every_variable_that_production_needs_and_no_secret():
    lines = [line for name in ("ledger.env", "owner.env") for line in (SERVER / name).read_text().splitlines()]
    given = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
    told = set(re.findall(r"^\| `(\w+)` \|", (CHECKOUT / "README.md").read_text(), re.MULTILINE))
    assert set(given) <= told
    compose = {name for one in ("web", "migrate") for name in COMPOSE["services"][one]["environment"]}
    assert set(given) == compose | {"LEDGER_VAR"}
    assert {name for name, value in given.items() if not value} == {"LEDGER_SECRET_KEY", "LEDGER_DATA_KEY", "LEDGER_HASH_KEY"}


def test_the_wrapper_is_a_shell_script():
    assert subprocess.run(["sh", "-n", str(SERVER / "ledger-manage")]).returncode == 0


def test_every_command_of_the_guide_is_one():
    files = GUIDE + "".join(path.read_text() for path in SERVER.iterdir())
    ours = set(re.findall(r"(?:ledger-manage|manage\.py) ([a-z_]+)", files))
    assert {"migrate", "backup", "restore", "open_city", "verify_trail", "load_policies"} <= ours
    assert ours - set(get_commands()) == set()
    services = set(re.findall(r"docker compose run --rm ([a-z]+)", GUIDE)) | {"web", "worker", "beat"}
    assert services == {"backup", "restore", "migrate", "web", "worker", "beat"} <= set(COMPOSE["services"])
    assert "docker compose stop web worker beat" in GUIDE
    targets = set(re.findall(r"make ([a-z]+)", GUIDE))
    assert {"wheelhouse", "install", "demo"} <= targets
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)


def test_every_link_of_the_guide_leads_somewhere():
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", GUIDE):
        assert (CHECKOUT / "docs" / link).exists(), link
    headings = {re.sub(r"[^\w-]", "", title.strip().replace(" ", "-")).lower() for title in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)}
    for anchor in re.findall(r"\]\(#([^)]+)\)", GUIDE):
        assert anchor in headings, (anchor, headings)


def test_every_example_file_is_told_of():
    told = GUIDE.replace("dabing-ledger*", " ".join(path.name for path in SERVER.glob("dabing-ledger*")))
    assert [path.name for path in sorted(SERVER.iterdir()) if Path(path).name not in told] == []
