"""What becomes of referrals when two records of one person are merged."""

from collections.abc import Iterator

from django.utils import timezone

from hospitals.models import Referral
from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Line, Plan
from ledger.models import Case

TO_KEPT, STAYS = "转到保留的资料", "保留"


def _referrals(*cases: Case) -> list[Referral]:
    found = Referral.objects.everywhere("the referrals of cases that are in sight").filter(case__in=cases)
    return list(found.select_related("from_hospital", "to_hospital", "case__disease").order_by("requested_at", "pk"))


def _all_cases(plan: Plan) -> list[Case]:
    return [*plan.untouched, *plan.moved, *(case for fold in plan.folds for case in fold.both)]


def blocks(plan: Plan) -> list[str]:
    """A referral under way: two hospitals are handing over a patient, and know them by this record."""
    return [
        f"{one.case.disease}的转诊还没有办完（{one.from_hospital.name} → {one.to_hospital.name if one.to_hospital else one.to_name}，"
        f"“{one.get_state_display()}”）。请先办完或取消转诊，再合并。"
        for one in _referrals(*_all_cases(plan))
        if one.ended_at is None
    ]  # fmt: skip


def carry(plan: Plan) -> None:
    """What is over goes where the stays of its case go: an approval holds for the person, whichever record it was written on."""
    goes_on = plan.goes_on
    for one in _referrals(*plan.moved, *(case for fold in plan.folds for case in fold.both)):
        one.case, one.person = goes_on.get(one.case_id, one.case), plan.kept
        one.save(update_fields=["case", "person"])


def lines(plan: Plan) -> Iterator[Line]:
    """Every referral of both, and what will become of it."""
    carried = {case.pk for case in plan.moved} | set(plan.goes_on)
    own = {case.pk: case for case in _all_cases(plan)}
    for one in _referrals(*own.values()):
        what = f"{one.case.disease}　{one.from_hospital.name} → {one.to_hospital.name if one.to_hospital else one.to_name}"
        when = f"{timezone.localtime(one.requested_at):%Y-%m-%d} 申请，{one.get_state_display()}"
        yield Line("转诊", own[one.case_id].of_kept, what, when, TO_KEPT if one.case_id in carried else STAYS)


VOICE = Voice(
    links={"hospitals.Referral.person": Fate.CARRIED, "hospitals.Referral.case": Fate.CARRIED}, blocks=blocks, carry=carry, lines=lines
)
