"""Makes .venv and installs a hash-locked list into it, unless that was done before; run by the Makefile with plain Python."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
# Somebody else's settings that would send the packages elsewhere.
NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")


def stamp_of(requirements: Path) -> Path:
    """The file whose presence says that exactly this list was installed by this Python."""
    text = requirements.read_bytes() + sys.version.encode()
    return VENV / f".installed-{requirements.stem}-{hashlib.sha256(text).hexdigest()[:16]}"


def source(wheelhouse: str) -> list[str]:
    """Where pip takes the packages from: its usual index, or, on a server without internet, a folder of wheels and nothing else."""
    return ["--no-index", "--find-links", str(Path(wheelhouse).resolve())] if wheelhouse else []


def install(requirements: Path, wheelhouse: str = "") -> int:
    """Install the list where its stamp is missing. Answers the exit status."""
    if wheelhouse and not Path(wheelhouse).is_dir():
        print(f"没有文件夹 {wheelhouse}。请在能上网的机器上运行 make wheelhouse，把做好的 wheelhouse 文件夹复制过来，再写它的路径。")
        return 1
    if sys.version_info[:2] != NEEDED:
        found = ".".join(map(str, sys.version_info[:2]))
        print(
            f"需要 Python 3.11，找到的是 {found}（{sys.executable}）。请安装 Python 3.11，或写 PYTHON=它的路径，例如 make demo PYTHON=python3.11"
        )
        return 1
    VENV.mkdir(exist_ok=True)
    with open(VENV / ".installing", "w") as lock:  # make demo and make test may start together.
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = stamp_of(requirements)
        if stamp.exists() and PYTHON.exists():
            return 0
        print(f"正在安装 {requirements.name}（只在第一次和清单变更后）……", flush=True)
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_NO_INPUT": "1"}
        for command in (
            # A .venv whose Python has gone (moved machine, newer system) is made anew, not mended.
            [sys.executable, "-m", "venv", *(["--clear"] if PYTHON.is_symlink() and not PYTHON.exists() else []), str(VENV)],
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", *source(wheelhouse), "-r", str(requirements)],
        ):
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                likely = "wheelhouse 里缺包，或是为别的系统、别的清单下载的" if wheelhouse else "网络不通或缺少 venv"
                print(f"{done.stdout}\n安装没有成功，原因见上。常见的是{likely}；解决后再运行一次同样的命令即可。")
                return 1
        for old in VENV.glob(f".installed-{requirements.stem}-*"):
            old.unlink()
        stamp.touch()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(install(Path(sys.argv[1]), os.environ.get("WHEELHOUSE", "")))
    except KeyboardInterrupt:
        sys.exit(130)
