"""The one door between yuan in the database and whole fen in the engine."""

from decimal import Decimal

CENT = Decimal("0.01")


def to_fen(amount: Decimal) -> int:
    """Whole fen; raises ValueError for an amount with a third decimal, which nobody can pay."""
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """The same amount as the database keeps it."""
    return (Decimal(fen) / 100).quantize(CENT)
