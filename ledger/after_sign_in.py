"""What else is seen to when somebody signs in: this floor opens the door, the floors above know what may have been left undone."""

import logging
from collections.abc import Callable

from ledger.models import Staff

_then: list[Callable[[Staff], None]] = []
log = logging.getLogger(__name__)


def seen_to_by(act: Callable[[Staff], None]) -> None:
    """Whoever keeps something that must not be forgotten says how it is looked after; ``act(staff)`` runs after each sign-in."""
    if act not in _then:
        _then.append(act)


def see_to(staff: Staff) -> None:
    """Somebody has signed in. Whatever goes wrong here, they are in: it is logged, and the next one who comes by tries again."""
    for act in _then:
        try:
            act(staff)
        except Exception:
            log.exception("after signing in: %s", getattr(act, "__qualname__", act))
