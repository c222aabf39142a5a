"""资料变更: what the city changed, for the city and its counties, by pages and by kind; nobody edits it."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger.actions.data_changes import note_change
from ledger.models import AuditEvent, DataChange, Division, Staff
from ledger.models.division import Level
from ledger.trail_words import detail_words
from tests.ledger.desks import client_of

PAGE = "/ledger/data-changes/"


def change(cast, number: int, kind: str = "unit", by=None) -> DataChange:
    return note_change(by=by or cast.city, kind=kind, subject=f"对象{number}", text=f"改动{number}", document=f"文{number}号")


def shown(response) -> list[int]:
    return [int(number) for number in re.findall(r"<td>对象(\d+)</td>", response.content.decode())]


def test_city_and_counties_read_what_was_changed_newest_first(cast):
    for number in range(3):
        change(cast, number, ("coverage", "disease", "unit")[number])
    for reader in (cast.city, cast.clerk, cast.lead2):
        assert shown(client_of(reader).get(PAGE)) == [2, 1, 0]
    page = client_of(cast.clerk).get(PAGE, {"kind": "disease"})
    assert shown(page) == [1] and "<td>文1号</td>" in page.content.decode() and "林海燕" in page.content.decode()
    assert shown(client_of(cast.clerk).get(PAGE, {"kind": "\0"})) == [2, 1, 0]
    assert client_of(cast.township).get(PAGE).status_code == 404


def test_the_trail_says_which_data_and_by_which_document(cast):
    change(cast, 1, "follow-up-rule")
    assert detail_words(AuditEvent.objects.get(action="data_changed")) == "随访规则，对象1，依据 文1号"


def test_another_prefectures_changes_are_not_told(cast):
    laibin = Division.objects.create(code="451300", name="来宾市", level=Level.PREFECTURE)
    other = Staff.objects.create(username="city-451300-1", full_name="黄秀莲", role="city", area=laibin, must_change_password=False)
    change(cast, 1)
    change(cast, 2, by=other)
    assert shown(client_of(cast.city).get(PAGE)) == [1] and shown(client_of(other).get(PAGE)) == [2]


def test_pages_by_key_lead_there_and_back(cast):
    for number in range(120):
        change(cast, number, "unit" if number % 2 else "disease")
    desk = client_of(cast.city)

    def follow(page, words: str):
        link = re.search(rf'href="\?([^"]+)">{words}', page.content.decode())
        return desk.get(f"{PAGE}?{link[1].replace('&amp;', '&')}") if link else None

    first = desk.get(PAGE)
    second = follow(first, "较早的")
    third = follow(second, "较早的")
    assert [shown(page)[::49] for page in (first, second)] == [[119, 70], [69, 20]] and shown(third) == list(range(19, -1, -1))
    assert follow(third, "较早的") is None and follow(first, "较新的") is None
    assert shown(follow(third, "较新的")) == shown(second) and shown(follow(second, "较新的")) == shown(first)
    narrowed = follow(desk.get(PAGE, {"kind": "unit"}), "较早的")
    assert shown(narrowed) == list(range(19, 0, -2))
    assert shown(desk.get(PAGE, {"before": "999999999"})) == shown(desk.get(PAGE, {"after": "x"})) == shown(first)


def test_the_list_asks_as_much_for_fifty_as_for_one(cast):
    desk = client_of(cast.city)
    change(cast, 1)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(PAGE)
        return len(queries)

    asked()
    one = asked()
    for number in range(60):
        change(cast, number)
    assert asked() == one


def test_a_change_stays_as_it_was_noted(cast):
    change(cast, 1)
    for act in (lambda: DataChange.objects.update(text="别的"), lambda: DataChange.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert DataChange.objects.get().text == "改动1"
