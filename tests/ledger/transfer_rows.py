"""What a request for transfer leaves behind: on the person's timeline and on the trail."""

from ledger.models import AuditEvent, Person


def told(person: Person, since: int = 0) -> list[tuple]:
    return [(e.move, e.text, e.reason, e.unit, e.by_name) for e in person.events.order_by("pk")][since:]


def rows(action: str) -> list[tuple]:
    asked = AuditEvent.objects.filter(action=action).order_by("pk")
    return [(row.username, row.subject_type, row.county_code) for row in asked]
