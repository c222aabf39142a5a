"""A process of its own for what came from outside: it gets the bytes and nothing else, no key, no database, no environment."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from ledger.actions.refusals import Refused


def answer_of(child: Path, content: bytes, limits, *told: str, refusal: Refused) -> bytes:
    """What the script prints about the content, within ``limits`` (``wait`` seconds of the clock). Raises ``refusal`` when nothing comes."""
    command = [sys.executable, "-I", str(child), *told, json.dumps(asdict(limits))]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=limits.wait, env={}, check=False)
    except subprocess.TimeoutExpired:
        raise refusal from None
    if done.returncode or not done.stdout:
        raise refusal
    return done.stdout
