"""The stamp of a frozen return: its own workbook drawn once from the frozen rows, and what came out, for whoever draws it again."""

import base64
import json
import zlib
from collections.abc import Iterable

import openpyxl
from django.db import transaction

from ledger import clock
from ledger.protection import Sealed
from reports.models import Submission, WorkbookStamp
from reports.returns import payload_of
from reports.workbook import RENDERER_VERSION
from reports.workbook.file import file_hash
from reports.workbook.form import Cells, cells_drawn, cells_hash, cells_text, form_book, form_workbook


def renderer() -> str:
    """What a file's bytes rest on: our drawing's version, the library that writes it and the one that packs it."""
    return f"{RENDERER_VERSION}/openpyxl-{openpyxl.__version__}/zlib-{zlib.ZLIB_RUNTIME_VERSION}"


@transaction.atomic
def stamp(submission: Submission) -> WorkbookStamp:
    """Draw the form's own workbook from the frozen rows and keep what came out: call it in the transaction that submits.

    Called again under the same renderer it answers the first stamp, which stays.
    """
    kept = WorkbookStamp.objects.filter(submission=submission, renderer=renderer()).first()
    if kept is None:
        kept = stamp_of(submission)
        kept.save()
    return kept


def stamp_all(submissions: Iterable[Submission]) -> int:
    """Stamp many returns that have no stamp yet, in one statement; answers how many."""
    stamps = [stamp_of(submission) for submission in submissions]
    WorkbookStamp.objects.bulk_create(stamps, batch_size=50)
    return len(stamps)


def stamp_of(submission: Submission) -> WorkbookStamp:
    """A frozen return's stamp, not yet written."""
    payload = payload_of(submission)
    book = form_book(payload)
    cells = cells_drawn(book)
    content = form_workbook(payload, book)
    return WorkbookStamp(
        submission=submission,
        renderer=renderer(),
        file_hash=file_hash(content),
        cells_hash=cells_hash(cells),
        size=len(content),
        cells=_packed(cells),
        stamped_at=clock.now(),
    )


def cells_of_stamp(kept: WorkbookStamp) -> Cells:
    """What the cells held when the return was stamped."""
    return unpacked_cells(kept.cells.reveal() if isinstance(kept.cells, Sealed) else kept.cells)


def unpacked_cells(text: str) -> Cells:
    """The same from the unsealed text. Raises ValueError for a text that is none."""
    try:
        return json.loads(zlib.decompress(base64.b64decode(text))) if text else {}
    except zlib.error as error:
        raise ValueError("not a stamp's cells") from error


def _packed(cells: Cells) -> str:
    return base64.b64encode(zlib.compress(cells_text(cells).encode(), 6)).decode()
