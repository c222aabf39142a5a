"""Another county's data changes no byte of a county's pages."""

import datetime
import re

import pytest
from django.test import Client
from psycopg2.extras import DateRange

from config.access import TABLE
from hospitals.models import Stay
from ledger import clock
from ledger.models import Case
from reports.models import DueRule
from settlement.actions.checking import check_again
from tests.config.access_addresses import address_of
from tests.config.access_world import not_this_one
from tests.settlement.kept import kept_settlement
from tests.settlement.statement_world import kept_between_payers

SAME_PAGES = [
    "reports:workbench", "ledger:case-list", "ledger:case-export", "ledger:find", "ledger:register", "ledger:people-import", "ledger:person", "ledger:timeline", "ledger:person-edit",
    "ledger:divisions", "hospitals:list", "hospitals:stays", "reports:months", "reports:month", "reports:list-f2", "reports:list-roster",
    "reports:people", "reports:preview", "reports:baseline", "settlement:records", "settlement:of-person", "settlement:order",
    "settlement:record", "settlement:calculation-sheet", "settlement:settlement-sheet", "settlement:bill", "settlement:benefit",
    "statements:list", "statements:disputes", "statements:statement", "statements:resolve", "statements:dispute",
    "reports:f6-periods", "reports:f6", "hospitals:contacts", "statements:checks", "statements:check-bill", "statements:check-import", "ledger:transfers", "ledger:holidays", "ledger:id-number",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["clerk", "lead", "township", "civil", "insurance", "finance", "liaison"])
def test_another_countys_data_changes_no_byte_of_our_pages(cast, role, time_machine):
    time_machine.move_to(datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC), tick=False)
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=datetime.date(2017, 8, 1))
    own = cast.register("石永福", found_on=datetime.date(2017, 10, 1))
    world = {"county": "450222", "fact": 0, "stay": 0, "staff": 0, "village": 0} | _between_payers(
        cast, own, cast.hospital, cast.clerk, "ZY0001"
    )
    staff = getattr(cast, role)
    names = [name for name in SAME_PAGES if TABLE[name].allows(staff.role) and not not_this_one(name, staff.role, "GET")]

    def pages() -> dict[str, str]:
        client = Client()
        client.force_login(staff)
        texts = {}
        for name in names:
            answer = client.get(address_of(name, world), follow=True)
            assert answer.status_code == 200, name
            texts[name] = _without_tokens(answer.content.decode())
        return texts

    # Another county's patients of the same hospital; for a liaison, those of another hospital.
    elsewhere = cast.city_hospital if role == "liaison" else cast.hospital
    pages()  # The first visit writes what the second shows (a draft, a trail row): compare from the second on.
    before = pages()
    for name, day in [("石永福", 3), ("韦桂兰", 4), ("莫秀英", 5)]:
        stranger = cast.register(name, village=cast.village2, found_on=datetime.date(2017, 10, day), on=datetime.date(2017, 10, day))
        cast.treat(stranger, on=datetime.date(2017, 10, 18), hospital=elsewhere)
        _between_payers(cast, stranger, elsewhere, cast.clerk2, f"ZY000{day}", month=datetime.date(2017, day, 1))
        check_again(by=cast.lead2)
    stranger.categories.update(during=DateRange(datetime.date(2016, 1, 1), datetime.date(2017, 10, 19)))
    assert pages() == before


def _between_payers(cast, person, hospital, clerk, bill_no: str, month: datetime.date = datetime.date(2017, 9, 1)) -> dict:
    """A settlement, a statement with a dispute, and a bill paid elsewhere of somebody treated there; their ids."""
    case = person.cases.get()
    Case.objects.everywhere("set-up").filter(pk=case.pk).update(
        state="in_treatment", hospital_code=hospital.code, hospital_name=hospital.name
    )
    stay = Stay.objects.create(
        case=case, hospital=hospital, admitted_on=datetime.date(2017, 10, 2), discharged_on=datetime.date(2017, 10, 5),
        recorded_at=clock.now(), recorded_by=clerk,
    )  # fmt: skip
    settlement = kept_settlement(stay, by=cast.liaison, bill_no=bill_no)
    kept = kept_between_payers(person, hospital, by=clerk, bill_no=f"WF-{bill_no}", month=month)
    return kept | {"person": person.pk, "case": case.pk, "settlement": settlement.pk}


def _without_tokens(text: str) -> str:
    """Without the CSRF token and the nonce, which differ at every answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r"X-CSRFToken&quot;: &quot;[^&]+|\"X-CSRFToken\": \"[^\"]+\"", "", text)
    return re.sub(r'nonce="[^"]+"', "", text)
