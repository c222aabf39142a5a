"""What became of the clinical pathway in a stay: followed, left with a reason, or none that applies; told at discharge, mended later."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from hospitals.models import Course, Standard, StandardKind, Stay
from ledger.actions.history import tell
from ledger.actions.locking import hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Staff

NONE = "none"  # How a form says that no pathway applies.
LENGTH = Stay._meta.get_field("pathway_left").max_length


@dataclass(frozen=True)
class PathwayWord:
    """What the hospital says. ``pathway`` None: none applies; ``left`` empty: it was followed."""

    pathway: Standard | None
    left: str = ""

    @property
    def course(self) -> str:
        if self.pathway is None:
            return Course.NONE
        return Course.LEFT if self.left else Course.FOLLOWED

    @property
    def words(self) -> str:
        if self.pathway is None:
            return "没有适用的临床路径"
        return f"退出《{self.pathway.title}》" if self.left else f"按《{self.pathway.title}》完成"


def pathways_for(case: Case, since: datetime.date) -> list[Standard]:
    """The pathways of the case's disease in its prefecture that held on a day or hold still."""
    found = Standard.objects.listed().filter(Q(ended_on=None) | Q(ended_on__gte=since), kind=StandardKind.PATHWAY)
    return list(found.filter(prefecture=case.county.parent_id, diseases=case.disease_id).order_by("title", "pk"))


def with_pathways(prefecture_id: int) -> set[int]:
    """The diseases for which the prefecture has a pathway that still holds: its hospitals say of each stay what became of it."""
    standing = Standard.objects.filter(prefecture=prefecture_id, kind=StandardKind.PATHWAY, ended_on=None)
    return set(standing.values_list("diseases", flat=True))


def keep(*, by: Staff, case: Case, stay: Stay, word: PathwayWord) -> Stay:
    """Write what was said, in the caller's transaction, with case and stay held by the caller. Raises Refused."""
    left = word.left.strip()
    if word.pathway is None and left:
        raise Refused("没有适用的路径，就不用写退出的原因。请选择路径，或去掉原因。", "pathway_left")
    if word.pathway and word.pathway.pk not in {one.pk for one in pathways_for(case, stay.admitted_on)}:
        raise Refused(f"《{word.pathway.title}》不是{case.disease}现用的临床路径，请重新选择。", "pathway")
    if len(left) > LENGTH:
        raise Refused(f"退出的原因超过 {LENGTH} 个字，请缩短。", "pathway_left")
    word = PathwayWord(word.pathway, left)
    stay.pathway, stay.pathway_course, stay.pathway_left = word.pathway, word.course, left
    stay.save(update_fields=["pathway", "pathway_course", "pathway_left"])
    tell(case.person, "pathway_told", f"{case.disease}住院（{stay.admitted_on} 入院）{word.words}", by=by, case=case, reason=left)
    return stay


@transaction.atomic
def tell_pathway(*, by: Staff, stay: Stay, seen: str, word: PathwayWord) -> Stay:
    """What became of the pathway, told after the discharge or mended; ``seen`` is what the page showed (``said_of``).

    Raises Refused: still in hospital, said otherwise meanwhile, nothing changed, and as ``keep``.
    """
    scoped = Stay.objects.visible_to(by)
    found = scoped.select_related("case").get(pk=stay.pk)
    hold_person_of(found.case.person_id)
    case = Case.objects.everywhere("the stay was found within the actor's scope").select_for_update(of=("self",))
    case = case.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    stay = scoped.select_for_update(of=("self",)).select_related("hospital").get(pk=stay.pk)
    refuse_carried(stay, case, found.case)
    if stay.discharged_on is None:
        raise Refused("还没有登记出院。请在登记出院时一并填写。")
    if said_of(stay) != seen:
        raise Refused("您打开之后，别人改过这次住院的路径。请看过现在的内容，再改。")
    if (stay.pathway_course, stay.pathway_id, stay.pathway_left) == (word.course, word.pathway and word.pathway.pk, word.left.strip()):
        raise Refused("没有改动，不用保存。", "pathway")
    return keep(by=by, case=case, stay=stay, word=word)


def said_of(stay: Stay) -> str:
    """What stands of a stay, in one word for the page to bring back."""
    return f"{stay.pathway_course}|{stay.pathway_id or ''}|{stay.pathway_left}"
