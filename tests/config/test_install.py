"""What ``make`` does before the ledger runs: which Python it takes, when it installs, and what it passes on."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

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


def tiny_wheel(folder: Path, name: str, needs: str = "") -> str:
    """A wheel of one module, without network or builder; answers its line in a list of requirements."""
    info = f"{name}-1.0.dist-info"
    needs = f"Requires-Dist: {needs}\n" if needs else ""
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def test_a_wheelhouse_is_enough_without_internet(tmp_path, monkeypatch, capsys):
    """Really installed: no index is asked, wherever the machine's own settings point."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    house = tmp_path / "轮子 仓"
    house.mkdir()
    file = tmp_path / "requirements.txt"
    file.write_text(tiny_wheel(house, "tiny_one", needs="tiny-two") + tiny_wheel(house, "tiny_two"))
    assert install.install(file, "轮子 仓") == 0, capsys.readouterr().out
    assert subprocess.run([str(install.PYTHON), "-c", "import tiny_one, tiny_two"]).returncode == 0

    # A wheel that is not the one of the list is not installed.
    file.write_text(file.read_text() + "# changed\n")
    tiny_wheel(house, "tiny_two", needs="tiny-three")
    subprocess.run([str(install.PYTHON), "-m", "pip", "uninstall", "--quiet", "--yes", "tiny_two"], check=True)
    assert install.install(file, str(house)) == 1
    said = capsys.readouterr().out
    assert "DO NOT MATCH THE HASHES" in said and "wheelhouse 里缺包，或是为别的系统、别的清单下载的" in said


def test_a_wheelhouse_that_is_not_there_is_named(bare, capsys):
    folder, commands = bare
    assert install.install(folder / "requirements.txt", "nowhere") == 1
    assert capsys.readouterr().out.startswith("没有文件夹 nowhere。请在能上网的机器上运行 make wheelhouse")
    assert commands == []


def test_make_hands_the_wheelhouse_on():
    said = subprocess.run(
        ["make", "--silent", "-f", "-", "told", "WHEELHOUSE=a folder"], cwd=CHECKOUT, env=clean_environment(), capture_output=True, text=True,
        input="include Makefile\ntold:\n\t@echo \"$$WHEELHOUSE\"\n",
    )  # fmt: skip
    assert said.stdout.strip() == "a folder"
    said = subprocess.run(
        ["make", "--dry-run", "wheelhouse", "PYTHON=python3.11"], cwd=CHECKOUT, env=clean_environment(), capture_output=True, text=True
    )
    words = said.stdout.replace("\\\n", " ").split()
    assert words[:4] == ["python3.11", "-m", "pip", "download"] and {"--require-hashes", "--only-binary"} < set(words)
    assert words[-4:] == ["--dest", '"wheelhouse"', "-r", "requirements.txt"]


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
