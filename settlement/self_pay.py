"""Tells the hospitals' app what the patient pays of a stay by the settlement that stands."""

from hospitals.models import Stay
from settlement.models import Settlement
from settlement.money import to_fen


def self_pay_of(stay: Stay) -> int | None:
    """In fen; None where no settlement of the stay stands: none was made, or it was reversed."""
    standing = Settlement.objects.everywhere("the stay is scoped by whoever asks").standing().filter(stay=stay)
    amount = standing.values_list("self_pay_yuan", flat=True).first()
    return None if amount is None else to_fen(amount)
