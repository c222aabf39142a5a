"""A long list is read and imported by a process of its own: the page stays free, shows how far it is, and can call it off.

The row (``ListWork``) says what is to be done; a process is only its hand. It may be killed anywhere: all it writes is one
transaction, and whoever looks at a row whose process is silent starts the next one. Two processes never finish one row: only
the one started last may, and none once the row was called off.
"""

import base64
import datetime
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.actions.refusals import Refused
from ledger.actions.trail import record, request_address
from ledger.importing import uploads
from ledger.importing.reading import Limits, NotFinished, check_file
from ledger.models import ListWork, Staff, Upload
from ledger.models.list_work import IMPORT, JUDGING, READ, READING, STARTING, WRITING
from ledger.models.upload import DROPPED

LONG_FILE = 100 * 1024  # Bytes; a shorter file is read while its sender waits: a second, as a rule.
SHORT = Limits(seconds=4)  # Of the processor for a short file; one that takes more is left to a process as well.
LONG_LIST = 500  # Lines to be written; fewer are written while the importer waits.
SILENT = datetime.timedelta(seconds=15)  # Without a beat; after that a process counts as dead.
BEAT = 0.5
AT_ONCE = 3  # Processes at a time; the others wait for their turn.
RUNS = 3
GAVE_UP = "处理这份名单时中断了几次，没有写入。请把名单拆成几个文件，分次导入。"


class Stopped(Exception):
    """The work was called off, or another process has taken it over: nothing of this one is written."""


def command(work: ListWork) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "go_on_with_list", str(work.pk), str(work.run)]


start_process = subprocess.Popen


# ---- the page's side ----


def unfinished(upload: Upload) -> ListWork | None:
    """What a process has yet to do for this upload."""
    return ListWork.objects.everywhere("of an upload that is scoped itself").filter(upload=upload.pk, finished_at=None).first()


def look_through(*, by: Staff, name: str, content: bytes, **chosen) -> Upload:
    """A short file read and judged while its sender waits; a long one, or one that takes long for its length, by a process."""
    if len(content) <= LONG_FILE:
        try:
            return uploads.preview_file(by=by, name=name, content=content, limits=SHORT, **chosen)
        except NotFinished:
            pass  # A small archive may hold much.
    return ask_to_read(by=by, name=name, content=content, **chosen)


def ask_to_read(*, by: Staff, name: str, content: bytes, **chosen) -> Upload:
    """Take a long file and have it read; nothing of it is looked at yet. Raises Refused where that would be of no use."""
    uploads.refuse_elsewhere(by)
    check_file(name, content)
    with transaction.atomic():
        upload = uploads.waiting_to_be_read(by=by, name=name, **chosen)
        file = base64.b64encode(content).decode()
        work = ListWork.objects.create(upload=upload, kind=READ, file=file, address=request_address.get())
    nudge(work)
    return upload


def ask_to_import(*, by: Staff, upload: Upload) -> None:
    """Have a long list written. Raises Refused where it cannot be any more; asked twice it is done once."""
    if unfinished(upload):
        return
    with transaction.atomic():
        upload = uploads.held(by, upload)
        fresh = {"kind": IMPORT, "file": "", "address": request_address.get(), "run": 0, "stage": STARTING, "stage_at": None, "done": 0,
                 "total": 0, "beat_at": None, "said": "", "stopped": False, "finished_at": None}  # fmt: skip
        if unfinished(upload):
            return
        work, _ = ListWork.objects.everywhere("of the upload that is held").update_or_create(upload=upload, defaults=fresh)
    nudge(work)


def nudge(work: ListWork) -> None:
    """Start a process for work that nobody does, unless enough are at it. Safe to call at any time, by anybody."""
    everybody = ListWork.objects.everywhere("whose turn it is")
    alive = Q(beat_at__gt=Now() - SILENT)
    due = everybody.filter(pk=work.pk, finished_at=None).exclude(alive)
    if due.filter(run__gte=RUNS).exists():
        _give_up(work)
    elif everybody.filter(alive, finished_at=None).count() < AT_ONCE and due.update(
        run=F("run") + 1, beat_at=Now(), stage=STARTING, done=0
    ):
        work.refresh_from_db()
        start_process(command(work), stdin=subprocess.DEVNULL, start_new_session=True, cwd=settings.BASE_DIR)


