"""What becomes of each row that names a person or a case when two records are merged: one table, and one voice for each app.

A test walks every model: a new link to a person or a case that is not declared here fails it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.merging.plan import Line, Plan


class Fate(StrEnum):
    CARRIED = "carried"  # Goes to the record that is kept, unless the kept one has the same already.
    HISTORY = "history"  # Stays with whatever it was written about.
    BLOCKS = "blocks"  # Two records are not merged while it stands; once it is over, it is history.
    DERIVED = "derived"  # Remade from the facts, before and after.


OF_THE_LEDGER = {
    "ledger.Residence.person": Fate.CARRIED,
    "ledger.CategoryFact.person": Fate.CARRIED,
    "ledger.Enrolment.person": Fate.CARRIED,
    "ledger.PolicyCard.person": Fate.CARRIED,
    "ledger.FormerNumber.person": Fate.CARRIED,
    "ledger.Proof.person": Fate.CARRIED,
    "ledger.Proof.case": Fate.CARRIED,
    "ledger.Case.person": Fate.CARRIED,
    "ledger.Case.folded_into": Fate.HISTORY,
    "ledger.StruckOff.case": Fate.HISTORY,
    "ledger.CaseEvent.person": Fate.HISTORY,
    "ledger.CaseEvent.case": Fate.HISTORY,
    "ledger.Person.merged_into": Fate.HISTORY,
    "ledger.Merge.kept": Fate.HISTORY,
    "ledger.Merge.gone": Fate.HISTORY,
    "ledger.Transfer.person": Fate.BLOCKS,
    "ledger.Standing.person": Fate.DERIVED,
    "ledger.Standing.case": Fate.DERIVED,
}
# Written by the merge itself, or never changed by anybody: not part of what a merge remembers.
NOT_REMEMBERED = {"ledger.CaseEvent", "ledger.Merge"}


@dataclass(frozen=True)
class Voice:
    """What an app above this one has to say about a merge; each is asked in the merge's own transaction, both records held."""

    links: Mapping[str, Fate]
    blocks: Callable[[Plan], list[str]] = lambda plan: []  # Sentences: why not yet, and what to do about it.
    carry: Callable[[Plan], None] = lambda plan: None
    lines: Callable[[Plan], Iterable[Line]] = lambda plan: ()  # For the page: what will become of each row.
    remake: Callable[[tuple[int, int]], None] = lambda pair: None  # After a merge and after its undoing: (kept, gone).


_voices: dict[str, Voice] = {}


def spoken_for(whose: str, voice: Voice) -> None:
    """An app says what becomes of its rows, all of them or one kind; the last word of each name counts."""
    _voices[whose] = voice


def voices() -> list[Voice]:
    return [_voices[whose] for whose in sorted(_voices)]


def fates() -> dict[str, Fate]:
    """app.Model.field → what becomes of it, for every link that anybody declared."""
    return OF_THE_LEDGER | {link: fate for voice in voices() for link, fate in voice.links.items()}
