"""County × form × month as the pages draw it: each return by its word, and beside each county its three rates. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils import timezone

from ledger.models import Division
from reports.models import Due, Form
from reports.quality_of_returns import Rates, Record
from reports.submission_moves import UNLOCKED
from reports.views.due_states import DueState

PAGES = {Form.F1: "reports:month", Form.F2: "reports:list-f2", Form.F4: "reports:f4", Form.F6: "reports:f6"}
WIDE = 12  # Beyond so many columns the forms stand beneath each other.


def return_address(due: Due) -> str:
    """Where a return is looked at."""
    return reverse(PAGES[due.form], args=[due.period, due.county.code])


@dataclass(frozen=True)
class Cell:
    """A county's form of a month; no state where nothing is due, and no address before the month has begun."""

    state: DueState | None
    edge: bool = False
    address: str = ""

    @classmethod
    def of(cls, state: DueState | None, edge: bool, today: datetime.date) -> "Cell":
        opens = state is not None and state.due.period <= today and state.tone != "na"
        return cls(state, edge, return_address(state.due) if opens else "")

    @property
    def word(self) -> str:
        return self.state.word if self.state else "—"

    @property
    def style(self) -> str:
        """The cell's classes."""
        return (self.state.tone if self.address else "na") + (" edge" if self.edge else "")


@dataclass(frozen=True)
class Row:
    county: Division
    cells: list[Cell]
    rates: Rates


@dataclass(frozen=True)
class Line:
    """A county's form over the months, where the forms stand beneath each other."""

    form: str
    cells: list[Cell]


@dataclass(frozen=True)
class Matrix:
    """Counties × months × forms, the forms' counts in the foot."""

    months: list[datetime.date]
    forms: list[str]
    rows: list[Row]
    foot: list[tuple[str, bool]]
    rates: Rates

    @property
    def gaps(self) -> bool:
        """Whether some county owes nothing for some of these months."""
        return any(cell.state is None for row in self.rows for cell in row.cells)

    @property
    def wide(self) -> bool:
        return len(self.months) * len(self.forms) <= WIDE

    @property
    def tall_rows(self) -> list[tuple[Row, list[Line]]]:
        """Each county with a line a form."""
        number = len(self.forms)
        return [(row, [Line(form, row.cells[place::number]) for place, form in enumerate(self.forms)]) for row in self.rows]

    @property
    def tall_foot(self) -> list[tuple[str, list[str]]]:
        told = [words for words, _ in self.foot]
        return [(form, told[place :: len(self.forms)]) for place, form in enumerate(self.forms)]


def build_matrix(
    counties: Sequence[Division],
    months: list[datetime.date],
    forms: Sequence[str],
    states: Sequence[DueState],
    records: Sequence[Record],
    now: datetime.datetime,
) -> Matrix:
    """The months' cells county by county; the foot says of each column how many counties were in time of those that owe it."""
    known = {(state.due.county_id, state.due.period, state.due.form): state for state in states}
    by_due, by_county = {one.due: one for one in records}, {}
    for one in records:
        by_county.setdefault(one.county, []).append(one)
    columns = [(month, form) for month in months for form in forms]
    wide, today = len(columns) <= WIDE, timezone.localtime(now).date()
    rows = []
    for county in counties:
        cells = [Cell.of(known.get((county.pk, month, form)), not wide or form == forms[0], today) for month, form in columns]
        rows.append(Row(county, cells, Rates.of(by_county.get(county.pk, []), now)))
    foot = []
    for number, (_, form) in enumerate(columns):
        column = [by_due[row.cells[number].state.due.pk] for row in rows if row.cells[number].state]
        told = any(one.is_due(now) or one.first_at for one in column)
        foot.append((f"{sum(one.on_time for one in column)}/{len(column)}" if told else "", form == forms[0]))
    return Matrix(months, list(forms), rows, foot, Rates.of(records, now))


@dataclass
class Tally:
    """The month's counties by how far they are."""

    both: list[str] = field(default_factory=list)
    one: list[str] = field(default_factory=list)
    checking: list[str] = field(default_factory=list)
    draft: list[str] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def tally(counties: Sequence[Division], states: Sequence[DueState]) -> Tally:
    """Each county once: what must be mended first, then what has come, then how far the rest is."""
    found = Tally()
    for county in counties:
        own = [state for state in states if state.due.county_id == county.pk]
        words = {state.word for state in own}
        sent = sum(state.submitted or state.correcting == UNLOCKED for state in own)
        if not own:
            continue
        if sent == len(own):
            found.both.append(county.label)
        elif "退回" in words:
            found.returned.append(county.label)
        elif "缺报" in words:
            found.missing.append(county.label)
        elif sent:
            found.one.append(county.label)
        elif "核对中" in words:
            found.checking.append(county.label)
        elif any(state.submission for state in own):
            found.draft.append(county.label)
        else:
            found.nothing.append(county.label)
    return found
