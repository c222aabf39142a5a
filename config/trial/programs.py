"""The argument lists of the trial's three programs: web, worker and scheduler."""

import sys
from pathlib import Path

from config.trial.processes import Child


def web(folder: Path, var: Path, port: int) -> Child:
    argv = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "2",
        "--no-control-socket", "--graceful-timeout", "5",
    ]  # fmt: skip
    return Child("网页服务", argv, var / "log" / "web.log", folder)


def worker(folder: Path, var: Path) -> Child:
    argv = [
        sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--without-gossip", "--without-mingle",
        "--without-heartbeat", "--loglevel", "INFO", "--hostname", "trial@%h",
    ]  # fmt: skip
    return Child("后台任务", argv, var / "log" / "worker.log", folder)


def beat(folder: Path, var: Path) -> Child:
    schedule = var / "beat" / "schedule"
    schedule.parent.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO"]
    return Child("定时任务", argv, var / "log" / "beat.log", folder)
