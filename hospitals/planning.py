"""诊疗方案: written and filed by the designated hospital, returned or accepted by the county, amended by a new version."""

from hospitals.models import PlanState, TreatmentPlan
from ledger.actions.history import tell
from ledger.models import Case, Staff

STANDING = (PlanState.DRAFT, PlanState.FILED, PlanState.RETURNED, PlanState.ACCEPTED)


def _plans_of(case: Case):
    return TreatmentPlan.objects.everywhere("the plans of one held case, whatever hospital wrote them").filter(case=case)


def cancel_plans(*, by: Staff, case: Case, reason: str) -> int:
    """Every version that is not replaced yet falls away, in the caller's transaction, with the case held by the caller; answers how many."""
    standing = list(_plans_of(case).filter(state__in=STANDING).select_for_update(of=("self",)).order_by("version"))
    if standing:
        pks = [plan.pk for plan in standing]
        _plans_of(case).filter(pk__in=pks).update(state=PlanState.CANCELLED, cancelled_because=reason[:200])
        versions = "、".join(str(plan.version) for plan in standing)
        tell(case.person, "plan_cancelled", f"{case.disease}诊疗方案第 {versions} 版作废", by=by, case=case, reason=reason)
    return len(standing)
