"""What becomes of what a hospital said it cannot treat when two records of one person are merged."""

from collections.abc import Iterator

from hospitals.models import Inability
from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Fold, Line, Plan
from ledger.models import Case

TO_KEPT, STAYS, LEFT = "转到保留的资料", "保留", "保留的病例也在等安排，留在原资料"


def _said(*cases: Case) -> list[Inability]:
    found = Inability.objects.everywhere("what was said of cases that are in sight").filter(case__in=cases)
    return list(found.select_related("hospital", "case__disease").order_by("said_on", "pk"))


def _left(fold: Fold) -> list[Inability]:
    """What waits at the folded case while the one that goes on waits too: two open ones at one case would be one too many."""
    if not any(one.answered_on is None for one in _said(fold.survivor)):
        return []
    return [one for one in _said(fold.folded) if one.answered_on is None]


def carry(plan: Plan) -> None:
    """What was said of two cases of one disease stands at the one that goes on."""
    for fold in plan.folds:
        left = {one.pk for one in _left(fold)}
        for one in _said(fold.folded):
            if one.pk not in left:
                one.case = fold.survivor
                one.save(update_fields=["case"])


def _line(one: Inability, of_kept: bool, becomes: str) -> Line:
    return Line("不具备诊疗条件", of_kept, f"{one.case.disease}　{one.hospital.name}", str(one.said_on), becomes, becomes == LEFT)


def lines(plan: Plan) -> Iterator[Line]:
    """Everything said of both, and what will become of it."""
    for case in plan.untouched:
        yield from (_line(one, True, STAYS) for one in _said(case))
    for fold in plan.folds:
        left = {one.pk for one in _left(fold)}
        for one in _said(fold.kept_case, fold.gone_case):
            of_kept = one.case_id == fold.kept_case.pk
            yield _line(one, of_kept, LEFT if one.pk in left else STAYS if of_kept else TO_KEPT)
    for case in plan.moved:
        yield from (_line(one, False, TO_KEPT) for one in _said(case))


VOICE = Voice(links={"hospitals.Inability.case": Fate.CARRIED}, carry=carry, lines=lines)
