"""Why a bill is not settled, as a code for a hospital's system, a field for a form and a sentence for whoever reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.actions.refusals import Refused


@dataclass(frozen=True)
class Fault:
    """``code`` never changes once published: hospital systems act on it. ``field`` is the form's, empty for the whole bill."""

    code: str
    sentence: str
    field: str = ""


class BillRefused(Refused):
    """The bill cannot be settled; nothing was saved. ``faults`` holds all that stands against it, the first one leads."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__(faults[0].sentence, faults[0].field or None)
        self.faults = tuple(faults)


class KeyUsedDifferently(Refused):
    """The same request number came with another content."""


class SampleOnly(BillRefused):
    """The policy still has numbers that no city official has signed for; it may be tried, not settled with."""
