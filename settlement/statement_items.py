"""What belongs in one statement: the month's settlements, what was accepted out of dispute, and what was reversed after it was confirmed.

A settlement reversed before the hospital confirmed it appears nowhere; one reversed afterwards is given back in the statement
of the month of the reversal. What arrived for a month already confirmed goes into the next one: nothing is lost.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils import timezone

from settlement.models import Dispute, Kind, SettlementLine, Standing, Statement, StatementEntry
from settlement.statement_states import PREPARED


@dataclass(frozen=True)
class Series:
    """One payer's statements for one county's patients in one hospital, month after month."""

    payer: str
    county_id: int
    hospital_id: int

    @classmethod
    def of(cls, statement: Statement) -> "Series":
        return cls(statement.payer, statement.county_id, statement.hospital_id)

    def statements(self):
        return Statement.objects.everywhere("one payer and hospital, month after month").filter(
            payer=self.payer, county=self.county_id, hospital=self.hospital_id
        )

    def lines(self):
        """The amounts above zero that this payer owes this hospital."""
        return SettlementLine.objects.filter(
            payer=self.payer, settlement__county=self.county_id, settlement__hospital=self.hospital_id, amount_yuan__gt=0
        ).select_related("settlement__person", "settlement__reversal")


@dataclass(frozen=True)
class Item:
    """One amount and where it comes from; ``signed`` below zero for a reversal."""

    line: SettlementLine
    kind: str
    carried_from: StatementEntry | None = None
    standing: str = Standing.PAYABLE
    dispute: Dispute | None = None

    @property
    def signed(self) -> Decimal:
        return self.line.amount_yuan if self.kind == Kind.CHARGE else -self.line.amount_yuan

    @property
    def key(self) -> tuple:
        origin = self.carried_from.pk if self.carried_from else None
        return self.line.pk, self.kind, origin, self.standing, self.dispute.pk if self.dispute else None


def month_of(instant: datetime.datetime) -> datetime.date:
    """The month of an instant in local time, as its first day."""
    return timezone.localtime(instant).date().replace(day=1)


def after(month: datetime.date) -> datetime.date:
    """The first day of the next month."""
    return (month + datetime.timedelta(days=32)).replace(day=1)


def end_of(month: datetime.date) -> datetime.datetime:
    """The instant at which a month is over."""
    return timezone.make_aware(datetime.datetime.combine(after(month), datetime.time()))


def items_of(series: Series, month: datetime.date) -> list[Item]:
    """Everything that the statement of this month holds if it is drawn up now; the caller holds the series."""
    others = list(series.statements().exclude(month=month))
    frozen = {statement.month for statement in others if statement.state != PREPARED}
    elsewhere = StatementEntry.objects.filter(statement__in=others)

    def due(instant: datetime.datetime) -> bool:
        """In this month; or in an earlier one whose statement can take no more."""
        own = month_of(instant)
        return own == month or (own < month and own in frozen)

    placed = Exists(elsewhere.filter(line=OuterRef("pk"), kind=Kind.CHARGE))
    lines = series.lines().filter(~placed, settlement__stands=True, settlement__settled_at__lt=end_of(month))
    items = [Item(line, Kind.CHARGE) for line in lines.order_by("settlement__settled_at", "pk") if due(line.settlement.settled_at)]
    carried = _carried(elsewhere, month)
    return [*items, *carried, *_reversals(series, month, elsewhere, carried, due)]


def _carried(elsewhere, month: datetime.date) -> list[Item]:
    """Accepted out of dispute in an earlier statement, and in no later one yet."""
    taken = Exists(elsewhere.filter(carried_from=OuterRef("pk")))
    frozen = elsewhere.exclude(statement__state=PREPARED)
    accepted = frozen.filter(~taken, standing=Standing.ACCEPTED, statement__month__lt=month)
    entries = accepted.select_related("line__settlement__person").order_by("pk")
    return [Item(entry.line, entry.kind, carried_from=entry) for entry in entries]


def _reversals(series: Series, month: datetime.date, elsewhere, carried: list[Item], due) -> list[Item]:
    """What is given back: reversed after an earlier statement was confirmed with it, and not given back elsewhere."""
    confirmed = elsewhere.exclude(statement__state=PREPARED).filter(kind=Kind.CHARGE, statement__month__lt=month)
    given_back = elsewhere.filter(line=OuterRef("pk"), kind=Kind.REVERSAL)
    lines = series.lines().filter(
        ~Exists(given_back), Exists(confirmed.filter(line=OuterRef("pk"))), settlement__reversal__reversed_at__lt=end_of(month)
    )
    found = [line for line in lines.order_by("settlement__reversal__reversed_at", "pk") if due(line.settlement.reversal.reversed_at)]
    last = {}
    charges = elsewhere.filter(line__in=found, kind=Kind.CHARGE).select_related("dispute")
    for entry in charges.order_by("statement__month"):
        last[entry.line_id] = entry
    here = {item.line.pk for item in carried if item.kind == Kind.CHARGE}
    return [_given_back(line, None if line.pk in here else last[line.pk]) for line in found]


def _given_back(line: SettlementLine, charge: StatementEntry | None) -> Item:
    """A reversal goes where its amount is: what was never payable is not taken off either."""
    if charge is None or charge.standing in (Standing.PAYABLE, Standing.ACCEPTED):
        return Item(line, Kind.REVERSAL)
    return Item(line, Kind.REVERSAL, standing=charge.standing, dispute=charge.dispute)


def entry_of(statement: Statement, position: int, item: Item) -> StatementEntry:
    """The row as it will be printed for ever, whatever is corrected on the ledger later."""
    bill = item.line.settlement
    return StatementEntry(
        statement=statement, line=item.line, kind=item.kind, position=position, number=bill.number, patient=bill.person.name,
        id_mask=str(bill.person.id_number), bill_no=bill.bill_no, admitted_on=bill.admitted_on, discharged_on=bill.discharged_on,
        layer=item.line.layer, title=item.line.title, amount_yuan=item.signed, sample=bill.sample, carried_from=item.carried_from,
        standing=item.standing, dispute=item.dispute,
    )  # fmt: skip


def key_of(entry: StatementEntry) -> tuple:
    return entry.line_id, entry.kind, entry.carried_from_id, entry.standing, entry.dispute_id


PRINTED = (
    "position", "kind", "number", "patient", "id_mask", "bill_no", "admitted_on", "discharged_on", "layer", "title", "amount_yuan",
    "sample", "line_id", "carried_from_id",
)  # fmt: skip


def rows_hash(statement: Statement, entries: Iterable[StatementEntry]) -> str:
    """SHA-256 over whom the statement is between and every row of it, in the order of the rows."""
    head = [statement.payer, statement.county.code, statement.hospital.code, statement.month]
    rows = [[getattr(entry, name) for name in PRINTED] for entry in sorted(entries, key=lambda one: one.position)]
    return hashlib.sha256(json.dumps([head, rows], ensure_ascii=False, default=str).encode()).hexdigest()
