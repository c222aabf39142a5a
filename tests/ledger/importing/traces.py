"""What an import and a desk leave behind of somebody, told without keys and instants, so that the two can be compared."""

from ledger.models import AuditEvent, Case, CaseEvent, CategoryFact, Person, Residence, Standing

BOOKKEEPING = {"id", "at", "created_at", "changed_at", "person", "case", "event"}


def written(model, **of) -> list[dict]:
    """Every column of a model's rows but their keys and instants."""
    found = model.objects.everywhere("test") if hasattr(model.objects, "everywhere") else model.objects.all()
    names = [field.attname for field in model._meta.concrete_fields if field.name not in BOOKKEEPING]
    return [{name: getattr(row, name) for name in names} for row in found.filter(**of).order_by("pk")]


def trace(person: Person) -> dict:
    """All that registering somebody left behind, whose trail tells the event and nothing more."""
    events = list(person.events.order_by("pk").values_list("pk", flat=True))
    assert list(AuditEvent.objects.filter(detail__event__in=events).order_by("pk").values_list("detail", flat=True)) == [
        {"event": event} for event in events
    ]
    return left_behind(person)


def left_behind(person: Person) -> dict:
    cases = list(person.cases.values_list("pk", flat=True))
    events = list(person.events.order_by("pk").values_list("pk", flat=True))
    trail = [
        {name: getattr(row, name) for name in ("staff_id", "username", "role", "action", "subject_type", "county_code", "address")}
        for row in AuditEvent.objects.filter(detail__event__in=events).order_by("pk")
    ]
    return {
        "person": written(Person, pk=person.pk), "home": written(Residence, person=person),
        "categories": written(CategoryFact, person=person), "cases": written(Case, pk__in=cases),
        "events": written(CaseEvent, person=person), "standing": [
            {key: value for key, value in row.items() if key not in ("case_id", "person_id")} for row in written(Standing, person=person)
        ], "trail": trail,
    }  # fmt: skip


def details(person: Person) -> list[dict]:
    """What the trail tells of a person's events, without the events' keys."""
    told = AuditEvent.objects.filter(detail__event__in=list(person.events.values_list("pk", flat=True))).order_by("pk")
    return [{key: value for key, value in row.detail.items() if key != "event"} for row in told]