@transaction.atomic
def _give_up(work: ListWork) -> None:
    if _finish(work.pk, work.run, said=GAVE_UP) and work.kind == READ:
        Upload.objects.everywhere("its file could not be read").filter(pk=work.upload_id).update(state=DROPPED)


@transaction.atomic
def cancel(*, by: Staff, upload: Upload) -> bool:
    """Call the work off: its process ends, nothing of it is written. False when it was finished already.

    A list that was being read is given up with it; one that was being written is as it was before.
    """
    # Of the upload nothing is held: whoever writes the list holds that, and would have to end before it could be called off.
    work = ListWork.objects.visible_to(by).select_for_update(of=("self",)).filter(upload=upload.pk, finished_at=None).first()
    if work is None:
        return False
    ListWork.objects.visible_to(by).filter(pk=work.pk).update(stopped=True, finished_at=Now(), file="")
    if work.kind == READ:
        Upload.objects.visible_to(by).filter(pk=upload.pk).update(state=DROPPED)
    record("people_stopped", by=by, subject=upload, county=by.area.county)
    return True


# ---- the process's side ----


class Watch:
    """How far the work is, told to the row from a connection of its own; the process ends when the row is no longer its own."""

    def __init__(self, work: ListWork):
        self.work, self.stage, self.done, self.total = work, STARTING, 0, 0
        self._told, self._over = STARTING, threading.Event()

    def begin(self, stage: str, total: int = 0) -> Callable[[int], None]:
        """A step begins; answers whom to tell how many lines of it are done."""
        self.stage, self.done, self.total = stage, 0, total
        return self.tell

    def tell(self, done: int) -> None:
        self.done = done

    def finish(self) -> None:
        """In the transaction that writes: the work is done, by this process and no other. Raises Stopped."""
        if not _finish(self.work.pk, self.work.run):
            raise Stopped

    @contextmanager
    def beating(self):
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.is_set():
                if not self._say():
                    end_process()
                self._over.wait(BEAT)
        finally:
            connection.close()

    def _say(self) -> bool:
        """Whether the row is still this process's; finished by itself counts as that."""
        stage, mine = self.stage, ListWork.objects.everywhere("its own row").filter(pk=self.work.pk, run=self.work.run, stopped=False)
        since = {} if stage == self._told else {"stage_at": Now()}
        self._told = stage
        return bool(mine.update(beat_at=Now(), stage=stage, done=self.done, total=self.total, **since))


def end_process() -> None:
    """At once, with the reader it may be waiting for; what it had begun to write is rolled back."""
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _finish(pk: int, run: int, said: str = "") -> int:
    row = ListWork.objects.everywhere("its own row").filter(pk=pk, run=run, stopped=False, finished_at=None)
    return row.update(finished_at=Now(), said=said[:500], file="")


def go_on(pk: int, run: int) -> None:
    """Do the work of a row, as the process that was started for it."""
    everybody = ListWork.objects.everywhere("its own row").select_related("upload__staff__area__parent__parent", "upload__area")
    work = everybody.filter(pk=pk, run=run, finished_at=None).first()
    if work is None:
        return
    request_address.set(work.address)
    with Watch(work).beating() as watch:
        try:
            (_read if work.kind == READ else _import)(work, watch)
        except Stopped:
            return
        except Refused as refused:
            with transaction.atomic():
                if _finish(work.pk, work.run, said=refused.message) and work.kind == READ:
                    Upload.objects.everywhere("its file could not be read").filter(pk=work.upload_id).update(state=DROPPED)


def _read(work: ListWork, watch: Watch) -> None:
    watch.begin(READING)
    content = base64.b64decode(work.file.reveal())
    uploads.read_waiting(
        upload=work.upload, by=work.upload.staff, content=content, finish=watch.finish, judged=lambda total: watch.begin(JUDGING, total)
    )  # fmt: skip


def _import(work: ListWork, watch: Watch) -> None:
    uploads.import_people(
        by=work.upload.staff, upload=work.upload, finish=watch.finish, judged=lambda total: watch.begin(JUDGING, total),
        written=lambda total: watch.begin(WRITING, total),
    )  # fmt: skip


def seconds_left(work: ListWork) -> int | None:
    """How long the step will go on as it did, in fives; None while that cannot be told."""
    if not work.done or not work.total or work.stage_at is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - %s)", [work.stage_at])
        (passed,) = cursor.fetchone()
    left = float(passed) / work.done * (work.total - work.done)
    return max(5, -(-int(left) // 5) * 5)
