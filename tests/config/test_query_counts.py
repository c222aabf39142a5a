"""No page asks the database more often because it has more to show: every page of every role with few people and with many.

The switch: a list that looks up each of its rows' people is seen at once.
"""

import datetime

import pytest
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.access import TABLE
from hospitals.models import FollowUp, Stay
from ledger import clock
from ledger.actions.cases import admit_case, complete_case, plan_case, verify_case
from ledger.actions.categories import verify_category
from ledger.models import Case, Category, Role
from tests.cast import Cast
from tests.config.access_world import NAMES, PUBLIC, ROLE_STAFF, SIGNED, World
from tests.ledger.importing.lists import waiting_upload
from tests.settlement.kept import kept_settlement

FEW, MANY = 12, 42  # Six are one of each kind in one county, the next six in the other.
D = datetime.date
# Addresses that start work, end a session or send the reader elsewhere are no lists.
NO_PAGES = {"account:logout"}


def add_people(cast: Cast, count: int, start: int) -> None:
    """People of both counties, half with two diseases, in every state that waits for somebody, with stays, visits and settlements."""
    for number in range(start, start + count):
        village = cast.village2 if number // 6 % 2 else cast.village
        person = cast.register(
            f"韦{'福生桂兰玉'[number % 5]}{number}", born_on=D(1950, 1, 1) + datetime.timedelta(number), disease="gastric-cancer",
            category=Category.DIBAO if number % 2 else Category.REGISTERED_POOR, village=village, found_on=D(2017, 9, 1), on=D(2017, 9, 1),
        )  # fmt: skip
        lead = cast.lead if village == cast.village else cast.lead2
        if number % 6 == 5:
            verify_category(by=cast.civil if village == cast.village else cast.civil2, fact=person.categories.get())
        walk(cast, cast.case_of(person), lead, number)
        if number % 2:
            cast_entry = cast.entry("cataract", D(2017, 10, 1))
            Case.objects.everywhere("set-up").create(
                person=person, disease=cast_entry.disease, county=person.county, township=person.township, state="found",
                found_on=cast_entry.found_on, found_how="入户排查", changed_at=clock.now(),
            )  # fmt: skip
    if start:
        for _ in range(count):
            waiting_upload(cast.clerk)


def walk(cast: Cast, case: Case, lead, number: int) -> None:
    """Some stay where they were registered, some go on."""
    place = {"hospital_code": cast.hospital.code, "hospital_name": cast.hospital.name}
    if number % 3 == 0:
        return
    case = plan_case(by=lead, case=verify_case(by=lead, case=case), **place)
    if number % 3 == 1:
        return
    case = admit_case(by=lead, case=case, on=D(2017, 10, 2), **place)
    stay = Stay.objects.create(
        case=case,
        hospital=cast.hospital,
        admitted_on=D(2017, 10, 2),
        discharged_on=D(2017, 10, 8),
        recorded_at=clock.now(),
        recorded_by=lead,
    )
    FollowUp.objects.create(case=case, stay=stay, due_on=D(2017, 10, 15), visitor="township", planned_at=clock.now(), planned_by=lead)
    kept_settlement(stay, by=cast.liaison, bill_no=f"QC{number:04d}")
    if number % 2:
        complete_case(by=lead, case=case, on=D(2017, 10, 8))


def looked_at(client: Client, address: str) -> tuple[int, int]:
    """The status of the answer and how many statements it took."""
    reset_queries()  # Django remembers the last 9,000 only.
    with CaptureQueriesContext(connection) as asked:
        status = client.get(address).status_code
    return status, len(asked)


def counted(cast: Cast, world: World, role: str, few: dict[tuple[str, str], int]) -> dict[str, int]:
    """How many statements each page of a role takes, once it is warm: a page that at once takes as many as with few needs no second look."""
    client, found = Client(raise_request_exception=False), {}
    client.force_login(getattr(cast, ROLE_STAFF[role]))
    for name in NAMES:
        rule = TABLE[name]
        if name in PUBLIC | SIGNED | NO_PAGES or not rule.allows(role) or "GET" not in rule.methods.split():
            continue
        address = world.address(name, world.own)
        status, asked = looked_at(client, address)
        if status != 200:
            continue
        if asked != few.get((str(role), name)):
            _, asked = looked_at(client, address)
        found[name] = asked
    return found


def of_all_roles(cast: Cast, world: World, few: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {(str(role), name): number for role in Role for name, number in counted(cast, world, role, few).items()}


@pytest.mark.django_db
def test_no_page_asks_more_often_because_it_shows_more(cast, world):
    add_people(cast, FEW, 0)
    few = of_all_roles(cast, world, {})
    add_people(cast, MANY - FEW, FEW)
    many = of_all_roles(cast, world, few)
    assert len(few) > 150 and {page: (few[page], many.get(page)) for page in few if few[page] != many.get(page)} == {}
