"""What becomes of stays and visits when two records of one person are merged."""

from collections.abc import Iterator

from hospitals.models import FollowUp, Stay
from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Fold, Line, Plan
from ledger.models import Case

TO_KEPT, STAYS, LEFT = "转到保留的资料", "保留", "与保留的住院重叠，留在原资料"


def _stays(*cases: Case) -> list[Stay]:
    found = Stay.objects.everywhere("the stays of cases that are in sight").filter(case__in=cases)
    return list(found.select_related("hospital", "case__disease").order_by("admitted_on", "pk"))


def _overlap(one: Stay, other: Stay) -> bool:
    """Two stays of which one begins before the other is over; the same day in and out twice is one stay told twice."""
    if one.admitted_on == other.admitted_on:
        return True
    first, second = sorted((one, other), key=lambda stay: stay.admitted_on)
    return first.discharged_on is None or second.admitted_on < first.discharged_on


def _sorted_out(fold: Fold) -> tuple[list[Stay], list[Stay], list[tuple[Stay, Stay]]]:
    """(the stays of the case that goes on, those left with the folded one, pairs that overlap): the kept record's stays come first."""
    ours, theirs = _stays(fold.kept_case), _stays(fold.gone_case)
    pairs = [(stay, mine) for stay in theirs for mine in ours if _overlap(stay, mine)]
    left = [stay for stay in theirs if any(stay is one for one, _ in pairs)]
    return ours + [stay for stay in theirs if stay not in left], left, pairs


def left_aside(fold: Fold) -> list[Stay]:
    """The stays that overlap one of the kept record: told twice, they stay with the record that is merged away."""
    return _sorted_out(fold)[1]


def _when(stay: Stay) -> str:
    return f"{stay.admitted_on} 至 {stay.discharged_on}" if stay.discharged_on else f"{stay.admitted_on} 起，未出院"


def blocks(plan: Plan) -> list[str]:
    """An open stay that overlaps the other record's: nobody can say yet which of them is right."""
    return [
        f"两份资料的{fold.survivor.disease}住院重叠：{mine.hospital.name} {_when(mine)}；{theirs.hospital.name} {_when(theirs)}。"
        "请先登记出院，再合并。"
        for fold in plan.folds
        for theirs, mine in _sorted_out(fold)[2]
        if mine.discharged_on is None or theirs.discharged_on is None
    ]  # fmt: skip


def carry(plan: Plan) -> None:
    """The stays of two cases of one disease stand at the one that goes on; visits go where their stay is."""
    for fold in plan.folds:
        staying, left, _ = _sorted_out(fold)
        for stays, case in ((left, fold.folded), (staying, fold.survivor)):
            for stay in stays:
                if stay.case_id != case.pk:
                    stay.case = case
                    stay.save(update_fields=["case"])
        visits = FollowUp.objects.everywhere("the visits of two cases that are held").filter(case__in=(fold.survivor, fold.folded))
        visits.filter(stay__in=left).update(case=fold.folded)
        visits.exclude(stay__in=left).update(case=fold.survivor)


def _of(case: Case, stays: list[Stay], becomes: str) -> Iterator[Line]:
    for stay in stays:
        what = f"{case.disease}　{stay.hospital.name}"
        yield Line("住院", case.of_kept, what, _when(stay), becomes, becomes == LEFT)


def lines(plan: Plan) -> Iterator[Line]:
    """Every stay of both, and what will become of it."""
    for case in plan.untouched:
        yield from _of(case, _stays(case), STAYS)
    for fold in plan.folds:
        staying, left, _ = _sorted_out(fold)
        yield from _of(fold.kept_case, [stay for stay in staying if stay.case_id == fold.kept_case.pk], STAYS)
        yield from _of(fold.gone_case, [stay for stay in staying if stay.case_id == fold.gone_case.pk], TO_KEPT)
        yield from _of(fold.gone_case, left, LEFT)
    for case in plan.moved:
        yield from _of(case, _stays(case), TO_KEPT)


VOICE = Voice(
    links={
        "hospitals.Stay.case": Fate.CARRIED,
        "hospitals.FollowUp.case": Fate.CARRIED,
    },
    blocks=blocks, carry=carry, lines=lines,
)  # fmt: skip
