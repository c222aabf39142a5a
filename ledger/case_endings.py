"""What else ends with a case: this floor closes cases, the floors above keep what is planned for them."""

from collections.abc import Callable

from ledger.models import Case, Staff

_then: list[Callable[..., None]] = []


def ended_with(act: Callable[..., None]) -> None:
    """Whoever keeps something that ends with a case says how; ``act(by=, case=)`` runs in the transaction that closes it."""
    if act not in _then:
        _then.append(act)


def end_with(*, by: Staff, case: Case) -> None:
    """The case was closed by this member of staff: end whatever was planned for it."""
    for act in _then:
        act(by=by, case=case)
