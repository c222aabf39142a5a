"""Where a person lives: moving house within the prefecture, on the record."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.history import tell, why
from ledger.actions.locking import hold_person
from ledger.actions.refusals import Refused
from ledger.actions.since import refuse_unseen
from ledger.actions.trail import record
from ledger.models import Case, Division, Person, Residence, Staff, Transfer
from ledger.models.division import Level
from ledger.models.transfer import ACCEPTED, ASKED, LAPSED
from ledger.standing import remake


@transaction.atomic
def move_house(
    *, by: Staff, person: Person, village: Division, address: str, on: datetime.date, reason: str = "", seen: int | None = None
) -> Person:
    """A person lives elsewhere in the prefecture from a day on; their cases go with them, past reports stay.

    Whoever they move away from says so: a county cannot fetch another's people, only ask for them (``ledger.actions.transfers``).
    Raises Refused for a village outside the prefecture, a day before the present home began or in the future; Unseen when
    somebody else changed the person since the page that had ``seen`` so much.
    """
    person = hold_person(person, by)
    refuse_unseen(by=by, person_id=person.pk, seen=seen)
    if village.level != Level.VILLAGE or village.prefecture != person.county.prefecture:
        raise Refused("没有这个行政村代码。请填 12 位代码，可在“乡镇与村”里查到。", "village_code")
    before = person.county
    person = take_home(by=by, person=person, village=village, address=address, on=on, reason=reason)
    where = person.county.label if before.pk != person.county_id else ""
    text = f"{on} 起搬到{where}{person.township.name}{village.name}"
    tell(person, "moved_house", text, by=by, on=on, reason=reason, detail={"from": before.code, "to": person.county.code})
    return person


def refuse_home(person: Person, on: datetime.date) -> None:
    """What keeps somebody from living elsewhere from that day. Raises Refused."""
    home = person.residences.filter(during__endswith=None).first()
    if home is None:
        raise Refused("这位患者已迁出本市，不能再改住址。", "on")
    if on > clock.today():
        raise Refused(f"搬迁日期 {on} 晚于今天，请改正。", "on")
    if home.during.lower and on <= home.during.lower:
        raise Refused(f"搬迁日期 {on} 不晚于现住址的起始日期 {home.during.lower}，请改其中一个。", "on")


@transaction.atomic
def take_home(*, by: Staff, person: Person, village: Division, address: str, on: datetime.date, reason: str) -> Person:
    """The move itself, for a person whom the caller holds and whose scope the caller answers for; telling it is the caller's too.

    In another county the cases are nobody's work yet, and what a third county had asked about the person has lapsed.
    """
    refuse_home(person, on)
    home = person.residences.get(during__endswith=None)
    home.during = DateRange(home.during.lower, on)
    home.save(update_fields=["during"])
    township = village.parent
    crosses = person.county_id != township.parent_id
    Residence.objects.create(
        person=person,
        county=township.parent,
        township=township,
        village=village,
        address=address,
        during=DateRange(on, None),
        reason=reason[: Residence._meta.get_field("reason").max_length],
    )
    person.county, person.township, person.village, person.address = township.parent, township, village, address
    person.version += 1
    person.save()
    nobody = {"assigned_to": None} if crosses else {}
    cases = Case.objects.everywhere("a move crosses counties").filter(person=person)
    cases.update(county=township.parent, township=township, **nobody)
    if crosses:
        _let_requests_lapse(by, person)
    remake([person.pk])
    return person


def _let_requests_lapse(by: Staff, person: Person) -> None:
    """Nobody of the old county can answer for the person any more: the county that they moved to has what it asked for, another may ask again."""
    for request in Transfer.objects.everywhere("the person left the county that was asked").filter(person=person, state=ASKED):
        given = request.to_county_id == person.county_id
        request.state, request.answered_at, request.answered_by = ACCEPTED if given else LAPSED, clock.now(), by
        request.answer = "转出方已办理搬迁。" if given else "患者已另行搬迁，不在原县（区）了。"
        request.save(update_fields=["state", "answered_at", "answered_by", "answer"])
        record(
            "transfer_accepted" if given else "transfer_lapsed",
            by=by,
            subject=request,
            county=request.to_county,
            detail=why(request.answer),
        )
