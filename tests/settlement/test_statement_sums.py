"""Nothing is lost between hospital and payers: whatever happens in whatever order, the rows add up to what was settled and not reversed."""

import datetime
import random
from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import Sum

from ledger.actions.refusals import Refused
from settlement.actions.disputes import accept_dispute, put_back, refuse_dispute, set_aside
from settlement.actions.statements import move_statement, prepare_month
from settlement.models import Dispute, Payer, Reversal, Settlement, SettlementLine, Statement, StatementEntry
from settlement.statement_items import after, rows_hash
from tests.cast import on_day
from tests.settlement.window import YUAN

pytestmark = pytest.mark.django_db
FIRST = datetime.date(2017, 9, 1)
PEOPLE = ("石永福", "韦桂兰", "莫秀英", "覃水莲")


class Story:
    """A hospital and three payers over some months; every act is drawn by lot, and what the rules refuse is refused."""

    def __init__(self, window, cast, seed: int):
        self.window, self.cast, self.lot = window, cast, random.Random(seed)
        self.people = [window.patient(name) for name in PEOPLE]
        self.next_stay = dict.fromkeys(range(len(PEOPLE)), datetime.date(2017, 8, 1))
        self.done = Counter()
        self.frozen: dict[int, str] = {}

    def payer(self, statement: Statement):
        return getattr(self.cast, statement.payer)

    def pick(self, rows):
        rows = list(rows)
        return self.lot.choice(rows) if rows else None

    def settle(self, today: datetime.date) -> None:
        number = self.lot.randrange(len(PEOPLE))
        start = self.next_stay[number]
        end = start + datetime.timedelta(days=self.lot.randint(1, 6))
        if end > today:
            return
        self.next_stay[number] = end
        total = self.lot.randint(1_000, 90_000) * YUAN + self.lot.randrange(100)
        in_policy = total - self.lot.randint(0, total // 4)
        self.window.settle(self.window.bill(self.people[number], total=total, in_policy=in_policy, admitted_on=start, discharged_on=end))

    def reverse(self, today) -> None:
        if settlement := self.pick(Settlement.objects.everywhere("test").standing()):
            self.window.reverse(settlement)

    def prepare(self, today) -> None:
        by = self.lot.choice([self.window.liaison, self.cast.lead])
        prepare_month(by=by, month=self.lot.choice(months_until(today)))

    def move(self, today) -> None:
        statement = self.pick(Statement.objects.everywhere("test").exclude(state="paid"))
        if statement is None:
            return
        ways = {
            "prepared": [("confirm", self.window.liaison)],
            "hospital_confirmed": [
                ("accept", self.payer(statement)), ("accept", self.payer(statement)), ("recall", self.window.liaison),
                ("return", self.payer(statement)),
            ],
            "payer_confirmed": [("pay", self.payer(statement)), ("reopen", self.payer(statement))],
        }  # fmt: skip
        name, by = self.lot.choice(ways[statement.state])
        move_statement(by=by, statement=statement, name=name, reason="核对", paid_on=today, voucher="PZ-1")

    def dispute(self, today) -> None:
        entries = StatementEntry.objects.filter(standing="payable", statement__state="hospital_confirmed").select_related("statement")
        if entry := self.pick(entries):
            set_aside(by=self.payer(entry.statement), statement=entry.statement, entries=[entry], reason="材料不全")

    def resolve(self, today) -> None:
        if dispute := self.pick(Dispute.objects.everywhere("test").filter(outcome="open").select_related("statement")):
            how = self.lot.choice([accept_dispute, refuse_dispute, put_back])
            more = {"agreed_with": "何丽萍"} if how is refuse_dispute else {}
            how(by=self.payer(dispute.statement), dispute=dispute, reason="商定", **more)

    def act(self, today: datetime.date) -> None:
        acts = {"settle": 6, "reverse": 2, "prepare": 3, "move": 7, "dispute": 3, "resolve": 3}
        name = self.lot.choices(list(acts), list(acts.values()))[0]
        try:
            getattr(self, name)(today)
            self.done[name] += 1
        except Refused:
            self.done[f"{name} refused"] += 1

    def check_frozen(self) -> None:
        """What was confirmed has not moved: every hash is still that of its rows."""
        for statement in Statement.objects.everywhere("test").exclude(state="prepared").select_related("county", "hospital"):
            assert rows_hash(statement, statement.entries.all()) == statement.rows_hash


def months_until(today: datetime.date) -> list[datetime.date]:
    found = [FIRST]
    while found[-1] < today.replace(day=1):
        found.append(after(found[-1]))
    return found


def owed(payer: str) -> Decimal:
    """From the settlements alone: all lines less those of reversed settlements."""
    lines = SettlementLine.objects.filter(payer=payer)
    undone = lines.filter(settlement__in=Reversal.objects.values("settlement"))
    return (lines.aggregate(s=Sum("amount_yuan"))["s"] or 0) - (undone.aggregate(s=Sum("amount_yuan"))["s"] or 0)


def placed(payer: str) -> Decimal:
    """From the statements alone: every row at the place it has come to."""
    last = StatementEntry.objects.filter(statement__payer=payer, carried_to=None)
    return last.aggregate(s=Sum("amount_yuan"))["s"] or Decimal(0)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_rows_add_up(window, cast, seed):
    day = datetime.date(2017, 9, 3)
    with on_day(day):
        story = Story(window, cast, seed)
    while day < datetime.date(2017, 12, 28):
        with on_day(day):
            story.act(day)
        day += datetime.timedelta(days=story.lot.choice((0, 1, 2, 3)))
        if day.day < 3:
            story.check_frozen()
    assert {name for name in ("settle", "reverse", "prepare", "move", "dispute", "resolve") if not story.done[name]} == set(), story.done
    with on_day(datetime.date(2017, 12, 31)):
        for month in months_until(datetime.date(2017, 12, 31)):
            try:
                prepare_month(by=window.liaison, month=month)
            except Refused:
                continue
    story.check_frozen()
    assert {payer: placed(payer) for payer in Payer.values} == {payer: owed(payer) for payer in Payer.values}
    doubled = StatementEntry.objects.filter(carried_from=None).values_list("line", "kind")
    assert len(doubled) == len(set(doubled))


def test_the_sums_notice_a_lost_row(window, cast):
    """The switch: a row taken out of a statement by force makes the two sides differ."""
    window.settle(window.bill(window.patient("石永福")))
    with on_day(datetime.date(2017, 11, 2)):
        prepare_month(by=window.liaison, month=datetime.date(2017, 10, 1))
    assert placed("insurance") == owed("insurance") == Decimal("7680.00")
    StatementEntry.objects.filter(statement__payer="insurance").delete()
    assert placed("insurance") != owed("insurance")
