"""Readings on the trail: who opened a page that shows a person, one row for each opening."""

from django.http import HttpRequest

from ledger.actions.trail import record
from ledger.models import Person


def note_reading(request: HttpRequest, person: Person, what: str = "") -> None:
    """Call it wherever a page shows a person; ``what`` says which page, without anything personal.

    Only opening a page counts. What is entered on it leaves the row of its own action, and an entry sent back with its
    faults is the page that was opened before.
    """
    if request.method == "GET":
        record("viewed_person", by=request.user, subject=person, county=person.county, detail={"what": what} if what else {})


def note_form(request: HttpRequest, person: Person, name: str) -> None:
    """The same for a form about a person: 搬迁表单."""
    note_reading(request, person, f"{name}表单")
