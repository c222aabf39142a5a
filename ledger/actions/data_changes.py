"""What the city changes in the data that everybody's work rests on: one row that names the document, beside the trail row."""

from django.db import transaction

from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import DataChange, Staff

LENGTHS = {name: DataChange._meta.get_field(name).max_length for name in ("subject", "text", "document")}


def _fitting(text: str, name: str) -> str:
    """A telling that grew too long is cut with a mark: the rows it tells of hold the rest."""
    return text if len(text) <= LENGTHS[name] else text[: LENGTHS[name] - 1] + "…"


@transaction.atomic
def note_change(*, by: Staff, kind: str, subject: str, text: str, document: str) -> DataChange:
    """Keep that a datum was changed: what it belongs to, what became of it, and by which document. Call it in the change's transaction.

    Raises Refused without a document: no change of these data stands without one.
    """
    document = document.strip()
    if not document:
        raise Refused("请写明依据的文件或文号。", "document")
    if len(document) > LENGTHS["document"]:
        raise Refused(f"依据超过 {LENGTHS['document']} 个字，请缩短。", "document")
    change = DataChange.objects.create(
        prefecture=by.area.prefecture, county=by.area.county, at=clock.now(), by=by, kind=kind, subject=_fitting(subject, "subject"),
        text=_fitting(text, "text"), document=document,
    )  # fmt: skip
    record("data_changed", by=by, subject=change, detail={"kind": kind, "data": change.subject, "document": document})
    return change
