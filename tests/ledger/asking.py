"""Requests for transfer as tests make them: what the new county types of somebody whom it knows by the card alone."""

import datetime

from ledger import clock
from ledger.actions.transfers import Asked, ask_transfer
from ledger.identity import IdNumber, read_id_number
from ledger.models import Division, Person, Staff, Transfer
from ledger.models.division import Level

MOVED_ON = datetime.date(2017, 10, 10)
CITY_DAY = datetime.date(2017, 10, 26)  # Asked on Friday the 20th: Monday, Tuesday and Wednesday pass, and Thursday is the city's.


def somebody(cast, name: str = "韦桂兰", **facts) -> Person:
    return cast.register(name, on=datetime.date(2017, 9, 1), **facts)


def number_of(person: Person) -> IdNumber:
    return read_id_number(person.id_number.reveal(), clock.today())


def typed(cast, person: Person, **changes) -> Asked:
    """What 鹿寨县 types of somebody registered in 柳城县; of somebody of its own, the other way round."""
    village = cast.village2 if person.county_id == cast.county.pk else cast.village
    said = {
        "number": number_of(person), "name": person.name, "village": village, "address": "1 组 2 号", "moved_on": MOVED_ON,
        "reason": "投靠子女，持迁移证",
    }  # fmt: skip
    return Asked(**said | changes)


def ask(cast, person: Person, *, by: Staff | None = None, **changes) -> Transfer:
    asker = by or (cast.clerk2 if person.county_id == cast.county.pk else cast.clerk)
    return ask_transfer(by=asker, asked=typed(cast, person, **changes))


def third_county(cast) -> Division:
    """融安县 with one village, where nobody of the cast works."""
    county = Division.objects.create(code="450224", name="融安县", level=Level.COUNTY, parent=cast.prefecture)
    town = Division.objects.create(code="450224100", name="长安镇", level=Level.TOWNSHIP, parent=county)
    Division.objects.create(code="450224100201", name="大洲村", level=Level.VILLAGE, parent=town)
    return county


def waiting_transfer(person: Person, *, to: Division, by: Staff) -> Transfer:
    """One that waits for the answer of the person's county, written without asking."""
    return Transfer.objects.create(
        person=person, given_number=str(person.id_number), given_name=person.name, from_county=person.county, to_county=to,
        village=person.village, address="1 组", moved_on=MOVED_ON, reason="投靠子女", asked_at=clock.now(), asked_by=by,
        city_from=CITY_DAY,
    )  # fmt: skip
