"""What the stories of the work list share: its pieces as a table, and somebody in hospital."""

import datetime

from hospitals.actions import admit, choose_hospital, discharge
from ledger.actions.cases import verify_case
from ledger.models import Case
from reports.work_kinds import BY_CODE
from reports.work_lists import pieces, waiting
from settlement.actions.loading import load_shipped
from tests.cast import on_day

D = datetime.date
LIST = "/work/"


def day(number: int) -> D:
    return D(2017, 10, number)


def listed(kind: str, staff, **how) -> list[tuple]:
    """The pieces of a kind: whose, what, since when, how many days, too long or not."""
    return [(one.person.name, one.what, str(one.since), one.days, one.late) for one in pieces(BY_CODE[kind], staff, **how)[0]]


def told(staff) -> dict[str, tuple]:
    """Every kind of which something waits: (number, oldest, too long)."""
    return {one.kind.code: (one.number, str(one.oldest), one.late) for one in waiting(staff) if one.number}


def in_hospital(cast, name: str, on: D, **facts) -> Case:
    """Somebody admitted on that day to the county's hospital."""
    person = cast.register(name, on=on - datetime.timedelta(days=1), **facts)
    with on_day(on):
        case = verify_case(by=cast.clerk, case=cast.case_of(person))
        case = choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
        admit(by=cast.liaison, case=case, hospital=cast.hospital, on=on)
    return cast.case_of(person)


def leave(cast, case: Case, on: D) -> None:
    with on_day(on):
        discharge(by=cast.liaison, stay=case.stays.visible_to(cast.liaison).get(), on=on)


def one_planned_one_discharged(cast) -> None:
    """What waits for the hospital: somebody to be admitted, and a stay to be settled."""
    load_shipped({})
    planned = cast.register("待入院的", on=day(9))
    with on_day(day(11)):
        case = verify_case(by=cast.clerk, case=cast.case_of(planned))
        choose_hospital(by=cast.clerk, case=case, hospital=cast.hospital)
    leave(cast, in_hospital(cast, "出院的", day(2)), day(16))
