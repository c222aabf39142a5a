"""``demo``: the demo prefecture from nothing to a served address, and nothing left running afterwards."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand
from django.db import connection

from config.demo.accounts import accounts
from config.demo.bills import settle_bills
from config.demo.deferral import tell_owed
from config.demo.inability import tell_inabilities
from config.demo.october import begin_october
from config.demo.places import CITY
from config.demo.plans import tell_plans
from config.demo.prefecture import AlreadyLoaded, is_loaded, load_prefecture
from config.demo.return_rows import stamp_past
from config.demo.statements import draw_up_statements
from config.embedded.server import EmbeddedServerError, EmbeddedServerInUse
from config.trial import programs
from config.trial.address import HOST, OneDemo, Refusal, require_free, wait_for_answer, whole_port
from config.trial.month import build_month
from config.trial.processes import Child, Ended, GaveUp, Trial, end_on_signals, starter_is_there
from config.trial.summary import shown_path, summary
from ledger import clock
from ledger.importing.undisturbed import no_collection
from ledger.models import Division, Staff

ANSWER_SECONDS = 60


class Command(BaseCommand):
    help = "Load the demo prefecture, build the month's workbooks and serve web, worker and scheduler until Ctrl-C."
    requires_system_checks = []  # The migration it starts makes them.

    def add_arguments(self, parser):
        parser.add_argument("--no-serve", action="store_true", help="end after the workbooks")
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
        parser.add_argument("--port", default="8000")

    def handle(self, *args, no_serve: bool, reset: bool, port: str, **options):
        end_on_signals()
        still_wanted = starter_is_there()
        try:
            number = whole_port(port)
            self._take_the_checkout(number, serve=not no_serve)
            with Trial(self.say) as trial:
                self._prepare(reset)
                worker = trial.start(programs.worker(settings.BASE_DIR, settings.VAR_DIR))
                self._workbooks(trial, worker, f"http://{HOST}:{number}/" + ("（运行 make demo 后可以打开）" if no_serve else ""))
                if not no_serve:
                    self._serve(trial, number, still_wanted)
        except (Refusal, GaveUp, EmbeddedServerError) as refusal:
            self.say(str(refusal))
            raise SystemExit(1) from None
        except Ended as end:
            self.say("正在停止……")
            raise SystemExit(end.code) from None

    def say(self, text: str) -> None:
        """Tell the user; a terminal that is gone does not stop the stopping."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    # ---- before ----

    def _take_the_checkout(self, port: int, *, serve: bool) -> None:
        if not settings.TRIAL:
            raise Refusal("LEDGER_MODE=production 时不能运行示范。示范只在试用方式下运行。")
        self.demo = OneDemo(settings.VAR_DIR / "demo.lock")
        self.demo.take(f"http://{HOST}:{port}/" if serve else "")
        if serve:
            require_free(port)

    def _prepare(self, reset: bool) -> None:
        if reset:
            self._forget()
        if hasattr(settings, "EMBEDDED_SERVER"):
            self.say("正在启动数据库……")
            settings.EMBEDDED_SERVER.ensure_running()
        else:
            self.say("使用环境变量 DATABASE_URL 指定的数据库。")
        self._migrate()
        password_file = settings.VAR_DIR / "demo" / "password"
        if not is_loaded():
            self.say("正在装入示范数据……")
            password = keep_password(password_file)
            try:
                with no_collection():
                    load_prefecture(password)
                    begin_october()
                    stamp_past()
                    settle_bills()
                    tell_owed()
                    draw_up_statements()
                    tell_inabilities()
                    tell_plans()
            except AlreadyLoaded:
                raise Refusal("数据库里已有别的行政区划，示范数据只能装入空库。请换一个空的数据库，或去掉 DATABASE_URL。") from None
        elif not password_file.exists():
            change_password(keep_password(password_file))

    def _forget(self) -> None:
        if not hasattr(settings, "EMBEDDED_SERVER"):
            raise Refusal("RESET 不会清空 DATABASE_URL 指定的数据库。请自己换一个空库，再运行 make demo。")
        self.say("正在清除示范数据……")
        try:
            settings.EMBEDDED_SERVER.destroy()
        except EmbeddedServerInUse:
            raise Refusal("还有别的命令正在使用示范数据库，现在不能清空。请先结束它，再运行 make demo RESET=1。") from None
        for name in ("demo", "reports", "broker", "beat", "files"):
            shutil.rmtree(settings.VAR_DIR / name, ignore_errors=True)
        for folder in getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {}).values():
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _migrate(self) -> None:
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if done.returncode:
            raise Refusal(f"数据库结构没有更新成功：\n{done.stdout[-3000:]}")

    # ---- the month ----

    def _workbooks(self, trial: Trial, worker: Child, address: str) -> None:
        self.say("正在由后台任务生成本月报表……")
        period = f"{clock.today():%Y-%m}"
        made = build_month(trial, worker, Division.objects.get(code=CITY), period, self.say)
        password_file = settings.VAR_DIR / "demo" / "password"
        self.say(
            summary(
                workbooks=made,
                address=address,
                accounts=accounts(),
                password=password_file.read_text().strip(),
                password_file=password_file,
            )
        )

    # ---- serving ----

    def _serve(self, trial: Trial, port: int, still_wanted: Callable[[], bool]) -> None:
        connection.close()
        web = trial.start(programs.web(settings.BASE_DIR, settings.VAR_DIR, port))
        trial.start(programs.beat(settings.BASE_DIR, settings.VAR_DIR))
        if not wait_for_answer(port, ANSWER_SECONDS):
            raise GaveUp(f"网页服务没有启动成功。日志 {web.log} 的末尾：\n{web.log_tail()}")
        self.say(f"已经启动。请用浏览器打开上面的地址；日志在 {shown_path(settings.VAR_DIR / 'log')}；按 Ctrl-C 结束。")
        with contextlib.suppress(Ended):  # The usual way to end, so not an error.
            trial.watch(still_wanted=still_wanted)
        self.say("\n正在停止……")
        trial.stop()
        connection.close()
        if hasattr(settings, "EMBEDDED_SERVER"):
            settings.EMBEDDED_SERVER.release()
        self.say("已停止，没有留下任何进程。")


def keep_password(path: Path) -> str:
    """The demo's password, made now and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(9)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password + "\n")
    return password


def change_password(password: str) -> None:
    """Give every demo account this password: its file was lost, and with it the old one."""
    names = [account.username for account in accounts()]
    Staff.objects.filter(username__in=names).update(password=make_password(password))
