"""What the tests of the house stand on: a clean environment, a copy of the checkout, and an eye on what is left running."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded.server import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OF_THE_TESTS = ("LEDGER_", "DATABASE_", "DJANGO_SETTINGS", "REDIS_URL", "PYTEST", "COV", "MAKE", "PYTHONDONTWRITEBYTECODE")
COPIED = ("manage.py", "config", "ledger", "hospitals", "settlement", "reports", "templates", "static")


def clean_environment(**values: str) -> dict[str, str]:
    """This process's environment without anything that the tests put there, and with these values."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_TESTS)}
    return {**kept, "PYTHONUTF8": "1", **values}


def run(*argv: str, **values: str) -> subprocess.CompletedProcess:
    """A command of the checkout's own Python in a clean environment."""
    return subprocess.run(
        [sys.executable, *argv], cwd=CHECKOUT, env=clean_environment(**values), capture_output=True, text=True, timeout=120
    )


def wait_until(what: Callable[[], bool], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def living(mark: str) -> list[str]:
    """The command lines of the processes whose environment or command line holds the mark; the dead but unburied do not count."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            argv, values = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if folder.name != str(os.getpid()) and argv and mark.encode() in argv + values:
            found.append(argv.replace(b"\0", b" ").decode(errors="replace"))
    return found


@pytest.fixture
def mark() -> str:
    """A word in the environment of every process that a test starts."""
    return f"mark-{uuid.uuid4().hex}"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder with blanks and Chinese in its name that nobody else may enter, below one that nobody else may enter."""
    outer = tmp_path / "私有 文件"
    outer.mkdir(mode=0o700)
    inner = outer / "大病 台账"
    inner.mkdir(mode=0o700)
    return inner


@pytest.fixture
def forget() -> Iterator[Callable[[Path], None]]:
    """Ends and removes the embedded server of a var folder after the test."""
    folders: list[Path] = []
    yield folders.append
    for var in folders:
        remove_server(var)


def remove_server(var: Path) -> None:
    server = EmbeddedServer(var, "no matter")
    if server.home.exists():
        server.destroy()
    shutil.rmtree(server.home, ignore_errors=True)
    shutil.rmtree(server.socket_folder, ignore_errors=True)


def copy_checkout(to: Path) -> Path:
    """The code as a second checkout would hold it."""
    to.mkdir(exist_ok=True)
    for name in COPIED:
        if (CHECKOUT / name).is_dir():
            shutil.copytree(CHECKOUT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(CHECKOUT / name, to / name)
    return to


def modes(folder: Path) -> dict[Path, int]:
    """The modes of a folder and of every folder above it."""
    return {path: path.stat().st_mode for path in (folder, *folder.parents)}
