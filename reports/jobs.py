"""Long work: asked for on a page, done share by share by whatever workers there are, finished whatever happens to them.

The rows are the truth. A worker takes a share by locking its row, and keeps the lock until the result is written: a worker that
is killed lets go of it, and the next one takes it. The file is drawn by one process at a time, written beside its place and
put there whole. A message only says "look": lost, it is made good by ``resume``; delivered twice, the second finds nothing to do.
"""

import datetime
import hashlib
import json
import logging
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Division, Staff
from ledger.protection import Sealed
from reports.job_kinds import KINDS
from reports.models import Job, JobPart
from reports.models.job import CANCELLED, DONE, RUNNING, STOPPED, WAITING
from reports.whole_file import write_whole

logger = logging.getLogger(__name__)
HANDS = 4  # Messages sent for one job: so many workers may share it.
SILENT = datetime.timedelta(seconds=30)  # Without a sign of life; after that it is taken up again.
RUNS = 5
KEPT = datetime.timedelta(days=30)  # So long a finished file can be downloaded.
GONE_ON = (WAITING, RUNNING)
GAVE_UP = "处理时中断了几次，没有做成。请稍后重新生成。"
DRAWING = "正在画表"
LOCK_FAMILY = 0x6A6F62  # Advisory locks of jobs, apart from all others.


# ---- the page's side ----


def ask_job(*, by: Staff, kind: str, terms: dict) -> Job:
    """Have something long made for the city of this member of staff; the same, asked again while it is under way, is the same job.

    Raises Refused where the prefecture has no county.
    """
    counties = list(Division.objects.counties_of(by.area))
    if not counties:
        raise Refused(f"{by.area.name}还没有录入县（区），不能汇总。请先录入行政区划。")
    with transaction.atomic():
        Staff.objects.select_for_update(no_key=True).get(pk=by.pk)  # Two presses of one button are one job.
        under_way = Job.objects.visible_to(by).filter(kind=kind, terms=terms, state__in=GONE_ON).first()
        if under_way is not None:
            return under_way
        shared = counties if KINDS[kind].part else counties[:1]
        job = Job.objects.create(
            kind=kind,
            title=KINDS[kind].title(terms),
            terms=terms,
            prefecture=by.area,
            asked_by=by,
            asked_at=clock.now(),
            total=len(shared),
        )
        JobPart.objects.bulk_create(JobPart(job=job, county=county) for county in shared)
        record("job_asked", by=by, subject=job, detail={"what": job.title})
        transaction.on_commit(lambda: nudge(job.pk))
    return job


def cancel_job(*, by: Staff, job: Job) -> None:
    """Call it off: what is being made this moment is thrown away. Raises Refused once it has ended."""
    with transaction.atomic():
        called_off = Job.objects.visible_to(by).filter(pk=job.pk, state__in=GONE_ON)
        if not called_off.update(state=CANCELLED, finished_at=clock.now(), doing=""):
            raise Refused("这项处理已经结束，不用取消。")
        JobPart.objects.filter(job=job.pk).update(result="")
        record("job_cancelled", by=by, subject=job, detail={"what": job.title})


def file_of(job: Job) -> bytes | None:
    """The finished file, whole as it was made; None where it is gone or not the same any more."""
    try:
        content = path_of(job.pk).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == job.file_hash else None


def path_of(job_id: int) -> Path:
    return settings.REPORTS_FOLDER / "jobs" / f"{job_id}.xlsx"


def nudge(job_id: int) -> None:
    """Tell the workers that there is something to do; where no broker answers, ``resume`` will."""
    from reports.tasks import work_on_job

    try:
        for _ in range(HANDS):
            work_on_job.apply_async([job_id], retry=False)
    except (OperationalError, OSError) as silent:
        logger.warning("no broker answered for job %s: %s", job_id, silent)


# ---- the workers' side ----


def work_on(job_id: int) -> None:
    """Take shares until none is free, then draw the file if it is the last. Safe to run many times, at once, and to be killed."""
    try:
        while _do_share(job_id):
            pass
        _finish(job_id)
    except Refused as refused:
        _end(job_id, STOPPED, said=refused.message[:300])


