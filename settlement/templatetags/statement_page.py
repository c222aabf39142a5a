"""How statements and the check write amounts: thousands apart, a true minus sign, nothing for what is not there."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def signed(amount: Decimal | int | None) -> str:
    """7,680.00, −7,680.00; — for none."""
    if amount is None:
        return "—"
    return f"{'−' if amount < 0 else ''}{abs(amount):,.2f}"


@register.filter
def of_layer(amounts: dict, layer: str) -> str:
    """A row's amount of a layer; — where the settlement has none."""
    return signed(amounts.get(layer))


@register.filter
def chinese_month(month) -> str:
    return f"{month.year} 年 {month.month} 月"
