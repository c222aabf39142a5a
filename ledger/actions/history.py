"""Telling a person's timeline: one event row, with who and which unit, beside the trail row."""

import datetime
from collections.abc import Sequence

from ledger import clock
from ledger.actions.trail import record
from ledger.models import Case, CaseEvent, Person, Staff
from ledger.protection import mask_numbers


def why(reason: str) -> dict[str, str]:
    """The reason as the trail keeps it: with every ID and phone number masked; nothing where none was asked."""
    return {"reason": mask_numbers(reason)} if reason else {}


def tell(
    person: Person,
    move: str,
    text: str,
    *,
    by: Staff,
    case: Case | None = None,
    on: datetime.date | None = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    detail: dict | None = None,
) -> CaseEvent:
    """Write the event on the timeline and the same fact, with its reason, on the trail."""
    event = CaseEvent.objects.create(
        person=person,
        case=case,
        at=clock.now(),
        on=on or clock.today(),
        move=move,
        from_state=from_state,
        to_state=to_state,
        text=text,
        reason=reason,
        by=by,
        by_name=by.full_name,
        unit=by.unit_on(clock.today()),
        county=case.county if case else person.county,
    )
    record(move, by=by, subject=case or person, county=event.county, detail={"event": event.pk, **why(reason), **(detail or {})})
    return event


def tell_many(move: str, told: Sequence[tuple[Case, str]], *, by: Staff, reason: str = "") -> None:
    """One event on the timeline of each case, in one statement. The trail is the caller's: one row for the whole act."""
    at, on, unit = clock.now(), clock.today(), by.unit_on(clock.today())
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(
                person_id=case.person_id, case=case, at=at, on=on, move=move, text=text, reason=reason, by=by, by_name=by.full_name,
                unit=unit, county_id=case.county_id,
            )
            for case, text in told
        ],
        batch_size=500,
    )  # fmt: skip
