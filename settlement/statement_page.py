"""A statement as page and workbook show it: rows by settlement with a column a layer, the stations it has passed, its sums."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from ledger.models.division import UnitName
from settlement.models import Kind, Settlement, SettlementLine, Standing, Statement, StatementEntry, StatementEvent
from settlement.models.statement import NOT_OWED, UNIT_OF_PAYER
from settlement.statement_items import end_of
from settlement.statement_states import STATES


@dataclass
class Row:
    """One settlement (or its giving back) with the amount of each layer; layers that went another way stand in a row of their own."""

    first: StatementEntry
    amounts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))

    @property
    def note(self) -> str:
        """Where the amount is, when it is not simply payable here."""
        said = []
        if self.first.kind == Kind.REVERSAL:
            said.append("冲销")
        if self.first.carried_from_id:
            said.append("上期争议转入")
        if self.first.standing != Standing.PAYABLE:
            said.append(self.first.get_standing_display())
        return "，".join(said)


def rows_of(entries: Iterable[StatementEntry]) -> list[Row]:
    """In the order of the entries, which come sorted by position."""
    found: dict[tuple, Row] = {}
    for entry in entries:
        key = entry.number, entry.kind, entry.standing, entry.dispute_id, entry.carried_from_id is None
        row = found.setdefault(key, Row(entry))
        row.amounts[entry.layer] = row.amounts.get(entry.layer, Decimal(0)) + entry.amount_yuan
    return list(found.values())


def layers_of(entries: Iterable[StatementEntry]) -> list[tuple[str, str]]:
    """(layer, title) in the chain's order, for those this statement has."""
    order = sorted(entries, key=lambda entry: (entry.line.position, entry.layer))
    return list(dict.fromkeys((entry.layer, entry.title) for entry in order))


def payer_unit(statement: Statement, day: datetime.date) -> str:
    """The office's name on a day: 柳城县民政局."""
    return UnitName.on(statement.county, UNIT_OF_PAYER[statement.payer], day)


@dataclass(frozen=True)
class Station:
    stand: str
    name: str
    told: str = ""


def stations(statement: Statement, events: Iterable[StatementEvent]) -> list[Station]:
    """生成 → 医院确认 → 支付方确认 → 支付, each with its day and who did it."""
    last: dict[str, StatementEvent] = {}
    for event in events:  # Newest first.
        last.setdefault(event.move, event)
    reached = [state for state, _ in STATES].index(statement.state)
    steps = [("生成明细", "prepare"), ("医院确认", "confirm"), ("支付方确认", "accept"), ("支付", "pay")]
    found = []
    for number, (name, move) in enumerate(steps):
        event = last.get(move)
        if number <= reached and event:
            told = f"{statement.paid_on}" if move == "pay" else f"{timezone.localtime(event.at).date()} {event.by_name}"
            found.append(Station("past", name, told))
        else:
            found.append(Station("now" if number == reached + 1 else "", name))
    return found


def month_beside(staff, month: datetime.date, **chosen) -> dict:
    """The month's settlements as a whole, with what nobody owes: layers borne by the hospital or paid by others, and the patients' share."""
    start = end_of((month - datetime.timedelta(days=1)).replace(day=1))
    settled = Settlement.objects.visible_to(staff).standing().filter(settled_at__gte=start, settled_at__lt=end_of(month))
    settled = settled.filter(**{name: value for name, value in chosen.items() if value is not None})
    bills = list(settled.order_by().values_list("total_yuan", "self_pay_yuan", "sample"))
    lines = SettlementLine.objects.filter(settlement__in=settled.values("pk"), amount_yuan__gt=0)
    sums: dict[tuple[str, str], Decimal] = {}
    for payer, title, amount in lines.order_by("position").values_list("payer", "title", "amount_yuan"):
        sums[payer, title] = sums.get((payer, title), Decimal(0)) + amount
    return {
        "number": len(bills), "sample": any(bill[2] for bill in bills),
        "total": sum((bill[0] for bill in bills), Decimal(0)), "self_pay": sum((bill[1] for bill in bills), Decimal(0)),
        "owed": sum((amount for (payer, _), amount in sums.items() if payer not in NOT_OWED), Decimal(0)),
        "not_owed": [(title, NOT_OWED[payer], amount) for (payer, title), amount in sums.items() if payer in NOT_OWED],
    }  # fmt: skip
