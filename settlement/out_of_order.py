"""Person-years settled out of the order of discharge: what was paid, what the right order pays, and in which order to mend it."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet

from ledger.models import Staff
from settlement.models import PersonYear, Settlement
from settlement.money import to_fen

SHOWN = 20
UNSETTLED = 50


def differing_years(staff: Staff) -> QuerySet[PersonYear]:
    """The years with a difference that hold a standing settlement the reader may see."""
    theirs = Settlement.objects.visible_to(staff).standing().filter(person_year=OuterRef("pk"))
    return PersonYear.objects.filter(Exists(theirs), differs=True)


@dataclass
class Difference:
    """One layer of one settlement, or the patient's own share: paid, right, and the difference, in fen."""

    title: str
    paid: int
    right: int

    @property
    def more(self) -> int:
        return self.right - self.paid


@dataclass
class Row:
    """One settlement of the year in the order of discharge. Of another hospital's only that it is there."""

    settlement: Settlement
    visible: bool
    differs: bool
    fault: str = ""
    lines: list[Difference] = field(default_factory=list)


@dataclass
class YearWork:
    """A person's year: its settlements, and those from the first difference on, to be reversed last to first and settled first to last."""

    year: PersonYear
    rows: list[Row]
    tail: list[Row]

    @property
    def to_reverse(self) -> list[Row]:
        return self.tail[::-1]

    @property
    def shown(self) -> list[Row]:
        """The rows that differ; a settlement without a difference is no finding."""
        return [row for row in self.rows if row.differs]


def work_of(staff: Staff, years: list[PersonYear]) -> list[YearWork]:
    """The years with their settlements; a constant number of queries however many years."""
    everything = Settlement.objects.everywhere("a year is put in order as a whole; what the reader may not see is not told").standing()
    settlements = list(everything.filter(person_year__in=years).select_related("hospital", "disease").prefetch_related("lines"))
    visible = set(Settlement.objects.visible_to(staff).filter(pk__in=[row.pk for row in settlements]).values_list("pk", flat=True))
    found = []
    for year in years:
        told = {row["settlement"]: row for row in year.differences}
        own = sorted((row for row in settlements if row.person_year_id == year.pk), key=lambda row: (row.discharged_on, row.bill_no))
        rows = [_row(settlement, told.get(settlement.pk), settlement.pk in visible) for settlement in own]
        first = next((index for index, row in enumerate(rows) if row.differs), len(rows))
        found.append(YearWork(year, rows, rows[first:]))
    return found


def _row(settlement: Settlement, told: dict | None, visible: bool) -> Row:
    differs = bool(told and (told["layers"] or told["fault"]))
    row = Row(settlement, visible, differs)
    if not visible or not told or not differs:
        return row
    row.fault = told["fault"]
    for line in settlement.lines.all():
        if more := told["layers"].get(line.layer, 0):
            paid = to_fen(line.amount_yuan)
            row.lines.append(Difference(line.title, paid, paid + more))
    if told["self_pay"]:
        borne = to_fen(settlement.self_pay_yuan)
        row.lines.append(Difference("个人自付", borne, borne + told["self_pay"]))
    return row


def unsettled(staff: Staff) -> list[Settlement]:
    """Reversed settlements whose stay has no settlement now, by person and in the order in which to settle them."""
    standing = Settlement.objects.everywhere("the same stay as one that is scoped").standing().filter(stay=OuterRef("stay"))
    newer = Settlement.objects.everywhere("the same stay as one that is scoped").filter(stay=OuterRef("stay"), pk__gt=OuterRef("pk"))
    rows = Settlement.objects.visible_to(staff).filter(~Exists(standing), ~Exists(newer), stands=False)
    rows = list(rows.select_related("person", "disease", "hospital", "reversal").order_by("-reversal__reversed_at", "-pk")[:UNSETTLED])
    waiting: dict[int, Settlement] = {}
    rows.sort(key=lambda row: (row.person_year_id, row.discharged_on, row.bill_no))
    for row in rows:
        row.waits_for = waiting.get(row.person_year_id)
        waiting.setdefault(row.person_year_id, row)
    return rows
