"""What settling a person's year in the order of discharge would have paid: told, never corrected silently."""

from django.db.models import Q, Sum
from django.db.models.functions import Collate

from settlement.engine.errors import CannotSettle
from settlement.entitlement import state_of, year_of
from settlement.models import PersonYear, Settlement, SettlementLine
from settlement.money import to_fen
from settlement.preparing import bill_from
from settlement.rules import chain_of


def standing_of(person_year: PersonYear):
    """The year's settlements that still count."""
    return Settlement.objects.everywhere("one person's year as a whole").standing().filter(person_year=person_year)


def summed(person_year: PersonYear) -> dict[str, list[int]]:
    """The year's state from its lines: {layer: [base, paid]} in fen. What ``state`` must equal at any moment."""
    lines = SettlementLine.objects.filter(settlement__person_year=person_year, settlement__stands=True)
    sums = lines.order_by().values_list("layer").annotate(Sum("base_yuan"), Sum("amount_yuan"))
    return {layer: [to_fen(base), to_fen(paid)] for layer, base, paid in sums}


def differences(person_year: PersonYear) -> list[dict]:
    """Each settlement whose year so far is not what the order of discharge (then bill number) gives, with the difference.

    {"settlement": pk, "layers": {name: fen more than paid}, "self_pay": fen more than borne, "fault": sentence or ""}.
    """
    settlements = standing_of(person_year).select_related("version").prefetch_related("lines")
    state: dict[str, list[int]] = {}
    found = []
    for settlement in sorted(settlements, key=lambda row: (row.discharged_on, row.bill_no)):
        before = {layer: numbers for layer, numbers in state.items() if any(numbers)}
        chain = chain_of(settlement.version, until=settlement.settled_at)
        try:
            right = chain.share_out(bill_from(settlement.inputs), year_of(state))
        except CannotSettle as error:
            found.append({"settlement": settlement.pk, "layers": {}, "self_pay": 0, "fault": error.sentence})
            continue
        if before != {layer: numbers for layer, numbers in settlement.year_before.items() if any(numbers)}:
            paid = {line.layer: to_fen(line.amount_yuan) for line in settlement.lines.all()}
            layers = {line.terms.layer.name: line.amount - paid[line.terms.layer.name] for line in right.lines}
            changed = {name: more for name, more in layers.items() if more}
            found.append({
                "settlement": settlement.pk, "layers": changed, "self_pay": right.self_pay - to_fen(settlement.self_pay_yuan), "fault": "",
            })  # fmt: skip
        state = state_of(right.year)
    return found


def is_last(settlement: Settlement) -> bool:
    """Whether nothing that stands in the year was discharged after this one (then: bears a higher bill number).

    Numbers are compared by code point, as in every other place, and not in the alphabet of the database's language.
    """
    higher = Q(number__gt=settlement.bill_no)
    after = Q(discharged_on__gt=settlement.discharged_on) | Q(discharged_on=settlement.discharged_on) & higher
    return not standing_of(settlement.person_year).annotate(number=Collate("bill_no", "C")).filter(after).exists()


def mark_differences(person_year: PersonYear, settled: Settlement | None = None) -> None:
    """Look again after a settlement or a reversal; the caller holds the year and saves it.

    ``settled`` is what was just settled: the last of a year that was in order leaves it in order.
    """
    if settled is not None and not person_year.differences and (not settled.year_before or is_last(settled)):
        return
    person_year.differences = differences(person_year)
    person_year.differs = any(row["layers"] or row["fault"] for row in person_year.differences)
