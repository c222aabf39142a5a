"""What is still owed after discharge: who owes it, by hospital and by how long ago they left, and which instalments are late."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from hospitals.models import Deferral, Deposit, Hospital, Instalment, Repaid, Repayment, Stay
from ledger import clock
from ledger.models import Staff
from ledger.money import to_fen

MONEY = DecimalField(max_digits=14, decimal_places=2)
# (code, words, from how many days, to how many): days since discharge, both ends included.
BUCKETS = (
    ("d30", "30 天内", 0, 30), ("d90", "31–90 天", 31, 90), ("d180", "91–180 天", 91, 180), ("d365", "181–365 天", 181, 365),
    ("older", "365 天以上", 366, None),
)  # fmt: skip


def with_repaid(rows: QuerySet[Repayment]) -> QuerySet[Repayment]:
    """Each with ``repaid`` and ``still``, in yuan."""
    back = Repaid.objects.everywhere("the repayment is scoped itself").filter(repayment=OuterRef("pk"), withdrawn_on=None)
    total = back.order_by().values("repayment").annotate(total=Sum("amount_yuan")).values("total")
    rows = rows.annotate(repaid_yuan=Coalesce(Subquery(total), Value(Decimal(0)), output_field=MONEY))
    return rows.annotate(still=F("owed_yuan") - F("repaid_yuan"))


def owing(staff: Staff) -> QuerySet[Repayment]:
    """Everybody in the reader's area who still owes something."""
    return with_repaid(Repayment.objects.visible_to(staff)).filter(still__gt=0)


def in_bucket(code: str, today: datetime.date) -> Q:
    """Those who left so long ago; everybody for a code that there is not."""
    found = next((bucket for bucket in BUCKETS if bucket[0] == code), None)
    if found is None:
        return Q()
    _, _, least, most = found
    left = Q(stay__discharged_on__lte=today - datetime.timedelta(days=least))
    return left if most is None else left & Q(stay__discharged_on__gte=today - datetime.timedelta(days=most))


@dataclass
class Line:
    """One hospital: how many stays, and fen by bucket."""

    hospital: Hospital | None
    people: int = 0
    late: int = 0
    fen: dict[str, int] = field(default_factory=lambda: {code: 0 for code, *_ in BUCKETS})

    @property
    def total(self) -> int:
        return sum(self.fen.values())

    @property
    def columns(self) -> list[tuple[str, int]]:
        """(the bucket's code, fen), in the order of the page."""
        return list(self.fen.items())


def ageing(rows: QuerySet[Repayment], today: datetime.date) -> tuple[list[Line], Line]:
    """Hospital by hospital, most owed first, and all of them together; ``rows`` bear ``still`` and ``late_on``. Two queries, however many."""
    sums = {code: Sum("still", filter=in_bucket(code, today), default=Decimal(0)) for code, *_ in BUCKETS}
    lines, whole = [], Line(None)
    found = list(rows.order_by().values("stay__hospital").annotate(people=Count("pk"), late=Count("late_on"), **sums))
    hospitals = Hospital.objects.in_bulk([row["stay__hospital"] for row in found])
    for row in found:
        line = Line(hospitals[row["stay__hospital"]], row["people"], row["late"], {code: to_fen(row[code]) for code, *_ in BUCKETS})
        lines.append(line)
        whole.people, whole.late = whole.people + line.people, whole.late + line.late
        whole.fen = {code: whole.fen[code] + line.fen[code] for code in whole.fen}
    return sorted(lines, key=lambda line: (-line.total, line.hospital.code)), whole


def with_lateness(rows: QuerySet[Repayment], today: datetime.date) -> QuerySet[Repayment]:
    """Each with ``late_on``: the day of the first instalment that is over and not repaid; None where none is."""
    parts = Instalment.objects.filter(repayment=OuterRef("pk"), due_on__lt=today, upto_yuan__gt=OuterRef("repaid_yuan"))
    return rows.annotate(late_on=Subquery(parts.order_by("number").values("due_on")[:1]))


def late_instalments(staff: Staff) -> QuerySet[Repayment]:
    """Agreements of which a part is over its day, for the work list."""
    return with_lateness(owing(staff), clock.today()).filter(late_on__isnull=False).annotate(since=F("late_on"))


def deposits_to_refund(staff: Staff) -> QuerySet[Deposit]:
    """Deposits that the hospital has still to give back, to put right, or to do again."""
    return Deposit.objects.visible_to(staff).with_the_hospital().annotate(since=F("taken_on"))


def deposits_to_verify(staff: Staff) -> QuerySet[Deposit]:
    """Refunds and remedies that the county has still to look at."""
    return Deposit.objects.visible_to(staff).to_verify().annotate(since=F("told_on"))


def unrecorded(staff: Staff) -> QuerySet[Stay]:
    """Stays under 先诊疗后付费 that have ended, of which nobody has said what is owed."""
    deferred = Deferral.objects.everywhere("the stay is scoped itself").filter(stay=OuterRef("pk"))
    told = Repayment.objects.everywhere("the stay is scoped itself").filter(stay=OuterRef("pk"))
    ended = Stay.objects.visible_to(staff).filter(Exists(deferred), ~Exists(told), discharged_on__isnull=False)
    return ended.annotate(since=F("discharged_on"))
