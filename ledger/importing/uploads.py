"""A list's way: looked through, decided where it is doubtful, imported once or given up; nothing of it stays beyond a day."""

import datetime
from collections import Counter
from collections.abc import Callable

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.importing.examining import Choices, Examination
from ledger.importing.keeping import Shown, keep_list, keep_preview, kept_list, kept_preview, shown
from ledger.importing.layouts import PeopleList, find_list
from ledger.importing.plans import CHANGED, DOUBTFUL, NEW, REFUSED, UNCHANGED, Row
from ledger.importing.reading import FILE, Limits, read_file
from ledger.importing.undisturbed import no_collection
from ledger.importing.writing import Writer
from ledger.models import ListWork, Staff
from ledger.models.division import Level
from ledger.models.upload import APPLIED, DROPPED, OPEN, READING, Upload

# Told how many lines a step has, answers whom to tell how many are done.
Begin = Callable[[int], Callable[[int], None]]
KEPT = datetime.timedelta(days=1)
RESULTS = (REFUSED, DOUBTFUL, CHANGED, NEW, UNCHANGED)  # The order in which a preview shows them.
MOVED_ON = "预览之后台账有变动，这一行没有写入。请重新导入。"


def unwatched(total: int) -> Callable[[int], None]:
    """For a list that nobody watches being worked on."""
    return lambda done: None


def _examine(upload: Upload, people: PeopleList, by: Staff, begin: Begin) -> list[Row]:
    choices, progress = Choices(upload.category, upload.since), begin(len(people.lines))
    return Examination(people, choices, by=by, today=clock.today(), upload_pk=upload.pk).rows(progress)


