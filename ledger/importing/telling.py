"""What a list did, told of many people at once: the same rows of timeline and trail that telling each of them writes."""

import datetime
from dataclasses import dataclass, field

from ledger import clock
from ledger.actions.trail import acting_client, request_address
from ledger.importing.copying import copy_rows, take_keys
from ledger.models import AuditEvent, CaseEvent, Division, Staff

EVENT = ("id", "person_id", "case_id", "on", "move", "from_state", "to_state", "text", "county_id")
TRAIL = ("action", "subject_type", "subject_id", "county_code", "detail")


@dataclass
class Told:
    """One event of one person; without ``on`` it is of today."""

    person: int
    county: Division
    move: str
    text: str
    case: int | None = None
    on: datetime.date | None = None
    from_state: str = ""
    to_state: str = ""
    detail: dict = field(default_factory=dict)


def tell_all(told: list[Told], *, by: Staff) -> None:
    """Write the events in their order, each with its trail row; see ``ledger.actions.history.tell``."""
    now, today = clock.now(), clock.today()
    through = {"client": acting_client.get()} if acting_client.get() else {}
    keys = take_keys(CaseEvent, len(told))
    copy_rows(
        CaseEvent, EVENT, (
            (key, one.person, one.case, one.on or today, one.move, one.from_state, one.to_state, one.text, one.county.pk)
            for key, one in zip(keys, told, strict=True)
        ),
        at=now, by_id=by.pk, by_name=by.full_name, unit=by.unit_on(today),
    )  # fmt: skip
    copy_rows(
        AuditEvent, TRAIL, (
            (one.move, "case" if one.case else "person", one.case or one.person, one.county.code, {"event": key, **one.detail, **through})
            for key, one in zip(keys, told, strict=True)
        ),
        at=now, staff_id=by.pk, username=by.username, role=by.role, address=request_address.get(),
    )  # fmt: skip
