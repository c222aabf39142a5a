"""Starts the checkout's own PostgreSQL when the first process needs it and stops it when the last one ends.

The server listens on a Unix socket only, so it never meets another PostgreSQL of the machine. As root it runs as
``nobody`` with its files under /var/lib, outside every private folder; as an ordinary user everything stays under var/.
No folder that this code did not make has its mode changed.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from config.embedded.binaries import binaries

NAME = "dabing-ledger"
SHARED_FOLDER = Path("/var/lib") / NAME
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
NO_PROCESS = 2**22 + 1  # One more than the highest process number that Linux gives.
STILL_HELD = b"pre-existing shared memory block"  # A killed server's other processes end a moment after it; until then it waits.
ROLES = """
CREATE ROLE ledger_owner LOGIN CREATEDB CREATEROLE PASSWORD '{password}';
CREATE ROLE ledger_app LOGIN PASSWORD '{password}';
"""


class EmbeddedServerError(RuntimeError):
    """The embedded server did not come up; the message carries the end of its log."""


class EmbeddedServerInUse(EmbeddedServerError):
    """Another process works with the server, so its data cannot be thrown away."""


class EmbeddedServer:
    """One server a checkout. Users hold a shared lock on a file; whoever can lock it alone stops the server."""

    def __init__(self, var: Path, password: str, as_root: bool | None = None):
        self.as_root = os.geteuid() == 0 if as_root is None else as_root
        self.password = password
        mark = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
        self.home = SHARED_FOLDER / mark if self.as_root else var / "postgres"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        # A Unix socket's path holds 107 bytes at most, and a checkout may lie deep. Never TMPDIR: every process must find it.
        self.socket_folder = self.home / "socket" if self.as_root else Path("/tmp") / f"{NAME}-{os.geteuid()}-{mark}"
        self._users: int | None = None
        self._pid = 0

    # ---- what others call ----

    def ensure_running(self, *, revive: bool = False) -> None:
        """Start the server unless it runs already, and keep it for the life of this process.

        ``revive`` looks again although this process has it already: the server may have been killed meanwhile.
        """
        mine = self._users is not None and self._pid == os.getpid()
        if mine and not revive:
            return
        self._make_folders()
        with self._starting():
            if not mine:
                self._become_user()
            if not self._is_ours():
                self._create()
            elif not self._answers():
                self._start()

    def release(self) -> None:
        """Give the server up; the last user stops it."""
        if self._users is None or self._pid != os.getpid():
            return
        with self._starting():
            if self._alone():
                self._stop("fast")
            os.close(self._users)
            self._users = None

    def destroy(self) -> None:
        """Stop the server and throw its data away; refused while another process works with it."""
        self._make_folders()
        with self._starting():
            if self._users is None or self._pid != os.getpid():
                self._become_user()
            if not self._alone():
                fcntl.flock(self._users, fcntl.LOCK_SH)
                raise EmbeddedServerInUse("another process is using the embedded PostgreSQL")
            self._stop("immediate")
            shutil.rmtree(self.data, ignore_errors=True)
            os.close(self._users)
            self._users = None

    # ---- who uses it ----

    def _become_user(self) -> None:
        if self._users is not None:
            os.close(self._users)  # Inherited by a fork: kept open, the parent's lock would outlive the parent in us.
        self._users = os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)
        self._pid = os.getpid()
        atexit.register(self.release)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):  # A command that is asked to end gives the server up first.
                if signal.getsignal(number) is signal.SIG_DFL:
                    signal.signal(number, lambda number, _: sys.exit(128 + number))

    def _alone(self) -> bool:
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _starting(self):
        return _Lock(self.home / "starting.lock")

    # ---- folders ----

    def _identity(self) -> tuple[int, int]:
        if not self.as_root:
            return os.geteuid(), os.getegid()
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def _make_folders(self) -> None:
        user, group = self._identity()
        if self.as_root and not SHARED_FOLDER.exists():
            SHARED_FOLDER.mkdir(parents=True, exist_ok=True)
            SHARED_FOLDER.chmod(0o755)  # Ours, so its mode is ours to set, whatever the umask.
        for folder in (self.home, self.socket_folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            if self.as_root and found.st_uid != user:
                os.chown(folder, user, group, follow_symlinks=False)
            elif found.st_uid != user or not stat.S_ISDIR(found.st_mode):
                raise EmbeddedServerError(f"{folder} belongs to somebody else (user {found.st_uid}); remove it")

    # ---- the data ----

    def _ours(self) -> str:
        return hashlib.sha256(self.password.encode()).hexdigest()

    def _is_ours(self) -> bool:
        """Whether the data was finished, and with this password: not half-made, nor left by a checkout that stood here before."""
        try:
            return (self.home / "made-for").read_text() == self._ours() and (self.data / "PG_VERSION").exists()
        except FileNotFoundError:
            return False

    def _create(self) -> None:
        if self.data.exists():
            self._stop("immediate")
            # The keys that could read it are gone; one such copy is kept all the same.
            aside = self.home / "data.aside"
            shutil.rmtree(aside, ignore_errors=True)
            self.data.rename(aside)
        with tempfile.NamedTemporaryFile("w", suffix=".pw", dir=self.home) as file:
            file.write(self.password)
            file.flush()
            os.chown(file.name, *self._identity())
            self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={file.name}",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            )  # fmt: skip
        with open(self.data / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in SERVER_SETTINGS.items())
        self._start()
        for statement in filter(str.strip, ROLES.format(password=self.password).split(";")):
            self._psql(statement)
        self._psql("CREATE DATABASE ledger OWNER ledger_owner")
        (self.home / "made-for").write_text(self._ours())

    # ---- the server's programs ----

    def _postmaster_lives(self) -> bool:
        """Whether the process named in postmaster.pid is this data's server, and not dead, unburied or somebody else by now."""
        try:
            number = (self.data / "postmaster.pid").read_text().split()[0]
            if not Path("/proc/self").exists():
                return True  # Not Linux: PostgreSQL's own look must do.
            return str(self.data).encode() in Path("/proc", number, "cmdline").read_bytes()
        except (FileNotFoundError, IndexError, ProcessLookupError):
            return False

    def _start(self) -> None:
        file = self.data / "postmaster.pid"
        if file.exists() and not self._postmaster_lives():
            # PostgreSQL takes any living or unburied process of that number for a server and would refuse to start. The
            # file's other lines stay: by them it sees whether a process of the dead server still holds its memory.
            file.write_text("\n".join([str(NO_PROCESS), *file.read_text().split("\n")[1:]]))
            for left in self.socket_folder.glob(".s.PGSQL.*"):
                left.unlink()
        options = f"-c unix_socket_directories={shlex.quote(str(self.socket_folder))}"
        said_before = self.log.stat().st_size if self.log.exists() else 0
        deadline = time.monotonic() + 60
        while not self._answers():
            if not self._postmaster_lives():
                done = self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-o", options, "-w", "-t", "60", check=False)
                ending = STILL_HELD in self.log.read_bytes()[said_before:]
                if done.returncode and not self._postmaster_lives() and not ending:
                    raise EmbeddedServerError(f"the embedded PostgreSQL did not start:\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"the embedded PostgreSQL did not start:\n{self._log_tail()}")
            time.sleep(0.1)

    def _stop(self, how: str) -> None:
        if self._postmaster_lives():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", how, "-w", check=False)

    def _answers(self) -> bool:
        if not self._postmaster_lives():
            return False
        return self._run("pg_isready", "-q", "-h", str(self.socket_folder), "-U", "postgres", check=False).returncode == 0

    def _psql(self, statement: str) -> None:
        self._run("psql", "-h", str(self.socket_folder), "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", statement=statement)

    def _run(self, command: str, *args: str, check: bool = True, statement: str = "") -> subprocess.CompletedProcess:
        # A file, not a pipe: the server inherits standard output and would hold a pipe open for ever.
        user, group = self._identity()
        identity = {"user": user, "group": group, "extra_groups": []} if self.as_root else {}
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as words:
            words.write(statement.encode())  # By standard input: a password never stands in the list of processes.
            words.seek(0)
            done = subprocess.run(
                [str(binaries(SHARED_FOLDER if self.as_root else None) / command), *args],
                stdin=words,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": self.password},
                start_new_session=True,  # Ctrl-C at the terminal is for us; we stop the server ourselves.
                umask=0o077,
                **identity,
            )
            if check and done.returncode != 0:
                output.seek(0)
                said = output.read().decode(errors="replace")
                raise EmbeddedServerError(f"{command} ended with {done.returncode}:\n{said}\n{self._log_tail()}")
        return done

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "(no log)"


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
