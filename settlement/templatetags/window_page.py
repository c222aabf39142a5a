"""How the window's pages write amounts."""

import datetime

from django import template
from django.forms import BoundField

from ledger import clock
from ledger.templatetags.ledger_page import field
from ledger.templatetags.money import fen, yuan
from settlement.amounts import grouped

register = template.Library()


register.filter(yuan)
register.filter(fen)


@register.filter
def more_or_less(amount: int) -> str:
    """A difference with its sign: +1,296.00, −1,296.00"""
    return ("+" if amount > 0 else "−" if amount < 0 else "") + grouped(abs(amount))


@register.filter
def waited(day: datetime.date) -> str:
    """How long ago that was, in days."""
    days = (clock.today() - day).days
    return f"{days} 天" if days else "今天"


@register.filter
def limit_hint(document: str) -> str:
    return f"限额表：{document}"


@register.inclusion_tag("components/_field.html")
def asking(bound: BoundField, address: str) -> dict:
    """A field whose change asks for the fields anew: what follows from it is filled in."""
    return field(
        bound, hx_post=address, hx_trigger="change", hx_include="closest form", hx_target="#bill-fields", hx_swap="innerHTML show:none"
    )
