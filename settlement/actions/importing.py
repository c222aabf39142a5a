"""A file of bills settled row by row: each once, in the order in which bills cumulate; one that is refused stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass

from hospitals.models import Hospital
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Person, Staff
from settlement.actions.confirming import confirm_shown
from settlement.bill_rows import entry_of, in_order, request_of
from settlement.models import Settlement


@dataclass(frozen=True)
class Outcome:
    """What became of one line: the settlement, or the sentence that refused it."""

    line: int
    settlement: Settlement | None = None
    refused: str = ""


def settle_rows(*, by: Staff, hospital: Hospital, sha256: str, bills: Sequence[dict], self_pay: dict[int, int]) -> list[Outcome]:
    """Settle what the preview showed: ``self_pay`` is the patient's share by line, in fen; a row that comes out otherwise is refused.

    Every row is a transaction of its own under a key of the file and its line, so that the same file settles it once.
    """
    outcomes = []
    for bill in in_order(bills):
        line = bill["line"]
        people = Person.objects.everywhere("found for the preview by the whole number; settling looks at the scope again")
        entry = entry_of(bill, people.select_related("county__parent").bearer(bill["person"]), hospital)
        try:
            settlement = confirm_shown(by=by, entry=entry, request=request_of(by, sha256, bill), self_pay=self_pay[line])
        except Refused as refused:
            outcomes.append(Outcome(line, refused=refused.message))
        else:
            outcomes.append(Outcome(line, settlement))
    settled = sum(outcome.settlement is not None for outcome in outcomes)
    record("bills_imported", by=by, county=by.area.county, detail={"new": settled, "file": sha256[:16]})
    return outcomes
