"""What is true of the person and the hospital on the discharge day."""

from typing import NamedTuple


class Facts(NamedTuple):
    """Codes only; ``flags`` holds the names of those that are yes."""

    categories: frozenset[str]
    disease: str
    hospital_level: str
    insurance_plan: str
    flags: frozenset[str]
