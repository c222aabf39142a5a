"""Two at once at one plan: one is answered or taken back, not both; two liaisons write one version; nothing is agreed for a case just closed.

The switch: with the locks taken away, the defect is back and is seen.
"""

import pytest
from django.db import IntegrityError

from hospitals import planning
from hospitals.models import TreatmentPlan
from ledger.actions import cases
from ledger.models import Case
from tests.hospitals.plans import TODAY, facts, filed, fresh, plans_of, waiting
from tests.racing import at_once, faults, said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(cast) -> Case:
    return waiting(cast)


def without_locks(monkeypatch) -> None:
    """The switch: plans and cases are looked up and not held."""
    related = ("person", "disease", "county__parent")

    def bare(plan, by):
        return TreatmentPlan.objects.visible_to(by).select_related("hospital", *(f"case__{name}" for name in related)).get(pk=plan.pk)

    monkeypatch.setattr(planning, "_hold", bare)
    monkeypatch.setattr(planning, "hold_case", lambda case, by: Case.objects.visible_to(by).select_related(*related).get(pk=case.pk))


def answering(cast, case) -> list:
    plan = filed(cast, case)
    return at_once(
        lambda: planning.accept_plan(by=cast.clerk, plan=plan),
        lambda: planning.return_plan(by=cast.lead, plan=plan, remarks={"": "请补检查"}),
    )


def test_a_plan_is_answered_once(cast, case):
    assert said(answering(cast, case)) == ["done", "这份方案现在是“已同意”，不能办“退回修改”。请刷新后再看。"]
    assert plans_of(case) == [(1, "accepted")] and fresh(case).state == "planned"


def test_without_the_locks_a_plan_is_agreed_and_returned(cast, case, monkeypatch):
    without_locks(monkeypatch)
    assert said(answering(cast, case)) == ["done", "done"]
    assert plans_of(case) == [(1, "returned")] and fresh(case).state == "planned"  # Planned by a plan that was returned.


def taking_back(cast, case) -> list:
    plan = filed(cast, case)
    return at_once(lambda: planning.withdraw_plan(by=cast.liaison, plan=plan), lambda: planning.accept_plan(by=cast.clerk, plan=plan))


def test_what_was_taken_back_is_not_agreed(cast, case):
    assert taking_back(cast, case)[0].state == "draft"
    assert plans_of(case) == [(1, "draft")] and fresh(case).state == "verified"


def test_without_the_locks_what_was_taken_back_is_agreed_but_for_the_database(cast, case, monkeypatch):
    without_locks(monkeypatch)
    answers = taking_back(cast, case)
    assert [type(answer) for answer in answers] == [TreatmentPlan, IntegrityError] and "plan_filed_before_answered" in str(answers[1])


def writing(cast, case) -> list:
    def save(word: str):
        return lambda: planning.save_plan(by=cast.liaison, case=case, facts=facts(prognosis=word), seen="new")

    return at_once(save("视力提高"), save("预后良好"))


def test_two_liaisons_write_one_first_version(cast, case):
    assert said(writing(cast, case)) == ["done", "您打开之后，这份方案已有变动。请先看过现在的方案，再填写。"]
    assert plans_of(case) == [(1, "draft")]


def test_without_the_locks_only_the_database_keeps_them_apart(cast, case, monkeypatch):
    without_locks(monkeypatch)
    answers = writing(cast, case)
    assert [type(answer) for answer in answers] == [TreatmentPlan, IntegrityError]
    assert faults(answers, IntegrityError) == []


def closing(cast, case) -> list:
    plan = filed(cast, case)
    close = {"case": case, "outcome": "refused", "reason": "不愿手术", "on": TODAY}
    return at_once(lambda: cases.close_case(by=cast.lead, **close), lambda: planning.accept_plan(by=cast.clerk, plan=plan))


def test_nothing_is_agreed_for_a_case_just_closed(cast, case):
    answers = closing(cast, case)
    assert said(answers) == ["done", "这份方案现在是“已作废”，不能办“同意方案”。请刷新后再看。"]
    assert (fresh(case).state, plans_of(case)) == ("closed", [(1, "cancelled")])
