"""Who serves this checkout, and whether the wanted port is free: found out before anything slow."""

import fcntl
import os
import socket
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

HOST = "127.0.0.1"


class Refusal(RuntimeError):
    """The demo cannot go on; the message says why and what to do, in the user's words."""


def whole_port(text: str) -> int:
    """The port a user typed. Raises Refusal."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refusal(f"PORT={text} 不是端口号。请写 1 到 65535 之间的数，例如 make demo PORT=8001")
    return int(text)


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raises Refusal, naming a port that is free."""
    if is_free(port):
        return
    other = next((number for number in range(port + 1, min(port + 100, 65536)) if is_free(number)), None)
    if port < 1024 and os.geteuid() != 0:
        other = other or 8000
        raise Refusal(
            f"端口 {port} 用不了：可能已被占用，或需要管理员权限。请换一个，例如 make demo PORT={other if other >= 1024 else 8000}"
        )
    raise Refusal(f"端口 {port} 已被别的程序占用。请换一个，例如 make demo PORT={other or 8001}")


class OneDemo:
    """At most one demo works with a checkout; the lock file says where it serves."""

    def __init__(self, path: Path):
        self.path = path

    def take(self, place: str) -> None:
        """Raises Refusal while another demo holds the checkout."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = os.read(self.file, 200).decode(errors="replace").strip()
            if where:
                raise Refusal(f"示范系统已经从这个目录启动了，地址 {where}。直接打开即可；要重新启动，请先在那个窗口按 Ctrl-C。") from None
            raise Refusal("这个目录里已有一个 make demo 正在运行，请等它完成后再试。") from None
        os.ftruncate(self.file, 0)
        os.write(self.file, place.encode())


def wait_for_answer(port: int, patience_seconds: float) -> bool:
    """Whether the web answers with anything at all within that time."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        with closing(HTTPConnection(HOST, port, timeout=5)) as connection:
            try:
                connection.request("GET", "/health/")
                connection.getresponse().read()
                return True
            except OSError:
                time.sleep(0.2)
    return False
