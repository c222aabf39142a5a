"""From which day kept data may still change: this floor keeps lists and names, the reports' app knows which months were submitted."""

import datetime
from collections.abc import Callable, Iterable

from ledger.models import Division

_known: list[Callable] = []


def answered_by(first_open_day: Callable) -> None:
    """Whoever keeps the months' returns says from which day on none was submitted; the last to say so answers."""
    _known[:] = [first_open_day]


def first_open_day(prefectures: Iterable[Division], *, hold: bool = False) -> datetime.date | None:
    """The day after the cut-off of the last month that any county of these prefectures has submitted; None where none has.

    With ``hold`` nobody submits another month until the transaction ends. Raises LookupError where nobody keeps returns.
    """
    if not _known:
        raise LookupError("no app has said which months were submitted: see answered_by()")
    return _known[0](list(prefectures), hold=hold)
