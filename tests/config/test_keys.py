"""The trial's keys: made once, readable by their owner only, and one value however many processes start at once."""

import os
import stat
import subprocess
import sys

import pytest

from config import keys
from config.keys import trial_secret
from tests.config.conftest import CHECKOUT, clean_environment

RACER = """
import sys, time
from pathlib import Path
from config.keys import trial_secret
folder, gate = Path(sys.argv[1]), Path(sys.argv[2])
print("here", flush=True)
while not gate.exists():
    pass
print(" ".join(trial_secret(folder, f"key{number}") for number in range(40)))
"""


def test_a_key_is_made_once_and_is_private(tmp_path):
    folder = tmp_path / "keys"
    first = trial_secret(folder, "LEDGER_DATA_KEY")
    assert len(bytes.fromhex(first)) == 32
    assert trial_secret(folder, "LEDGER_DATA_KEY") == first
    assert trial_secret(folder, "LEDGER_HASH_KEY") != first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "ledger_data_key": 0o600,
        "ledger_hash_key": 0o600,
    }


def test_a_wide_umask_makes_no_key_readable(tmp_path):
    before = os.umask(0)
    try:
        trial_secret(tmp_path / "keys", "LEDGER_DATA_KEY")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys" / "ledger_data_key").stat().st_mode) == 0o600


def test_who_comes_second_takes_the_first_ones_key(tmp_path, monkeypatch):
    """Another process makes the key between our look and our link."""
    folder, link = tmp_path / "keys", os.link

    def late(draft, path):
        path.write_text("theirs")
        link(draft, path)

    monkeypatch.setattr(keys.os, "link", late)
    assert trial_secret(folder, "LEDGER_DATA_KEY") == "theirs"
    assert [path.name for path in folder.iterdir()] == ["ledger_data_key"]


@pytest.mark.parametrize("processes", [4])
def test_processes_that_start_at_once_agree(tmp_path, processes):
    argv = [sys.executable, "-c", RACER, str(tmp_path / "keys"), str(tmp_path / "gate")]
    racers = [subprocess.Popen(argv, cwd=CHECKOUT, env=clean_environment(), stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    for racer in racers:
        assert racer.stdout.readline() == "here\n"
    (tmp_path / "gate").touch()
    answers = {racer.communicate(timeout=60)[0] for racer in racers}
    assert len(answers) == 1
    assert len(answers.pop().split()) == 40
