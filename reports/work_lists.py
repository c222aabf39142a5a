"""待办清单: how much of each kind waits for somebody, since when, how much of it too long; and the pieces, waiting longest first."""

import datetime
from dataclasses import dataclass

from django.db.models import BooleanField, CharField, Count, ExpressionWrapper, Min, Q, Value
from django.urls import reverse

from ledger import clock
from ledger.forms import whole_number
from ledger.models import Person, Staff
from reports.work_kinds import Kind, in_hand_of, kinds_of, person_of, with_people

PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """How much of a kind waits, the first since when, how much of it longer than allowed."""

    kind: Kind
    number: int
    oldest: datetime.date | None
    late: int
    asked: bool  # Of this member of staff; else only told.


@dataclass(frozen=True)
class Piece:
    """One line of the list."""

    key: str
    person: Person
    what: str
    since: datetime.date
    days: int
    late: bool
    hand: Staff | None
    address: str
    page: str  # Where the name leads.


def waiting(staff: Staff, *, mine: bool = False) -> list[Waiting]:
    """Every kind of this role with its numbers, in the table's order, in one query; the kinds of which nothing waits too."""
    kinds = kinds_of(staff.role)
    counted = [_counted(kind, staff, mine) for kind in kinds]
    if not counted:
        return []
    rows = counted[0].union(*counted[1:], all=True) if len(counted) > 1 else counted[0]
    told = {code: numbers for code, *numbers in rows}
    nothing = (0, None, 0)
    return [Waiting(kind, *told.get(kind.code, nothing), asked=staff.role in kind.roles) for kind in kinds]


def _counted(kind: Kind, staff: Staff, mine: bool):
    """One row: the kind's code, number, oldest day, number overdue."""
    rows = _rows(kind, staff, mine).order_by().annotate(kind=Value(kind.code, output_field=CharField()))
    overdue = kind.overdue()
    late = Count("pk", filter=overdue) if overdue is not None else Value(0)
    return rows.values("kind").annotate(number=Count("pk"), oldest=Min("since"), late=late).values_list("kind", "number", "oldest", "late")


def _rows(kind: Kind, staff: Staff, mine: bool):
    rows = kind.rows(staff)
    return kind.mine(rows, staff) if mine else rows


def number_waiting(staff: Staff) -> int:
    """How many pieces wait for this member of staff to do something: what stands beside the list in the navigation."""
    return sum(one.number for one in waiting(staff) if one.asked and one.kind.counts)


def pieces(kind: Kind, staff: Staff, *, number: int = PAGE, after: str = "", mine: bool = False) -> tuple[list[Piece], str]:
    """The pieces of one kind, waiting longest first, after the key of a piece already seen; and the key to go on with, if any."""
    overdue = kind.overdue()
    late = Value(False) if overdue is None else ExpressionWrapper(overdue, output_field=BooleanField())
    rows = with_people(_rows(kind, staff, mine)).annotate(late=late).order_by("since", "pk")
    day, _, rest = after.partition(".")
    pk = whole_number(rest)
    if pk is not None and (since := _day(day)):
        rows = rows.filter(Q(since__gt=since) | Q(since=since, pk__gt=pk))
    found = list(rows[: number + 1])
    shown = [_piece(kind, row) for row in found[:number]]
    return shown, shown[-1].key if len(found) > number else ""


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _piece(kind: Kind, row) -> Piece:
    address, person = kind.address(row), person_of(row)
    return Piece(
        key=f"{row.since}.{row.pk}", person=person, what=kind.what(row), since=row.since,
        days=(clock.today() - row.since).days, late=row.late, hand=in_hand_of(row), address=address,
        page=address if kind.shared else reverse("ledger:person", args=[person.pk]),
    )  # fmt: skip