def _going_on(job_id: int) -> Job | None:
    return (
        Job.objects.everywhere("a worker does what was asked")
        .filter(pk=job_id, state__in=GONE_ON)
        .select_related("prefecture", "asked_by__area")
        .first()
    )


def _do_share(job_id: int) -> bool:
    """One county's share, if any is free; says whether there may be more."""
    job = _going_on(job_id)
    if job is None:
        return False
    _beat(job_id)
    with transaction.atomic():
        free = JobPart.objects.filter(job=job_id, done_at=None).select_for_update(skip_locked=True, of=("self",))
        part = free.select_related("county__parent").order_by("county__code").first()
        if part is None:
            return False
        made = KINDS[job.kind].part
        part.result = json.dumps(made(part.county, job.terms) if made else {}, ensure_ascii=False)
        part.done_at = clock.now()
        part.save(update_fields=["result", "done_at"])
    _beat(job_id)
    return True


def _beat(job_id: int, doing: str = "") -> None:
    """Say that it goes on, and how far it is; never within a share's transaction, for the others write to this row too."""
    done = JobPart.objects.filter(job=job_id).exclude(done_at=None).count()
    row = Job.objects.everywhere("a worker does what was asked").filter(pk=job_id, state__in=GONE_ON)
    row.update(state=RUNNING, done=done, doing=doing, beat_at=Now())


def _finish(job_id: int) -> None:
    """Draw the file once all shares are there; one process at a time, and none where it was called off meanwhile."""
    job = _going_on(job_id)
    if job is None or JobPart.objects.filter(job=job_id, done_at=None).exists():
        return
    _beat(job_id, DRAWING)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_FAMILY, job_id])
        if not cursor.fetchone()[0] or _going_on(job_id) is None:
            return
        parts = [json.loads(_plain(part.result)) for part in JobPart.objects.filter(job=job_id).order_by("county__code")]
        kind = KINDS[job.kind]
        content = kind.draw(job.prefecture, job.asked_by, job.terms, parts)
        path_of(job_id).parent.mkdir(parents=True, exist_ok=True)
        write_whole(path_of(job_id), content)
        made = {
            "file_name": kind.file_name(job.prefecture, job.terms), "file_hash": hashlib.sha256(content).hexdigest(), "size": len(content),
            "done": job.total,
        }  # fmt: skip
        if not _end(job_id, DONE, **made):
            path_of(job_id).unlink(missing_ok=True)


def _plain(result: Sealed | str) -> str:
    return result.reveal() if isinstance(result, Sealed) else result


def _end(job_id: int, state: str, **said) -> bool:
    """Close the row, once, and empty the shares; says whether it was still open."""
    with transaction.atomic():
        row = Job.objects.everywhere("a worker does what was asked").filter(pk=job_id, state__in=GONE_ON)
        ended = bool(row.update(state=state, finished_at=clock.now(), doing="", **said))
        if ended:
            JobPart.objects.filter(job=job_id).update(result="")
    return ended


def resume() -> int:
    """Take up again what has been silent; give up what was taken up too often; empty what is old. Answers how many were taken up."""
    for path in _too_old():
        path.unlink(missing_ok=True)
    jobs = Job.objects.everywhere("the scheduler looks after all long work")
    silent = jobs.filter(Q(beat_at=None) | Q(beat_at__lt=Now() - SILENT), state__in=GONE_ON)
    for job_id in silent.filter(run__gte=RUNS).values_list("pk", flat=True):
        _end(job_id, STOPPED, said=GAVE_UP)
    taken_up = 0
    for job_id in list(silent.filter(run__lt=RUNS).values_list("pk", flat=True)):
        if silent.filter(pk=job_id).update(run=F("run") + 1, beat_at=Now()):
            nudge(job_id)
            taken_up += 1
    return taken_up


def _too_old() -> list[Path]:
    jobs = Job.objects.everywhere("the scheduler looks after all long work")
    old = jobs.filter(state=DONE, finished_at__lt=clock.now() - KEPT).exclude(file_hash="")
    paths = [path_of(job_id) for job_id in old.values_list("pk", flat=True)]
    old.update(file_hash="")
    return paths
