"""Starts the trial's child processes, watches them, and leaves none behind however the trial ends."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

RESTARTS = 3  # So many within RESTART_WINDOW_SECONDS, then the whole ends: something is wrong that a restart does not mend.
RESTART_WINDOW_SECONDS = 60
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


class Ended(SystemExit):
    """A signal asked the trial to end; the exit status says which, as a shell would."""


class GaveUp(RuntimeError):
    """A child died again and again."""


@dataclass
class Child:
    """One process of the trial, in a session of its own so that Ctrl-C reaches only the trial itself."""

    name: str  # What the user reads.
    argv: list[str]
    log: Path
    folder: Path
    environment: dict[str, str] | None = None  # None: the trial's own.
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_alive:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until the deadline, then kill the child with all it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def log_tail(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Trial:
    """The children together: ``with Trial(…) as trial`` stops them all at the end, whatever the end was."""

    def __init__(self, say: Callable[[str], None]):
        self.say = say
        self.children: list[Child] = []

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self, child: Child) -> Child:
        if child.log.exists():  # One earlier run is kept to look at; logs never grow without end.
            child.log.replace(child.log.with_suffix(".log.1"))
        self.children.append(child)
        child.start()
        return child

    def stop(self) -> None:
        with _deaf():  # A second Ctrl-C must not leave half of them running.
            for child in reversed(self.children):
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_SECONDS
            for child in self.children:
                child.stop(deadline)
            self.children.clear()

    def look(self) -> None:
        """Start again what died, aloud. Raises GaveUp when one keeps dying."""
        for child in self.children:
            if child.is_alive:
                continue
            now = time.monotonic()
            child.deaths.append(now)
            while child.deaths and child.deaths[0] < now - RESTART_WINDOW_SECONDS:
                child.deaths.popleft()
            what = f"{child.name}意外停止（{_reason(child.process.returncode)}）"
            if len(child.deaths) > RESTARTS:
                raise GaveUp(f"{what}，反复重启无效。日志 {child.log} 的末尾：\n{child.log_tail()}")
            self.say(f"{what}，正在重新启动。日志：{child.log}")
            child.stop(now)
            child.start()

    def watch(self, every: float = 0.5, still_wanted: Callable[[], bool] = lambda: True) -> None:
        """Watch the children until a signal ends the trial or nobody wants it any more."""
        while still_wanted():
            self.look()
            time.sleep(every)


def end_on_signals(numbers: Iterable[signal.Signals] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)) -> None:
    """Turn each signal into ``Ended``. A hang-up that nohup had switched off stays off."""

    def end(number: int, _) -> None:
        raise Ended(128 + number)

    for number in numbers:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def starter_is_there() -> Callable[[], bool]:
    """Answers whether ``make``, where it started us, still waits for us.

    A kill -INT at make alone does not reach us: make then only waits for our end, with the signal's handler put back.
    """
    parent = os.getppid()
    if "MAKELEVEL" not in os.environ:
        return lambda: True
    caught = _catches_interrupt(parent)
    return lambda: os.getppid() == parent and (not caught or _catches_interrupt(parent))


def _catches_interrupt(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    mask = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(mask, 16) & 1 << (signal.SIGINT - 1))


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """On Linux the child is asked to stop even when the trial itself is killed outright."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _reason(code: int) -> str:
    return f"被信号 {signal.Signals(-code).name} 终止" if code < 0 else f"退出码 {code}"


class _deaf:
    """No signal interrupts the block."""

    NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __enter__(self) -> None:
        self.main = threading.current_thread() is threading.main_thread()
        self.before = {number: signal.signal(number, signal.SIG_IGN) for number in self.NUMBERS} if self.main else {}

    def __exit__(self, *_) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
