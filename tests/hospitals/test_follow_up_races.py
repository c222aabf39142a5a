"""Two at once at one visit or one case: the second waits and hears a sentence; no visit is made twice, none is planned for a closed case.

The switch: with the locks taken away, the defect is back and is seen.
"""

import datetime

import pytest

from hospitals import actions, visits
from hospitals.models import FollowUp
from hospitals.visits import plan_visit, record_visit
from ledger.actions import cases
from ledger.models import Case
from tests.cast import on_day
from tests.racing import at_once, said

pytestmark = pytest.mark.django_db(transaction=True)
D = datetime.date
TODAY = D(2017, 10, 20)


@pytest.fixture
def case(cast) -> Case:
    """韦桂兰, 白内障, out of hospital since 13 October, with a visit planned for the 27th."""
    person = cast.register("韦桂兰", on=D(2017, 9, 1))
    with on_day(D(2017, 10, 13)):
        case = cases.verify_case(by=cast.clerk, case=cast.case_of(person))
        stay = actions.admit(by=cast.clerk, case=case, hospital=cast.hospital, on=D(2017, 10, 9))
        actions.discharge(by=cast.clerk, stay=stay, on=D(2017, 10, 13), completed=True)
    case = cast.case_of(person)
    plan_visit(by=cast.clerk, case=case, due_on=D(2017, 10, 27), visitor="township")
    return case


def without_locks(monkeypatch) -> None:
    """The switch: visits and cases are looked up and not held."""

    def bare(visit, by):
        found = FollowUp.objects.visible_to(by).select_related("stay", "case__person", "case__disease", "case__county").get(pk=visit.pk)
        return found, found.case

    monkeypatch.setattr(visits, "_hold", bare)
    monkeypatch.setattr(
        visits,
        "hold_case",
        lambda case, by: Case.objects.visible_to(by).select_related("person", "disease", "county__parent").get(pk=case.pk),
    )


def recording(cast, case) -> list:
    visit = FollowUp.objects.everywhere("test").get(case=case)
    told = {"visit": visit, "on": TODAY, "way": "home", "text": ""}
    return at_once(
        lambda: record_visit(by=cast.township, finding="better", **told), lambda: record_visit(by=cast.clerk, finding="worse", **told)
    )


def test_a_visit_is_recorded_once(cast, case):
    assert said(recording(cast, case)) == ["done", "这次随访已在 2017-10-20 登记。请刷新后再看。"]
    assert FollowUp.objects.everywhere("test").get().finding == "better"
    assert case.events.filter(move="visit_made").count() == 1


def test_without_the_lock_it_is_recorded_twice(cast, case, monkeypatch):
    without_locks(monkeypatch)
    assert said(recording(cast, case)) == ["done", "done"]
    assert case.events.filter(move="visit_made").count() == 2


def closing(cast, case) -> list:
    return at_once(
        lambda: cases.close_case(by=cast.lead, case=case, outcome="cured", reason="视力恢复", on=TODAY),
        lambda: plan_visit(by=cast.clerk, case=case, due_on=D(2017, 11, 10), visitor="township"),
    )


def still_open(case) -> int:
    return FollowUp.objects.everywhere("test").filter(case=case).open().count()


def test_nobody_is_visited_for_a_case_that_is_being_closed(cast, case):
    assert said(closing(cast, case)) == ["done", "白内障的状态是“已销号”，治疗开始以后、销号以前才能安排随访。"]
    assert still_open(case) == 0


def test_without_the_lock_a_closed_case_is_visited(cast, case, monkeypatch):
    without_locks(monkeypatch)
    assert said(closing(cast, case)) == ["done", "done"]
    assert still_open(case) == 1
