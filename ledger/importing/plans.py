"""What importing a line would write: somebody new, or a change to somebody known. Kept apart from the writing so that a preview can say it."""

import datetime
from dataclasses import dataclass, field

from ledger.actions.people import CaseEntry, PersonFacts
from ledger.importing.entries import Fault
from ledger.importing.places import Home
from ledger.models import CategoryFact, Division, Person

NEW, CHANGED, UNCHANGED, REFUSED, DOUBTFUL = "new", "changed", "unchanged", "refused", "doubtful"


@dataclass
class Holding:
    """A category as the list gives it; whoever holds one of ``enough`` already has what the list says."""

    category: int
    since: datetime.date
    basis: str
    enough: tuple[int, ...]
    out_of_poverty_year: int | None = None


@dataclass
class Newcomer:
    """Somebody to be put on the ledger; ``facts.village`` is None until it is written for a list that names no village."""

    facts: PersonFacts
    home: Home
    holding: Holding
    case: CaseEntry | None = None


@dataclass
class Joining:
    """One more disease of a newcomer whom an earlier line of the same list registers."""

    first_line: int
    case: CaseEntry


@dataclass
class Change:
    """What is to be written for a known person, each part by an action of its own."""

    person: Person
    facts: PersonFacts | None = None
    move_to: tuple[Division, str] | None = None
    holding: Holding | None = None
    verify: CategoryFact | None = None
    out_of_poverty: tuple[CategoryFact, int] | None = None
    case: CaseEntry | None = None

    @property
    def says_nothing(self) -> bool:
        return not any((self.facts, self.move_to, self.holding, self.verify, self.out_of_poverty, self.case))


@dataclass
class Row:
    """One line of the preview: its result, the sentences with their cells, what changes, and the plan behind it."""

    line: int
    result: str
    name: str
    id_mask: str
    disease: str
    told: list[Fault] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # label, before, after; numbers masked
    message: str = ""
    plan: Newcomer | Joining | Change | None = None

    @property
    def confirm(self) -> str:
        """The words of the button by which a doubtful row is imported all the same; none where that cannot be."""
        if self.result != DOUBTFUL or not all(fault.confirm for fault in self.told):
            return ""
        return self.told[0].confirm if len(self.told) == 1 else "确认"
