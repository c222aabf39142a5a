"""Never by who prepared it alone, unless the county has one person and the city allows it."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from ledger.actions.refusals import Refused
from ledger.models import Staff
from reports.actions import allow_alone, end_alone
from reports.models import OnePersonCounty, Submission
from tests.cast import on_day
from tests.handing_in import make_ready
from tests.reports.conftest import day
from tests.reports.return_stories import BOTH, OCTOBER, submitted, trail

pytestmark = pytest.mark.django_db
WHY = "另一位同志借调"


@pytest.fixture
def alone(cast, dues) -> None:
    """柳城县 without its clerk: the lead is the only one."""
    Staff.objects.filter(pk=cast.clerk.pk).update(is_active=False)


def ready(cast) -> None:
    make_ready(cast.county, OCTOBER, BOTH, by=cast.lead)


def test_whoever_found_it_right_does_not_submit_it(cast, dues):
    ready(cast)
    with pytest.raises(Refused, match="F1 是您自己核对的，请由另一位人员核对后再提交。"):
        submitted(cast)
    assert not Submission.objects.everywhere("a test").exclude(state="checked").exists()


def test_another_lead_may(cast, dues):
    ready(cast)
    other = Staff.objects.create_user("lead-450222-2", "x", full_name="罗志强", role="lead", area=cast.county)
    assert {(one.prepared_by, one.submitted_by, one.alone) for one in submitted(cast, by=other)} == {(cast.lead, other, False)}


def test_one_person_needs_the_citys_word(cast, alone):
    ready(cast)
    with pytest.raises(Refused, match="F1 是您自己核对的。柳城县只有一位人员的，请市级同意“一人办理”后再提交。"):
        submitted(cast)
    allow_alone(by=cast.city, county=cast.county, reason=WHY)
    assert {(one.prepared_by, one.submitted_by, one.alone) for one in submitted(cast)} == {(cast.lead, cast.lead, True)}
    assert trail("return_alone_allowed") == [("return_alone_allowed", cast.city.username, "450222", None, None)]


def test_the_citys_word_is_not_for_a_county_with_two(cast, alone):
    allow_alone(by=cast.city, county=cast.county, reason=WHY)
    Staff.objects.filter(pk=cast.clerk.pk).update(is_active=True)
    ready(cast)
    with pytest.raises(Refused, match="请由另一位人员核对后再提交。"):
        submitted(cast)
    with pytest.raises(Refused, match="鹿寨县有 2 位经办人和负责人，不用一人办理。"):
        allow_alone(by=cast.city, county=cast.county2, reason=WHY)


def test_it_holds_from_a_day_until_it_is_ended(cast, alone):
    leave = allow_alone(by=cast.city, county=cast.county, reason=WHY, since=day("10-21"))
    ready(cast)
    with pytest.raises(Refused, match="请市级同意“一人办理”后再提交。"):
        submitted(cast)
    with on_day(day("10-22")):
        assert end_alone(by=cast.city, leave=leave).until == day("10-21")
        with pytest.raises(Refused, match="请市级同意“一人办理”后再提交。"):
            submitted(cast)
        with pytest.raises(Refused, match="一人办理已经终止。请刷新后再看。"):
            end_alone(by=cast.city, leave=leave)
    with on_day(day("10-21")):
        assert {one.alone for one in submitted(cast)} == {True}


def test_one_that_has_not_begun_never_holds_and_one_of_today_holds_today(cast, alone):
    ready(cast)
    end_alone(by=cast.city, leave=allow_alone(by=cast.city, county=cast.county, reason=WHY, since=day("10-23")))
    assert not OnePersonCounty.objects.everywhere("a test").exists() and len(trail("return_alone_ended")) == 1
    with on_day(day("10-23")), pytest.raises(Refused, match="请市级同意“一人办理”后再提交。"):
        submitted(cast)
    leave = allow_alone(by=cast.city, county=cast.county, reason=WHY)
    client = Client()
    client.force_login(cast.city)
    answer = client.post(f"/asked/alone/{leave.pk}/end/", follow=True)
    assert "柳城县一人办理到今天为止，明天起由两个人办理。" in answer.content.decode()
    with on_day(day("10-21")), pytest.raises(Refused, match="请市级同意“一人办理”后再提交。"):
        submitted(cast)


def test_who_allows_it_and_with_what_words(cast, alone):
    for who in (cast.lead, cast.operator):
        with pytest.raises(Refused, match="一人办理由所属市级同意。"):
            allow_alone(by=who, county=cast.county, reason=WHY)
    with pytest.raises(Refused, match="请写明原因。"):
        allow_alone(by=cast.city, county=cast.county, reason=" ")
    leave = allow_alone(by=cast.city, county=cast.county, reason=WHY)
    with pytest.raises(Refused, match="柳城县已经可以一人办理。"):
        allow_alone(by=cast.city, county=cast.county, reason=WHY)
    with pytest.raises(Refused, match="一人办理由所属市级终止。"):
        end_alone(by=cast.lead, leave=leave)
    assert OnePersonCounty.objects.everywhere("a test").count() == 1


def test_the_database_has_the_last_word(cast, dues):
    ready(cast)
    kept = Submission.objects.everywhere("a test").filter(due__form="F1")
    with pytest.raises(IntegrityError, match="two_people_prepare_and_submit"), transaction.atomic():
        kept.update(state="submitted", submitted_by=cast.lead, submitted_at="2017-10-20T10:00:00Z")
