"""The cast itself: a person registered by it counts, and a flush that meets the append-only triggers leaves a clean house."""

import datetime

import pytest
from django.conf import settings
from django.db import connection

from ledger.models import AuditEvent, Category, Disease, Person, Standing
from tests.cast import PASSWORD

DAY = datetime.date(2017, 10, 9)


def test_the_tests_have_a_server_and_a_day_of_their_own(db):
    assert datetime.date(2017, 10, 20) == settings.BUSINESS_DATE
    assert connection.settings_dict["NAME"].startswith("test_ledger_")
    assert settings.DATABASE_ROLE == "owner"


def test_a_registered_and_treated_person_stands_in_the_derived_table(cast):
    person = cast.register("韦桂兰", category=Category.REGISTERED_POOR, disease="cataract", found_on=DAY, on=DAY)
    case = cast.treat(person, on=datetime.date(2017, 10, 18))
    assert (case.state, case.registered_on, case.completed_on) == ("treated", DAY, datetime.date(2017, 10, 18))
    row = Standing.objects.get()
    assert (row.person_id, row.county.code, row.group.name, row.registered_poor, row.civil_verified, row.completed_on) == (
        person.pk, "450222", "白内障", True, False, datetime.date(2017, 10, 18),
    )  # fmt: skip
    assert (row.during.lower, row.during.upper) == (DAY, None)
    assert cast.clerk.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", [1, 2])
def test_a_transactional_test_is_emptied_after_itself(cast, time):
    assert Person.objects.everywhere("test").count() == 0 and AuditEvent.objects.count() == 0
    cast.register("覃福生")
    assert Person.objects.everywhere("test").count() == 1 and AuditEvent.objects.count() > 0


def test_reference_is_there_again_after_a_flush(cast):
    assert Disease.objects.count() == 35
