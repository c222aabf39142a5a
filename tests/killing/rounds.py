"""One round: work is asked for, the worker is killed somewhere, everything is handed out again, and what stands is compared."""

import datetime
import hashlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.test import override_settings

from config.celery import app
from ledger.models import AuditEvent
from reports import jobs, tasks
from reports.models import Due, DueRule, Job, JobPart, Reminder, ReturnEvent, Submission

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OCTOBER = "2017-10"
PATIENCE = 60  # Seconds until a worker must have done what is left; a busy machine needs some.
FULL_DISK = 512  # Bytes that a file may have while the disk is full.
EMPTIED = "reports_due, reports_submission, reports_returnevent, reports_reminder, reports_job, reports_jobpart, reports_workbookstamp"


@dataclass
class Found:
    """What is not as it should be after a round."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.partial)

    def __iadd__(self, other: "Found") -> "Found":
        self.lost += other.lost
        self.doubled += other.doubled
        self.partial += other.partial
        return self

    def line(self) -> str:
        return f"lost {len(self.lost)}, doubled {len(self.doubled)}, partial {len(self.partial)}"


@dataclass(frozen=True)
class Standing:
    """Everything that the work leaves: rows as often as they stand there, and files by their bytes."""

    rows: Counter
    files: dict[str, str]

    def against(self, whole: "Standing") -> Found:
        """What is missing, what is there too often, which files are not whole."""
        lost = [str(row) for row in (whole.rows - self.rows).elements()]
        doubled = [str(row) for row in (self.rows - whole.rows).elements()]
        lost += [f"file {name}" for name in whole.files if name not in self.files]
        partial = [f"file {name}" for name, bytes_hash in self.files.items() if whole.files.get(name) != bytes_hash]
        return Found(lost, doubled, partial)


@contextmanager
def redis_server(program: str = "redis-server") -> Iterator[str]:
    """A Redis of our own on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder], stdout=subprocess.DEVNULL
        )
        try:
            until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for it. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.02)


