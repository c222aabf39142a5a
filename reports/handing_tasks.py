"""What waits on a unit's work list, told to whoever takes over a contact's post."""

from hospitals.open_tasks import Task
from ledger.models import Staff
from reports.work_kinds import kinds_of
from reports.work_lists import pieces

ALL = 100_000  # More than any unit has open: the list that is signed leaves nothing out.


def waiting_tasks(reader: Staff) -> list[Task]:
    """Every piece that somebody of this role and unit has to do, kind by kind, waiting longest first."""
    found = []
    for kind in kinds_of(reader.role):
        if reader.role in kind.roles and kind.counts:
            shown, _ = pieces(kind, reader, number=ALL)
            found += [Task(kind.words, piece.person.pk, piece.what, piece.since) for piece in shown]
    return found
