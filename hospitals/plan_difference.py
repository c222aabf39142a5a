"""What a version of a plan changed: field by field, in the words of the page."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from hospitals.models import TreatmentPlan
from hospitals.plan_facts import FIELDS, LABELS, SECTIONS
from ledger.money import grouped, to_fen

NOTHING = "—"


@dataclass(frozen=True)
class Difference:
    """One line that is not what it was."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One line as a page shows it, with what the county says of it."""

    name: str
    label: str
    text: str
    remark: str = ""


def words(value: object) -> str:
    """A day in ISO, an amount with its decimals, a phone masked, — for nothing."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return grouped(to_fen(value))
    return str(value) if value else NOTHING


def sections(plan: TreatmentPlan) -> list[tuple[str, list[Line]]]:
    """F3's sections two to four with their lines."""
    said = plan.remarks
    return [
        (title, [Line(name, LABELS[name], words(getattr(plan, name)), said.get(name, "")) for name in names]) for title, names in SECTIONS
    ]


def differences(before: TreatmentPlan, after: TreatmentPlan) -> list[Difference]:
    """The lines in which two versions differ, in F3's order. Phones that look alike under their masks are told apart."""
    found = []
    for name in FIELDS:
        one, other = getattr(before, name), getattr(after, name)
        if one == other:
            continue
        shown = words(other)
        found.append(Difference(name, LABELS[name], words(one), f"{shown}（已改）" if shown == words(one) else shown))
    return found
