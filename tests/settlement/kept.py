"""A settlement as a row, for tests that need one to be there and not how it came about."""

from hospitals.models import Stay
from ledger.models import Staff
from settlement.actions.loading import load_shipped
from settlement.actions.settling import _write
from settlement.entitlement import state_of
from settlement.models import PersonYear, PolicyArea, Settlement
from settlement.preparing import BillEntry, prepare
from tests.settlement.window import YUAN


def kept_settlement(stay: Stay, *, by: Staff, bill_no: str = "ZY0001", total: int = 10_000 * YUAN, **amounts: int) -> Settlement:
    """A closed stay settled as the engine settles it, whatever the ledger still lacks; written as the action writes it."""
    load_shipped()
    case = stay.case
    entry = BillEntry(
        person=case.person, disease=case.disease, hospital=stay.hospital, bill_no=bill_no, admitted_on=stay.admitted_on,
        discharged_on=stay.discharged_on, total=total, in_policy=total, **amounts,
    )  # fmt: skip
    year, _ = PersonYear.objects.get_or_create(person=case.person, area=PolicyArea.of(case.county), year=stay.discharged_on.year)
    prepared = prepare(by=by, entry=entry)
    prepared.stay = stay
    settlement = _write(by, prepared, year)
    year.state = state_of(prepared.result.year)
    year.save(update_fields=["state"])
    return settlement
