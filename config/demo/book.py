"""The demo's rows before they are written: gathered in memory, then put into the database in a dozen statements."""

import datetime

from django.db.models import Model

from config.demo.cast import Cast
from hospitals.models import FollowUp, Stay
from ledger.actions.history import why
from ledger.models import (
    AuditEvent,
    Case,
    CaseEvent,
    CategoryFact,
    Division,
    Enrolment,
    Person,
    PolicyCard,
    Residence,
    Staff,
)
from ledger.standing import remake

BATCH = 1000


class Book:
    """Rows point at each other unsaved; writing goes from people down to the trail, in the order of time."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.people: list[Person] = []
        self.homes: list[Residence] = []
        self.facts: list[CategoryFact] = []
        self.enrolments: list[Enrolment] = []
        self.cards: list[PolicyCard] = []
        self.cases: list[Case] = []
        self.stays: list[Stay] = []
        self.visits: list[FollowUp] = []
        self.events: list[CaseEvent] = []
        self._homes: dict[int, list[Residence]] = {}

    def tell(
        self,
        person: Person,
        move: str,
        text: str,
        *,
        by: Staff,
        at: datetime.datetime,
        county: Division | None = None,
        on: datetime.date | None = None,
        case: Case | None = None,
        from_state: str = "",
        to_state: str = "",
        reason: str = "",
    ) -> CaseEvent:
        """One event as ``ledger.actions.history.tell`` writes it; its trail row is made from it when the book is written."""
        event = CaseEvent(
            person=person, case=case, at=at, on=on or at.date(), move=move, from_state=from_state, to_state=to_state, text=text,
            reason=reason, by=by, by_name=by.full_name, unit=self.cast.unit_of(by), county=county or self.county_then(person, at.date()),
        )  # fmt: skip
        self.events.append(event)
        return event

    def county_then(self, person: Person, day: datetime.date) -> Division:
        """Where the person lived on a day; the last county for those who left."""
        homes = [home for home in self.homes_of(person) if home.during.lower <= day]
        return homes[-1].county if homes else person.county

    def homes_of(self, person: Person) -> list[Residence]:
        return self._homes.setdefault(id(person), [])

    def add_home(self, home: Residence) -> None:
        self.homes.append(home)
        self.homes_of(home.person).append(home)

    def write(self) -> None:
        """Everything into the database but the trail, then the derived rows of all."""
        for rows in (self.people, self.homes, self.facts, self.enrolments, self.cards, self.cases, self.stays, self.visits):
            _insert(rows)
        self.events.sort(key=lambda event: event.at)
        _insert(self.events)
        remake([person.pk for person in self.people])

    def write_trail(self, others: list[AuditEvent]) -> None:
        """A trail row for every event, and the others, in the order of time."""
        _insert(sorted([*others, *map(_trail_row, self.events)], key=lambda row: row.at))


def _insert(rows: list[Model]) -> None:
    if rows:
        manager = type(rows[0])._default_manager
        manager.bulk_create(rows, batch_size=BATCH)


def _trail_row(event: CaseEvent) -> AuditEvent:
    subject = event.case or event.person
    return AuditEvent(
        at=event.at, staff=event.by, username=event.by.username, role=event.by.role, action=event.move,
        subject_type=subject._meta.model_name, subject_id=subject.pk, county_code=event.county.code, detail={"event": event.pk, **why(event.reason)},
    )  # fmt: skip
