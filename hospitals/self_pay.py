"""What the patient pays of a stay by its settlement: this floor keeps what is owed, the one above knows how the bill was shared out."""

from collections.abc import Callable

from hospitals.models import Stay

_known: list[Callable[[Stay], int | None]] = []


def answered_by(settled: Callable[[Stay], int | None]) -> None:
    """Whoever settles bills says how to tell; the last to say so answers."""
    _known[:] = [settled]


def settled_self_pay(stay: Stay) -> int | None:
    """The patient's own part in fen, by the settlement that stands; None where the stay was not settled here."""
    return _known[0](stay) if _known else None
