"""Two records of one person with treatment plans: one line of versions goes on, and undoing puts each back."""

from hospitals import planning
from hospitals.merging.plans import lines as lines_of
from hospitals.models import TreatmentPlan
from ledger.merging.plan import plan_merge
from ledger.models import Case
from tests.hospitals.plans import plans_of
from tests.ledger.registered_twice import twice
from tests.ledger.test_cases import refused
from tests.ledger.two_records import everything, fresh, merge, undo


def written(cast, case: Case, state: str) -> TreatmentPlan:
    """A plan of the county hospital for the case, as it stands after the hospital's and the county's moves."""
    at = case.changed_at
    filed = {} if state == "draft" else {"filed_at": at, "filed_by": cast.liaison}
    Case.objects.everywhere("test").filter(pk=case.pk).update(state="verified", hospital_code="450222-1", hospital_name="柳城县人民医院")
    told = {"hospital": cast.hospital, "version": 1, "state": state, "written_at": at, "written_by": cast.liaison, **filed}
    return TreatmentPlan.objects.create(case=case, **told)


def test_plans_go_to_the_case_that_goes_on_and_back(cast):
    ours, theirs = twice(cast)
    plan = written(cast, theirs, "filed")
    Case.objects.everywhere("test").filter(pk=ours.pk).update(state="planned", hospital_code="450222-1", hospital_name="柳城县人民医院")
    before = everything()
    merged = merge(cast, ours.person, theirs.person)
    assert TreatmentPlan.objects.visible_to(cast.clerk).get().case == fresh(ours) and fresh(plan).case == fresh(ours)
    undo(cast, merged)
    assert everything() == before and fresh(plan).case == fresh(theirs)


def test_where_both_have_plans_one_still_in_work_is_settled_first(cast):
    ours, theirs = twice(cast)
    mine, other = written(cast, ours, "accepted"), written(cast, theirs, "filed")
    sentence = "两份资料的白内障都有诊疗方案，其中柳城县人民医院第 1 版还是“待审核”。请先答复、撤回或作废，再合并。"
    with refused(sentence):
        merge(cast, ours.person, theirs.person)
    planning.return_plan(by=cast.clerk, plan=other, remarks={"": "登记重复"})
    TreatmentPlan.objects.everywhere("test").filter(pk=other.pk).update(state="cancelled")
    lines = {(line.of_kept, line.becomes) for line in _lines(ours, theirs)}
    assert lines == {(True, "保留"), (False, "保留的病例已有方案，留在原资料")}
    merge(cast, ours.person, theirs.person)
    assert TreatmentPlan.objects.visible_to(cast.clerk).get() == mine
    assert plans_of(ours) == [(1, "accepted")] and plans_of(theirs) == [(1, "cancelled")]


def _lines(ours: Case, theirs: Case) -> list:
    return list(lines_of(plan_merge(fresh(ours).person, fresh(theirs).person)))
