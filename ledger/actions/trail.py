"""The trail: writing a row, sealing rows into the hash chain, and proving the chain whole."""

import hashlib
import json
from contextvars import ContextVar

from django.db import connection, models, transaction
from django.utils import timezone

from ledger import clock
from ledger.models import AuditEvent, AuditSeal, Division, Staff

# Where the present request comes from; the middleware sets it.
request_address: ContextVar[str | None] = ContextVar("request_address", default=None)
# Which hospital system asks on its liaison's behalf; the interface sets it, and every row it leaves names it.
acting_client: ContextVar[str] = ContextVar("acting_client", default="")

SEALING = 0x5EA1  # The advisory lock that lets one sealer work at a time.


def record(
    action: str, *, by: Staff | None, subject: models.Model | None = None, county: Division | None = None, detail: dict | None = None
) -> AuditEvent:
    """Write one trail row. ``detail`` never holds a full ID or phone number: give masks."""
    known = by if by is not None and by.pk else None
    through = {"client": acting_client.get()} if acting_client.get() else {}
    return AuditEvent.objects.create(
        at=clock.now(),
        staff=known,
        username=known.username if known else "",
        role=known.role if known else "",
        action=action,
        subject_type=subject._meta.model_name if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        county_code=county.code if county is not None else "",
        detail={**(detail or {}), **through},
        address=request_address.get(),
    )


def seal_hash(event: AuditEvent, previous: str) -> str:
    """SHA-256 over the row's canonical text and the hash before it."""
    row = {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}
    row["at"] = event.at.astimezone(timezone.get_default_timezone()).isoformat()
    text = json.dumps([previous, row], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def seal_unsealed(limit: int = 5000) -> int:
    """Chain the rows that no seal holds yet, oldest first; answers how many. Safe to run twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
    last = AuditSeal.objects.order_by("-sequence").first()
    previous = last.hash if last else ""
    seals = []
    for event in AuditEvent.objects.filter(seal=None).order_by("id")[:limit]:
        previous = seal_hash(event, previous)
        seals.append(AuditSeal(event=event, hash=previous, sealed_at=timezone.now()))
    for seal in seals:  # One by one: the sequence must follow the chain.
        seal.save(force_insert=True)
    return len(seals)


def first_broken_seal() -> AuditSeal | None:
    """The first seal that does not follow from its row and the seal before it; None when the chain is whole."""
    previous = ""
    for seal in AuditSeal.objects.select_related("event").order_by("sequence").iterator(chunk_size=2000):
        if seal_hash(seal.event, previous) != seal.hash:
            return seal
        previous = seal.hash
    return None
