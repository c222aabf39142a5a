"""What lies open on a unit's desk, for whoever takes over: this floor prints the list, the floors above know what waits."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from ledger.models import Staff


@dataclass(frozen=True)
class Task:
    """One line of the list to sign. People by their ids: their names stand with them alone."""

    kind: str
    person: int
    what: str
    since: datetime.date


_tellers: list[Callable[[Staff], list[Task]]] = []


def told_by(tell: Callable[[Staff], list[Task]]) -> None:
    """Whoever knows what waits says it; ``tell(reader)`` answers what waits for a member of staff like this one."""
    if tell not in _tellers:
        _tellers.append(tell)


def open_tasks(reader: Staff) -> list[Task]:
    """All that waits for somebody of this role and unit."""
    return [task for tell in _tellers for task in tell(reader)]
