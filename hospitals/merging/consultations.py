"""What becomes of consultations when two records of one person are merged: they stand at the case that goes on."""

from collections.abc import Iterator

from django.utils import timezone

from hospitals.models import Consultation
from ledger.merging.links import Fate, Voice
from ledger.merging.plan import Line, Plan
from ledger.models import Case


def _of(*cases: Case):
    asked = Consultation.objects.everywhere("the consultations of cases that are in sight").filter(case__in=cases)
    return asked.select_related("group").order_by("pk")


def blocks(plan: Plan) -> list[str]:
    """One group cannot be asked twice about one disease at once: the two questions are first answered or cancelled by hand."""
    found = []
    for fold in plan.folds:
        kept, gone = ({one.group_id: one.group for one in _of(case).open()} for case in fold.both)
        found += [
            f"两份资料的{fold.survivor.disease}都在等{kept[group].name}会诊。请先答复或取消其中一件，再合并。"
            for group in kept.keys() & gone.keys()
        ]
    return found


def carry(plan: Plan) -> None:
    for fold in plan.folds:
        _of(fold.folded).update(case=fold.survivor)


def lines(plan: Plan) -> Iterator[Line]:
    """Every consultation of both, and where it will stand."""
    for case in [*plan.untouched, *plan.moved, *(one for fold in plan.folds for one in fold.both)]:
        for one in _of(case):
            yield Line(
                "会诊",
                case.of_kept,
                f"{case.disease}　{one.group.name}",
                f"{timezone.localtime(one.asked_at):%Y-%m-%d}",
                "保留" if case.of_kept else "转到保留的资料",
            )


VOICE = Voice(links={"hospitals.Consultation.case": Fate.CARRIED}, blocks=blocks, carry=carry, lines=lines)
