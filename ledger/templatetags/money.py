"""How pages write amounts, whatever app they belong to."""

from decimal import Decimal

from django import template

from ledger.money import grouped, to_fen

register = template.Library()


@register.filter
def yuan(amount: Decimal | None) -> str:
    """A database amount as 62,480.35; — for none."""
    return "—" if amount is None else grouped(to_fen(amount))


@register.filter
def fen(amount: int | None) -> str:
    """The engine's amount in the same form."""
    return "—" if amount is None else grouped(amount)
