"""What the ledger holds of somebody, and what is told of them: the people, the timeline, the homes and the counts."""

from ledger.models import Person, Standing


def everyone() -> int:
    return Person.objects.everywhere("test").count()


def told(person: Person) -> list[tuple[str, str]]:
    return [(event.move, event.text) for event in person.events.order_by("pk")]


def homes(person: Person) -> list[tuple]:
    return [(h.county.code, h.village.name, h.during.lower, h.during.upper) for h in person.residences.order_by("during")]


def standings(person: Person) -> list[tuple]:
    rows = Standing.objects.filter(person=person).select_related("county").order_by("during")
    return [(row.county.code, row.registered_poor, row.during.lower, row.during.upper) for row in rows]
