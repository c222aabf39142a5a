"""Rows of a preview written on the ledger: newcomers and plain changes in batches, everything else by the action that a desk would use."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction

from ledger import clock
from ledger.actions.cases import open_case
from ledger.actions.categories import hold_category, mark_out_of_poverty, verify_category
from ledger.actions.homes import move_house
from ledger.actions.people import CategoryEntry, correct_person, register_person
from ledger.actions.refusals import Refused
from ledger.importing.changing import change_people
from ledger.importing.matching import may_edit
from ledger.importing.places import village_to_come
from ledger.importing.plans import Change, Joining, Newcomer, Row
from ledger.importing.registering import register_people
from ledger.models import Case, Division, Person, Staff

BATCH = 5000  # Few and large: while the database writes a batch, the next of its lines are put into words.
FEW = 10  # Of a batch that the database refuses so many are tried one by one; of a larger one, its tenths.
GONE = "预览之后，这个人的资料不在您的管辖范围了。"


def unseen(done: int) -> None:
    """Nobody watches how far the writing has come."""


@dataclass
class Written:
    """The lines written, and those that the ledger refused after all, each with its sentence."""

    lines: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)


class Writer:
    """Writes in the caller's transaction; a row that is refused leaves nothing behind and does not touch the others.

    ``progress`` is told how many rows are done, batch by batch; what it raises ends the writing.
    """

    def __init__(self, by: Staff, progress: Callable[[int], None] = unseen):
        self.by, self.found_only, self.progress = by, not may_edit(by), progress
        self.written = Written()
        self.registered: dict[int, int] = {}
        self.villages: dict[Division | None, Division] = {}

    def write(self, rows: list[Row]) -> Written:
        self._in_batches([row for row in rows if isinstance(row.plan, Newcomer)], self._register_batch)
        joining = [row for row in rows if isinstance(row.plan, Joining)]
        self._in_batches(joining, lambda batch: [self._alone(row, self._join) for row in batch])
        known = [row for row in rows if isinstance(row.plan, Change)]
        known.sort(key=lambda row: row.plan.person.pk)  # Two imports hold people in one order.
        self._in_batches(known, self._change_batch)
        return self.written

    def _in_batches(self, rows: list[Row], act: Callable[[list[Row]], object], size: int = 0) -> None:
        size = size or BATCH
        for start in range(0, len(rows), size):
            act(rows[start : start + size])
            self.progress(len(self.written.lines) + len(self.written.refused))

    def _in_tenths(self, rows: list[Row], act: Callable[[list[Row]], object], alone: Callable[[Row], None]) -> None:
        """A batch that was refused for the sake of one line in it: so the others of it are still written together."""
        if len(rows) > FEW:
            self._in_batches(rows, act, -(-len(rows) // 10))
        else:
            for row in rows:
                self._alone(row, alone)

    def _register_batch(self, rows: list[Row]) -> None:
        for plan in (row.plan for row in rows if row.plan.facts.village is None):
            plan.facts = replace(plan.facts, village=self._village_to_come(plan))
        try:
            with transaction.atomic():
                people = register_people(by=self.by, newcomers=[row.plan for row in rows], found_only=self.found_only)
        except IntegrityError:  # Another desk was faster with one of them: only that one is refused.
            self._in_tenths(rows, self._register_batch, self._register)
            return
        for row, person in zip(rows, people, strict=True):
            self.registered[row.line] = person
            self.written.lines.add(row.line)

    def _village_to_come(self, plan: Newcomer) -> Division:
        key = plan.home.town
        if key not in self.villages:
            self.villages[key] = village_to_come(plan.home, self.by)
        return self.villages[key]

    def _alone(self, row: Row, act) -> None:
        try:
            with transaction.atomic():
                act(row)
        except Refused as refused:
            self.written.refused[row.line] = refused.message
        except (Person.DoesNotExist, Case.DoesNotExist):
            self.written.refused[row.line] = GONE
        else:
            self.written.lines.add(row.line)

    def _register(self, row: Row) -> None:
        plan, held = row.plan, row.plan.holding
        entries = [CategoryEntry(held.category, held.since, held.basis, held.out_of_poverty_year)]
        person = register_person(by=self.by, facts=plan.facts, categories=entries, case=plan.case, found_only=self.found_only)
        self.registered[row.line] = person.pk

    def _join(self, row: Row) -> None:
        key = self.registered.get(row.plan.first_line)
        if key is None:
            raise Refused(f"第 {row.plan.first_line} 行的同一人没有写入，这一行也没有写入。")
        open_case(by=self.by, person=Person(pk=key), entry=row.plan.case, found_only=self.found_only)

    def _change_batch(self, rows: list[Row]) -> None:
        """Together whatever can be; what takes more, or is refused by the database, each by its actions."""
        try:
            with transaction.atomic():
                together = change_people(by=self.by, changes={row.line: row.plan for row in rows})
        except IntegrityError:
            self._in_tenths(rows, self._change_batch, self._change)
            return
        self.written.lines |= together
        for row in rows:
            if row.line not in together:
                self._alone(row, self._change)

    def _change(self, row: Row) -> None:
        plan, by = row.plan, self.by
        if plan.facts:
            correct_person(by=by, person=plan.person, version=plan.person.version, facts=plan.facts)
        if plan.move_to:
            village, address = plan.move_to
            move_house(by=by, person=plan.person, village=village, address=address, on=clock.today(), reason="按名册导入")
        if plan.holding:
            held = plan.holding
            hold_category(
                by=by, person=plan.person, category=held.category, since=held.since, basis=held.basis,
                out_of_poverty_year=held.out_of_poverty_year,
            )  # fmt: skip
        if plan.verify:
            verify_category(by=by, fact=plan.verify)
        if plan.out_of_poverty:
            fact, year = plan.out_of_poverty
            mark_out_of_poverty(by=by, fact=fact, year=year)
        if plan.case:
            open_case(by=by, person=plan.person, entry=plan.case, found_only=self.found_only)
