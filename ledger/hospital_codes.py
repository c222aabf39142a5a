"""Whether a hospital's code is one: this floor keeps codes on accounts and cases, the hospitals' app knows what they stand for."""

from collections.abc import Callable

_known: list[Callable[[str], bool]] = []


def answered_by(is_hospital: Callable[[str], bool]) -> None:
    """Whoever keeps the hospitals says how to tell; the last to say so answers."""
    _known[:] = [is_hospital]


def is_hospital(code: str) -> bool:
    """Whether there is a hospital of that code. Raises LookupError where nobody keeps hospitals."""
    if not _known:
        raise LookupError("no app has said which hospitals there are: see answered_by()")
    return _known[0](code)
