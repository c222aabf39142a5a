"""The secrets a start needs: from the environment in production, made once under var/ for the trial."""

import os
import secrets
from pathlib import Path

SECRETS = {
    "LEDGER_SECRET_KEY": "signs sessions; any long random text",
    "LEDGER_DATA_KEY": "encrypts ID and phone numbers; 64 hex digits",
    "LEDGER_HASH_KEY": "keys the hash by which ID numbers are found; 64 hex digits",
}


def trial_secret(folder: Path, name: str) -> str:
    """The trial's own secret of that name, made at the first start and kept readable by its owner only."""
    path = folder / name.lower()
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = secrets.token_hex(32)
    draft = folder / f".{path.name}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    try:
        os.link(draft, path)  # Two processes may start at once: the first to link its key wins.
    except FileExistsError:
        value = path.read_text().strip()
    finally:
        draft.unlink()
    return value