class Rounds:
    """The worker's nursery, the queue, and what an undisturbed round leaves; ``cast`` and its people stand in the database."""

    def __init__(self, cast, redis_url: str, folder: Path, *, naive: bool = False, seed: int = 20171023, restarts: bool = False):
        self.restarts = restarts
        self.cast, self.folder, self.chance = cast, folder, random.Random(seed)
        self.queue = redis.Redis.from_url(redis_url)
        self.redis_url, self.worker = redis_url, 0
        values = {
            **os.environ, "REDIS_URL": redis_url, "LEDGER_KILL_FOLDER": str(folder),
            "LEDGER_KILL_DATABASE": connection.settings_dict["NAME"], "DJANGO_SETTINGS_MODULE": "tests.killing.settings",
        }  # fmt: skip
        argv = [sys.executable, "-m", "tests.killing.nursery", *(["naive"] if naive else [])]
        said = None if os.environ.get("LEDGER_KILL_LOUD") else subprocess.DEVNULL  # No file: a full disk would take its lines.
        self.nursery = subprocess.Popen(
            argv, cwd=CHECKOUT, env=values, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
        )
        with connection.cursor() as cursor:  # The trial's server does without, for speed; a real one never.
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on; SET synchronous_commit = on")
        for form in ("F1", "F2"):
            DueRule.objects.get_or_create(prefecture=cast.prefecture, form=form, first_period=datetime.date(2017, 10, 1))

    def close(self) -> None:
        self._kill()
        self.nursery.kill()
        self.nursery.wait(10)

    # ---- the parts of a round ----

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Messages go to our Redis, files are looked for in our folder."""
        kept = app.conf.broker_url, app.conf.broker_transport_options
        app.conf.broker_url, app.conf.broker_transport_options = self.redis_url, {"visibility_timeout": 0}
        app._pool = app.amqp._producer_pool = None  # The next message opens a connection by what is set now.
        try:
            with override_settings(REPORTS_FOLDER=self.folder):
                yield
        finally:
            app.conf.broker_url, app.conf.broker_transport_options = kept
            app._pool = app.amqp._producer_pool = None

    def _clear(self) -> None:
        self.queue.flushall()
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {EMPTIED} CASCADE")
        for path in [*self.folder.glob("**/*.xlsx"), *self.folder.glob("**/.*")]:
            path.unlink()
        self.trail_from = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _start(self) -> None:
        self.nursery.stdin.write("\n")
        self.nursery.stdin.flush()
        self.worker = int(self.nursery.stdout.readline())

    def _kill(self) -> None:
        if self.worker:
            with suppress(ProcessLookupError):  # One that met a full disk may have ended by itself.
                os.kill(self.worker, signal.SIGKILL)
            until(lambda: not Path(f"/proc/{self.worker}").exists())
            self.worker = 0

    def _ask(self) -> None:
        """What a 20th of October brings: the scheduler's tick, files of both counties, the city's workbook as long work."""
        tasks.prepare_due_returns.delay()
        self.job = jobs.ask_job(by=self.cast.city, kind="city_month", terms={"period": OCTOBER})
        self._ask_files()

    def _ask_files(self) -> None:
        for county in (self.cast.county, self.cast.county2):
            tasks.file_county.delay(county.pk, OCTOBER)

    def _hand_out_again(self) -> None:
        """What the killed worker held goes back to the queue, as Redis does once its patience is over."""
        with app.connection_for_write() as broker:
            broker.default_channel.qos.restore_visible(num=1000, interval=1)

    def _settled(self) -> bool:
        return not self.queue.llen("celery") and not self.queue.hlen("unacked")

    def _standing(self) -> Standing:
        rows = Counter()
        for due in Due.objects.everywhere("the driver looks").select_related("county"):
            rows["due", due.county.code, due.form, f"{due.period:%Y-%m}"] += 1
        for kept in Submission.objects.everywhere("the driver looks").select_related("due__county"):
            rows["draft", kept.due.county.code, kept.due.form, kept.revision, kept.draft_number, kept.state, kept.rows_hash] += 1
        for event in ReturnEvent.objects.everywhere("the driver looks").select_related("due__county"):
            rows["event", event.due.county.code, event.due.form, event.what] += 1
        for one in Reminder.objects.everywhere("the driver looks").select_related("due__county", "staff"):
            rows["reminder", one.due.county.code, one.due.form, one.kind, one.round, one.staff.username] += 1
        for event in AuditEvent.objects.filter(pk__gt=self.trail_from, action__in=("draft_built", "reminded")):
            rows["trail", event.action, event.county_code, str(sorted(event.detail.items()))] += 1
        for job in Job.objects.everywhere("the driver looks"):
            rows["job", job.kind, job.state, job.done, job.file_hash] += 1
        rows["shares open"] = JobPart.objects.filter(done_at=None).count()
        files = {}
        for path in self.folder.glob("**/[!.]*.xlsx"):
            name = "job.xlsx" if path.parent.name == "jobs" else path.name
            files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return Standing(rows, files)

    # ---- rounds ----

    def undisturbed(self) -> Standing:
        """What is left when nobody kills anything, and how long it takes; done twice, and the same both times."""
        with self._told():
            self._clear()
            self._start()
            began = time.monotonic()
            self._ask()
            until(self._settled)
            self.takes = time.monotonic() - began
            self.whole = self._standing()
            self._tick()
            again = self._standing().against(self.whole)
            assert not again, f"the scheduler's next tick changed something: {again}"
            self._kill()
        assert self.whole.files and self.whole.rows["shares open"] == 0, self.whole
        return self.whole

    def kill_once(self, also: str = "") -> Found:
        """A round with a kill at a random moment; ``also`` empties the broker, cuts the database's connections or fills the disk."""
        with self._told():
            self._clear()
            self._start()
            self._ask()
            if also == "disk":
                resource.prlimit(self.worker, resource.RLIMIT_FSIZE, (FULL_DISK, FULL_DISK))
            time.sleep(self.chance.uniform(0, 1.1 * self.takes))
            if also == "database":
                self.cut_the_database()
                time.sleep(self.chance.uniform(0, 0.2))
            self._kill()
            if also == "broker":
                self.queue.flushall()
                self._ask_files()  # Nobody owes a county's file: whoever wants it asks again.
            self._hand_out_again()
            self._start()
            self._tick()
            found = self._standing().against(self.whole)
            self._kill()
        return found

    def _tick(self) -> None:
        """The scheduler comes by until nothing is left to do; long work that fell silent counts as silent at once."""
        for _ in range(3):
            tasks.prepare_due_returns.delay()
            until(self._settled)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE reports_job SET beat_at = beat_at - interval '1 minute'")
        until(self._settled)

    def cut_the_database(self) -> None:
        """The server is restarted where it is ours alone; else every connection but ours is ended, which the worker cannot tell apart."""
        if self.restarts:
            connection.close()
            settings.EMBEDDED_SERVER._stop("immediate")
            settings.EMBEDDED_SERVER.ensure_running(revive=True)
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def people(cast, ledger) -> None:
    """Some people in both counties, so that there is something to count."""
    for number in range(6):
        village = cast.village if number % 2 else cast.village2
        ledger.person(f"韦桂{'兰花梅香芳莲'[number]}", ("cataract", "06-01", "10-05" if number % 3 else None), village=village)
