"""What becomes of treatment plans when two records of one person are merged: one line of versions goes on, the other is history."""

from collections.abc import Iterator

from django.utils import timezone

from hospitals.models import OPEN_PLANS, TreatmentPlan
from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Fold, Line, Plan
from ledger.models import Case

STAYS, TO_KEPT, LEFT = "保留", "转到保留的资料", "保留的病例已有方案，留在原资料"


def _of(*cases: Case):
    written = TreatmentPlan.objects.everywhere("the plans of cases that are in sight").filter(case__in=cases)
    return written.select_related("hospital").order_by("version")


def _goes_over(fold: Fold) -> bool:
    """Whether the folded case's versions become the other's: only where that has none, for two lines of versions cannot be told as one."""
    return not _of(fold.survivor).exists()


def blocks(plan: Plan) -> list[str]:
    """A plan that somebody still works on cannot be put aside: it is answered, withdrawn or discarded first."""
    found = []
    for fold in plan.folds:
        waiting = None if _goes_over(fold) else _of(fold.folded).filter(state__in=OPEN_PLANS).first()
        if waiting:
            found.append(
                f"两份资料的{fold.survivor.disease}都有诊疗方案，其中{waiting.hospital.name}第 {waiting.version} 版"
                f"还是“{waiting.get_state_display()}”。请先答复、撤回或作废，再合并。"
            )
    return found


def carry(plan: Plan) -> None:
    for fold in plan.folds:
        if _goes_over(fold):
            _of(fold.folded).update(case=fold.survivor)


def lines(plan: Plan) -> Iterator[Line]:
    """Every version of both, and where it will stand."""
    becomes = {case.pk: STAYS if case.of_kept else TO_KEPT for case in [*plan.untouched, *plan.moved]}
    for fold in plan.folds:
        over = _goes_over(fold)
        becomes |= {case.pk: STAYS if case.of_kept else TO_KEPT for case in fold.both}
        if not over:
            becomes[fold.folded.pk] = LEFT
    for case in [*plan.untouched, *plan.moved, *(one for fold in plan.folds for one in fold.both)]:
        for one in _of(case):
            what = f"{case.disease}　{one.hospital.name}第 {one.version} 版，{one.get_state_display()}"
            words = becomes[case.pk]
            yield Line("诊疗方案", case.of_kept, what, f"{timezone.localtime(one.written_at):%Y-%m-%d}", words, words == LEFT)


VOICE = Voice(links={"hospitals.TreatmentPlan.case": Fate.CARRIED}, blocks=blocks, carry=carry, lines=lines)
