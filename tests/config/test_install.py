"""What ``make`` does before the ledger runs: which Python it takes, when it installs, and what it passes on."""

import subprocess
import sys

import pytest

from config.trial import install
from tests.config.conftest import CHECKOUT, clean_environment


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An empty folder with a list of no packages; the commands that would be run are only written down."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    commands = []

    def note(command, **_):
        commands.append(command)
        (tmp_path / ".venv" / "bin").mkdir(exist_ok=True)
        (tmp_path / ".venv" / "bin" / "python").touch()
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(install.subprocess, "run", note)
    return tmp_path, commands


def test_it_installs_once_and_again_when_the_list_changes(bare):
    folder, commands = bare
    file = folder / "requirements.txt"
    assert install.install(file) == 0
    assert [command[1:3] for command in commands] == [["-m", "venv"], ["-m", "pip"]]
    assert "--require-hashes" in commands[1]
    assert install.install(file) == 0
    assert len(commands) == 2
    file.write_text("# something\n")
    assert install.install(file) == 0
    assert len(commands) == 4
    assert len(list((folder / ".venv").glob(".installed-requirements-*"))) == 1


def test_a_failed_installation_is_not_taken_for_done(bare, monkeypatch, capsys):
    folder, _ = bare
    monkeypatch.setattr(install.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "no network"))
    assert install.install(folder / "requirements.txt") == 1
    assert "no network" in capsys.readouterr().out
    assert not list((folder / ".venv").glob(".installed-*"))


def test_another_python_is_refused_with_the_way_out(bare, monkeypatch, capsys):
    folder, commands = bare
    monkeypatch.setattr(install, "NEEDED", (3, 10))
    assert install.install(folder / "requirements.txt") == 1
    assert "make demo PYTHON=python3.11" in capsys.readouterr().out
    assert (commands, (folder / ".venv").exists()) == ([], False)


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], '--port "8000"'),
        (["SERVE=0"], '--port "8000" --no-serve'),
        (["SERVE=1", "RESET=0", "PORT=8001"], '--port "8001"'),
        (["SERVE=0", "RESET=1"], '--port "8000" --no-serve --reset'),
    ],
)
def test_make_passes_on_what_was_asked(given, passed):
    said = subprocess.run(
        ["make", "--dry-run", "demo", f"PYTHON={sys.executable}", *given],
        cwd=CHECKOUT,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert " ".join(said.stdout.strip().splitlines()[-1].split()) == f"exec .venv/bin/python manage.py demo {passed}"
