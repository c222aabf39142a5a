"""Why a bill cannot be settled: one type for each kind of reason, each naming the column it concerns."""


class CannotSettle(Exception):
    """A bill or a policy that the chain refuses; ``field`` is the input column."""

    def __init__(self, field: str, sentence: str):
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


class MissingRule(CannotSettle):
    """The policy has no row for what the bill says."""


class UnknownCode(CannotSettle):
    """A category or disease that is on no list."""


class NotInForce(CannotSettle):
    """The bill was discharged before the policy's first day."""


class WrongAmount(CannotSettle):
    """Amounts or dates that contradict each other."""


class ConservationBroken(Exception):
    """The shares do not add up to the bill: the computation stops rather than go on wrong."""