@no_collection()
def preview_file(
    *, by: Staff, name: str, content: bytes, layout: str, category: int, since: datetime.date | None = None, whole: bool = False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Upload:  # fmt: skip
    """Read a file and judge every line; nothing is written on the ledger. Raises Refused for a file that is no such list."""
    refuse_elsewhere(by)
    people = find_list(layout, read_file(name, content, limits))
    with transaction.atomic():
        upload = waiting_to_be_read(by=by, name=name, layout=layout, category=category, since=since, whole=whole)
        _judge(upload, people, by, unwatched)
    return upload


@no_collection()
def import_file(
    *, by: Staff, name: str, content: bytes, layout: str, category: int, since: datetime.date | None = None, whole: bool = False
) -> tuple[Upload, str]:
    """Read a file and write it at once, for whoever asks for no preview: every line is judged once, in the transaction that writes.

    Answers the upload, and why nothing was written where ``whole`` kept all out. Raises Refused for a file that is no such list.
    """
    refuse_elsewhere(by)
    people = find_list(layout, read_file(name, content))
    with transaction.atomic():
        upload = waiting_to_be_read(by=by, name=name, layout=layout, category=category, since=since, whole=whole)
        rows, preview = _judge(upload, people, by, unwatched)
        try:
            with transaction.atomic():
                return _write(upload, preview, {row.line: row for row in rows}, by=by), ""
        except Refused as refused:
            return Upload.objects.visible_to(by).get(pk=upload.pk), refused.message


def refuse_elsewhere(by: Staff) -> None:
    """Raises Refused for an account that no county's list can be of."""
    drop_expired()
    if by.area.level not in (Level.COUNTY, Level.TOWNSHIP):
        raise Refused("名单由县或乡镇导入，您的账号不管一个县。", FILE)


def waiting_to_be_read(*, by: Staff, name: str, layout: str, category: int, since: datetime.date | None, whole: bool) -> Upload:
    """The upload of a file that nobody has read yet."""
    return Upload.objects.create(
        staff=by, area=by.area, layout=layout, category=category, since=since or clock.today(), whole=whole,
        file_name=name[-120:], made_at=clock.now(), state=READING,
    )  # fmt: skip


@no_collection()
def read_waiting(*, by: Staff, upload: Upload, content: bytes, finish: Callable[[], None], judged: Begin) -> None:
    """The same for an upload that waits to be read. ``finish`` is asked first in the transaction: who must not go on is stopped there."""
    people = find_list(upload.layout, read_file(upload.file_name, content))
    with transaction.atomic():
        _judge(upload, people, by, judged, before=finish)


def _judge(
    upload: Upload, people: PeopleList, by: Staff, begin: Begin, before: Callable[[], None] = lambda: None
) -> tuple[list[Row], list[Shown]]:
    """Judge every line and keep what was judged; answers it too."""
    rows = _examine(upload, people, by, begin)
    before()
    preview, counts = [shown(row, people) for row in rows], Counter(row.result for row in rows)
    upload.people, upload.preview, upload.state = keep_list(people), keep_preview(preview), OPEN
    upload.counts = {result: counts[result] for result in RESULTS}
    upload.save()
    record("people_previewed", by=by, subject=upload, county=by.area.county, detail={"people": len(people.lines)})
    return rows, preview


def rows_of(upload: Upload) -> list[Shown]:
    """The preview as it was judged, in the list's order; empty once the day is over."""
    return kept_preview(upload.preview.reveal())


def list_of(upload: Upload) -> PeopleList:
    return kept_list(upload.people.reveal())


def is_over(upload: Upload) -> bool:
    return upload.made_at < clock.now() - KEPT or not (upload.people or upload.state == READING)


def to_write(upload: Upload, rows: list[Shown]) -> list[int]:
    """The lines that importing writes: new, changed, and what was doubtful and confirmed."""
    confirmed = {int(line) for line, yes in upload.decisions.items() if yes}
    return [row.line for row in rows if row.result in (NEW, CHANGED) or (row.line in confirmed and row.confirm)]


def waiting(upload: Upload, rows: list[Shown]) -> list[Shown]:
    """The lines that somebody has to put right: refused, refused while writing, and doubtful without a decision."""
    late = upload.outcome.get("refused", {})
    decided = upload.decisions
    return [
        row for row in rows
        if row.result == REFUSED or str(row.line) in late or (row.result == DOUBTFUL and str(row.line) not in decided)
    ]  # fmt: skip


def left(upload: Upload) -> int:
    """How many lines ``waiting`` names, without looking at them."""
    counts = upload.counts
    return counts[REFUSED] + counts[DOUBTFUL] - len(upload.decisions) + len(upload.outcome.get("refused", {}))


def held(by: Staff, upload: Upload) -> Upload:
    """The upload held for this change. Raises Refused when it was imported, given up, or is a day old."""
    upload = Upload.objects.visible_to(by).select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state == APPLIED:
        raise Refused("这份名单已经导入过，没有再写一次。")
    if upload.state != OPEN or is_over(upload) or upload.area_id != by.area_id:
        raise Refused("这份预览已过期。请重新选择文件。")
    return upload


@transaction.atomic
def decide(*, by: Staff, upload: Upload, line: int, yes: bool | None) -> Upload:
    """Confirm a doubtful line, leave it out, or (None) take either back. Raises Refused where there is nothing to decide."""
    upload = held(by, upload)
    row = next((row for row in rows_of(upload) if row.line == line and row.result == DOUBTFUL), None)
    if row is None or (yes and not row.confirm):
        raise Refused("这一行不用确认，或者不能由您确认。")
    upload.decisions.pop(str(line), None)
    if yes is not None:
        upload.decisions[str(line)] = yes
    upload.save(update_fields=["decisions"])
    return upload


@transaction.atomic
@no_collection()
def import_people(
    *, by: Staff, upload: Upload, finish: Callable[[], None] = lambda: None, judged: Begin = unwatched, written: Begin = unwatched
) -> Upload:
    """Write the list in one transaction, once: judged anew, for the ledger may have moved on since the preview.

    With ``whole`` a single line that cannot be written keeps all out (Refused); else the good lines are written and the
    others stay to be put right. A second import of the same upload, however near, writes nothing. ``finish`` is asked last:
    what it raises undoes everything.
    """
    upload = held(by, upload)
    people, preview = list_of(upload), rows_of(upload)
    _refuse_waiting(upload, preview)
    rows = _examine(upload, people, by, judged)
    same = {row.line: row for row, before in zip(rows, preview, strict=True) if shown(row, people) == before}
    _write(upload, preview, same, by=by, written=written)
    finish()
    return upload


def _refuse_waiting(upload: Upload, preview: list[Shown]) -> None:
    """Raises Refused where all or nothing was asked for and a line has to be put right."""
    if upload.whole and (lines := waiting(upload, preview)):
        raise Refused(f"有 {len(lines)} 行还不能导入，一行也没有写入。请改好文件后重新导入。", FILE)


def _write(upload: Upload, preview: list[Shown], judged: dict[int, Row], *, by: Staff, written: Begin = unwatched) -> Upload:
    """Write the held upload's lines in the caller's transaction. ``judged``: the lines that still are as the preview shows them."""
    _refuse_waiting(upload, preview)
    chosen = set(to_write(upload, preview))
    rows = [row for line, row in judged.items() if line in chosen]
    done = Writer(by, written(len(rows))).write(rows)
    refused = done.refused | dict.fromkeys(sorted(chosen - judged.keys()), MOVED_ON)
    if upload.whole and refused:
        line, sentence = min(refused.items())
        raise Refused(f"第 {line} 行：{sentence}一行也没有写入。", FILE)
    results = Counter(row.result for row in preview if row.line in done.lines)
    counts = {"new": results[NEW], "changed": results[CHANGED], "confirmed": results[DOUBTFUL]}
    upload.outcome = {**counts, "refused": {str(line): sentence for line, sentence in sorted(refused.items())}}
    upload.state, upload.applied_at = APPLIED, clock.now()
    upload.save(update_fields=["outcome", "state", "applied_at"])
    record("people_imported", by=by, subject=upload, county=by.area.county, detail=counts)
    return upload


@transaction.atomic
def drop(*, by: Staff, upload: Upload) -> None:
    """Give the preview up; what was read is gone at once."""
    upload = held(by, upload)
    upload.state, upload.people, upload.preview = DROPPED, "", ""
    upload.save()
    record("people_dropped", by=by, subject=upload, county=by.area.county)


def drop_expired() -> int:
    """Empty the lists that are older than a day, whatever became of them; answers how many. Safe to run at any time."""
    old = Upload.objects.everywhere("expiry").filter(made_at__lt=clock.now() - KEPT)
    files = ListWork.objects.everywhere("expiry").filter(upload__in=old).exclude(file="")
    return old.exclude(people="", preview="").update(people="", preview="") + files.update(file="")
