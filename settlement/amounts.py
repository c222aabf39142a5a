"""Amounts and rates as a sheet prints them: thousands apart, whole yuan without decimals in a rule, never rounded in passing."""

from decimal import Decimal
from functools import lru_cache

from ledger.money import grouped
from settlement.engine.money import MILLION

HUNDRED_MILLION = 100 * MILLION


def of_rule(fen: int) -> str:
    """A rule's amount as its document writes it: 600, 7,500, 13,193.50"""
    return f"{fen // 100:,}" if fen % 100 == 0 else grouped(fen)


def exact(millionths: int) -> str:
    """An amount in millionths of a fen with every decimal it has, two at least: 6,248.035"""
    if millionths % MILLION == 0:
        return grouped(millionths // MILLION)
    return f"{(Decimal(millionths) / HUNDRED_MILLION).normalize():,f}"


def exact_of_rule(millionths: int) -> str:
    """A rule's amount after a multiplier: 7,500 or 6,596.505"""
    return of_rule(millionths // MILLION) if millionths % MILLION == 0 else exact(millionths)


@lru_cache(maxsize=1024)
def percent(millionths: int) -> str:
    """65%, 61.5%"""
    return f"{(Decimal(millionths) * 100 / MILLION).normalize():f}%"


def share(part: int, whole: int) -> str:
    """A part of the whole with one decimal; — of nothing; never 0.0% for something."""
    if not whole:
        return "—"
    tenths = (2000 * part + whole) // (2 * whole)
    return "<0.1%" if part and not tenths else f"{tenths // 10}.{tenths % 10}%"
