"""Rules on the code: imports run one way, nothing copied from a module of leftovers, one style."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(sys.executable).parent
APPS = ("config", "ledger", "hospitals", "settlement", "reports")
MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))


def run(program: str, *args: str) -> str:
    done = subprocess.run([str(BINARIES / program), *args], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_imports_run_one_way():
    kept = re.findall(r"^(.+) KEPT$", run("lint-imports", "--no-cache"), re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert sorted(kept) == sorted(contract["name"] for contract in contracts) == ["Imports run one way", "The engine is pure"]
    assert contracts[0]["layers"] == ["config", "reports", "settlement", "hospitals", "ledger"]


def test_ruff_finds_nothing():
    run("ruff", "check", "--no-cache", ".")


def test_one_format():
    run("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.parametrize("word", ["utils", "helpers", "services", "common", "misc"])
def test_no_module_is_a_drawer_of_leftovers(word):
    assert [str(path.relative_to(ROOT)) for path in MODULES if path.stem == word or word in path.relative_to(ROOT).parts] == []


WALL_CLOCK = re.compile(r"^(datetime\.)?(date\.today|datetime\.(now|today|utcnow))$|^timezone\.localdate$")


def test_today_comes_from_one_place():
    """Only ledger.clock says what day it is; a line that wants the wall clock after all says why beside its noqa."""
    asking = []
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and WALL_CLOCK.match(ast.unparse(node)) and "noqa: DTZ" not in lines[node.lineno - 1]:
                asking.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert asking == []


def test_every_module_says_why_it_exists():
    speaking = [path for path in MODULES if path.stat().st_size and not path.name.endswith(("apps.py", "urls.py", "0001_initial.py"))]
    silent = [str(path.relative_to(ROOT)) for path in speaking if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []
