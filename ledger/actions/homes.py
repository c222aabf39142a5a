"""Where a person lives: moving house within the prefecture, on the record."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_person
from ledger.actions.refusals import Refused
from ledger.models import Case, Division, Person, Residence, Staff
from ledger.models.division import Level
from ledger.standing import remake


@transaction.atomic
def move_house(*, by: Staff, person: Person, village: Division, address: str, on: datetime.date, reason: str = "") -> Person:
    """A person lives elsewhere in the prefecture from a day on; their cases go with them, past reports stay.

    Whoever they move away from says so: a county cannot fetch another's people. Raises Refused for a village outside the
    prefecture, a day before the present home began or in the future.
    """
    person = hold_person(person, by)
    if village.level != Level.VILLAGE or village.prefecture != person.county.prefecture:
        raise Refused("没有这个行政村代码。请填 12 位代码，可在“乡镇与村”里查到。", "village_code")
    home = person.residences.filter(during__endswith=None).first()
    if home is None:
        raise Refused("这位患者已迁出本市，不能再改住址。", "on")
    if on > clock.today():
        raise Refused(f"搬迁日期 {on} 晚于今天，请改正。", "on")
    if home.during.lower and on <= home.during.lower:
        raise Refused(f"搬迁日期 {on} 不晚于现住址的起始日期 {home.during.lower}，请改其中一个。", "on")
    before = person.county
    home.during = DateRange(home.during.lower, on)
    home.save(update_fields=["during"])
    township = village.parent
    Residence.objects.create(
        person=person,
        county=township.parent,
        township=township,
        village=village,
        address=address,
        during=DateRange(on, None),
        reason=reason,
    )
    person.county, person.township, person.village, person.address = township.parent, township, village, address
    person.version += 1
    person.save()
    Case.objects.everywhere("a move crosses counties").filter(person=person).update(county=township.parent, township=township)
    text = (
        f"{on} 起搬到{township.parent.label}{township.name}{village.name}"
        if before.pk != township.parent_id
        else f"{on} 起搬到{township.name}{village.name}"
    )
    tell(person, "moved_house", text, by=by, on=on, reason=reason, detail={"from": before.code, "to": township.parent.code})
    remake([person.pk])
    return person
