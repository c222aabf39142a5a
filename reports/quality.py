"""Quality by hospital, disease and month of discharge, from stays, settlements, plans and pathways, in a fixed number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from hospitals.models import Hospital, PlanState, Stay, TreatmentPlan
from hospitals.models.stay import Course
from ledger.models import Case, Disease, Role, Staff
from ledger.money import to_fen
from reports.quality_tally import Tally
from settlement.models import Settlement

Key = tuple[datetime.date, int, int]  # The month's first day, hospital, disease.


def stays_of(staff: Staff) -> QuerySet[Stay]:
    """The stays whose quality somebody answers for: a hospital its own, a county those in the hospitals that stand in it,

    the city those of its counties' people, wherever they were treated. Figures only: nobody is named.
    """
    every = Stay.objects.everywhere("figures of whole hospitals; nobody is named").filter(case__folded_into=None)
    if staff.role == Role.LIAISON:
        return every.filter(hospital__code=staff.hospital_code)
    if staff.role == Role.CITY:
        return every.filter(case__county__in=staff.counties)
    return every.filter(hospital__county=staff.area_id)


def tallies(stays: QuerySet[Stay], first: datetime.date, last: datetime.date, within: int) -> dict[Key, Tally]:
    """Whoever was discharged from ``first`` to ``last``, by month, hospital and disease; ``within`` days a new stay is a return."""
    every = Stay.objects.everywhere("the other stays of cases that are counted").filter(case=OuterRef("case"))
    earlier = every.filter(admitted_on__lt=OuterRef("admitted_on"))
    later = every.exclude(pk=OuterRef("pk")).filter(admitted_on__gte=OuterRef("discharged_on"))
    # To another hospital on the day of leaving is a transfer, not a return.
    later = later.exclude(admitted_on=OuterRef("discharged_on"), hospital__gt=OuterRef("hospital"))
    later = later.exclude(admitted_on=OuterRef("discharged_on"), hospital__lt=OuterRef("hospital"))
    rows = stays.filter(discharged_on__range=(first, last)).annotate(
        is_first=~Exists(earlier), back_on=Subquery(later.order_by("admitted_on").values("admitted_on")[:1]), disease_id=F("case__disease"),
        verified_on=F("case__verified_on"),
    )  # fmt: skip
    rows = list(rows.order_by("pk"))
    bills, plans = _bills(row.pk for row in rows), _plans({row.case_id for row in rows})
    found: dict[Key, Tally] = defaultdict(Tally)
    for row in rows:
        key = (row.discharged_on.replace(day=1), row.hospital_id, row.disease_id)
        found[key].add(_tally(row, bills.get(row.pk), plans.get((row.case_id, row.hospital_id)), within))
    return dict(found)


@dataclass(frozen=True)
class Bill:
    """What a stay's standing settlement says, in fen."""

    cost: int
    limit: int | None
    drugs_in: int
    drugs_out: int


def _bills(stays: Iterable[int]) -> dict[int, Bill]:
    standing = Settlement.objects.everywhere("figures of whole hospitals; nobody is named").standing().filter(stay__in=list(stays))
    columns = standing.values_list("stay", "total_yuan", "limit_yuan", "drugs_in_yuan", "drugs_out_yuan")
    return {
        stay: Bill(_fen(total) or 0, _fen(limit), _fen(drugs_in) or 0, _fen(drugs_out) or 0)
        for stay, total, limit, drugs_in, drugs_out in columns
    }


def _fen(amount: Decimal | None) -> int | None:
    return None if amount is None else to_fen(amount)


def _plans(cases: set[int]) -> dict[tuple[int, int], int]:
    """Case and hospital → what the plan in force means to cost, in fen."""
    plans = TreatmentPlan.objects.everywhere("figures of whole hospitals; nobody is named").filter(case__in=cases, state=PlanState.ACCEPTED)
    columns = plans.exclude(total_yuan=None).values_list("case", "hospital", "total_yuan")
    return {(case, hospital): to_fen(total) for case, hospital, total in columns}


def _tally(stay: Stay, bill: Bill | None, plan: int | None, within: int) -> Tally:
    one = Tally(stays=1, bed_days=max(stay.days or 0, 1))
    if stay.pathway_course == Course.FOLLOWED:
        one.followed = 1
    elif stay.pathway_course == Course.LEFT:
        one.left = 1
        one.reasons[stay.pathway_left] += 1
    if stay.is_first and stay.verified_on:
        # Whoever was admitted before being verified did not wait.
        one.waited, one.wait_days = 1, max((stay.admitted_on - stay.verified_on).days, 0)
    if stay.back_on and not stay.lasting and (stay.back_on - stay.discharged_on).days <= within:
        one.readmitted = 1
    if bill:
        one.settled, one.cost, one.drugs_in, one.drugs_out = 1, bill.cost, bill.drugs_in, bill.drugs_out
        if bill.limit is not None:
            one.limited, one.limited_cost, one.limit, one.above_limit = 1, bill.cost, bill.limit, int(bill.cost > bill.limit)
        if plan:
            one.planned, one.planned_cost, one.plan = 1, bill.cost, plan
    return one


@dataclass(frozen=True)
class Line:
    """One line of the table: a hospital's disease, a hospital's sum (``disease`` None), or the sum of all (neither)."""

    hospital: Hospital | None
    disease: Disease | None
    tally: Tally


def table(found: dict[Key, Tally], month: datetime.date) -> list[Line]:
    """The month's lines: by hospital its diseases and then its sum, where it has several; the sum of all last."""
    of_month = {key[1:]: tally for key, tally in found.items() if key[0] == month}
    hospitals = Hospital.objects.in_bulk({hospital for hospital, _ in of_month})
    diseases = Disease.objects.in_bulk({disease for _, disease in of_month})
    lines, whole = [], Tally()
    for hospital in sorted(hospitals.values(), key=lambda one: one.code):
        own = sorted(
            ((diseases[disease], tally) for (place, disease), tally in of_month.items() if place == hospital.pk),
            key=lambda pair: pair[0].position,
        )
        together = Tally()
        for disease, tally in own:
            lines.append(Line(hospital, disease, tally))
            together.add(tally)
        if len(own) > 1:
            lines.append(Line(hospital, None, together))
        whole.add(together)
    return [*lines, Line(None, None, whole)] if lines else []


def by_month(found: dict[Key, Tally], months: list[datetime.date]) -> list[Tally]:
    """The sum of each of these months, in their order."""
    sums = {month: Tally() for month in months}
    for (month, _, _), tally in found.items():
        if month in sums:
            sums[month].add(tally)
    return [sums[month] for month in months]


def choices(staff: Staff, first: datetime.date, last: datetime.date) -> tuple[list[Hospital], list[Disease]]:
    """The hospitals and diseases of the stays there are: what the page may be narrowed by."""
    stays = stays_of(staff).filter(discharged_on__range=(first, last))
    cases = Case.objects.everywhere("which diseases there are; nobody is named").filter(stays__in=stays)
    hospitals = Hospital.objects.filter(pk__in=stays.values("hospital")).order_by("code")
    return list(hospitals), list(Disease.objects.filter(pk__in=cases.values("disease")).order_by("position"))
