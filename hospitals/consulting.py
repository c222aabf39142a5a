"""会诊: asked on a case of a group of experts, also at a distance; answered in writing, or cancelled with a reason; all on the timeline."""

import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hospitals.models import Consultation, Expert, ExpertGroup
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff

BUREAU = (Role.CLERK, Role.LEAD)
ASKERS = (*BUREAU, Role.LIAISON)
ASKABLE = ("verified", "planned", "in_treatment", "treated")
QUESTION, CONDITION, ANSWER = 200, 500, 500
TOLD = 160  # Of an answer, on the timeline's line; the whole stands on its own page.


def may_ask(staff: Staff, case: Case) -> bool:
    """The hospital that treats, and the county bureau, from verification until the case is closed."""
    own = staff.role in BUREAU or staff.role == Role.LIAISON and staff.hospital_code == case.hospital_code
    return own and case.state in ASKABLE


def groups_for(case: Case) -> list[ExpertGroup]:
    """The standing groups that may be asked: the county's and the city's, those of the case's disease first."""
    areas = (case.county_id, case.county.parent_id)
    groups = ExpertGroup.objects.filter(area__in=areas, ended_on=None).select_related("area", "parent").prefetch_related("diseases")
    return sorted(groups, key=lambda one: (not _of_disease(one, case), one.area_id != case.county_id, one.position, one.pk))


def _of_disease(group: ExpertGroup, case: Case) -> bool:
    return case.disease_id in {one.pk for one in group.diseases.all()}


def family_of(group: ExpertGroup) -> Q:
    """The members who may answer for a group: its own, those of its subgroups, and the head above it."""
    return Q(group=group) | Q(group__parent=group) | Q(group__subgroups=group, heads=True)


def experts_of(group: ExpertGroup) -> QuerySet[Expert]:
    """Whoever may answer for the group today, the head first."""
    standing = Expert.objects.filter(family_of(group), ended_on=None).select_related("hospital", "group")
    return standing.order_by("-heads", "group__position", "pk").distinct()


@transaction.atomic
def ask(
    *, by: Staff, case: Case, group: ExpertGroup, question: str, condition: str = "", remote: bool = False,
    expert: Expert | None = None, wanted_by: datetime.date | None = None,
) -> Consultation:  # fmt: skip
    """Ask a group, or one of its experts, about a case. Raises Refused: not the hospital's or county's case to ask about, not verified,

    a group of elsewhere, an expert of another group, a day in the past, the same group asked already.
    """
    case = hold_case(case, by)
    if not may_ask(by, case):
        raise Refused(f"{case.disease}的状态是“{case.get_state_display()}”，核实以后、销号以前由收治医院或县卫健部门申请会诊。")
    if group.ended_on or group.area_id not in (case.county_id, case.county.parent_id):
        raise Refused("这个专家组不能会诊本县的患者，请重新选择。", "group")
    if expert is not None and not experts_of(group).filter(pk=expert.pk).exists():
        raise Refused(f"{expert.name}不在{group.name}里，请重新选择。", "expert")
    if wanted_by and wanted_by < clock.today():
        raise Refused(f"希望答复日期 {wanted_by} 早于今天，请改正。", "wanted_by")
    _check_text(question, QUESTION, "会诊目的", "question")
    _check_text(condition, CONDITION, "病情摘要", "condition", required=False)
    waiting = Consultation.objects.everywhere("the consultations of one held case").filter(case=case, group=group).open().first()
    if waiting:
        raise Refused(f"{case.disease}已向{group.name}申请会诊，还没有答复。请等答复，或先取消原来的申请。", "group")
    made = Consultation.objects.create(
        case=case, group=group, expert=expert, remote=remote, question=question.strip(), condition=condition.strip(), wanted_by=wanted_by,
        asked_at=clock.now(), asked_by=by,
    )  # fmt: skip
    whom = f"{group.name}{expert.name}" if expert else group.name
    tell(case.person, "consult_asked", f"{case.disease}申请{_kind(made)}，{whom}：{made.question}"[:300], by=by, case=case)
    return made


def _check_text(text: str, longest: int, label: str, field: str, required: bool = True) -> None:
    if required and not text.strip():
        raise Refused(f"请写明{label}。", field)
    if len(text) > longest:
        raise Refused(f"{label}超过 {longest} 个字，请缩短。", field)


def _kind(consultation: Consultation) -> str:
    return "远程会诊" if consultation.remote else "会诊"


def _hold(consultation: Consultation, by: Staff) -> tuple[Consultation, Case]:
    """Person, case, consultation, in this order. Raises Refused for one that is over."""
    scoped = Consultation.objects.visible_to(by).select_related("case", "group", "expert")
    found = scoped.get(pk=consultation.pk)
    hold_person_of(found.case.person_id)
    cases = Case.objects.everywhere("the consultation was found within the actor's scope").select_for_update(of=("self",))
    case = cases.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    held = scoped.select_for_update(of=("self",)).get(pk=consultation.pk)
    refuse_carried(held, case, found.case)
    if held.answered_on:
        raise Refused(f"这件会诊已在 {held.answered_on} 登记意见。请刷新后再看。")
    if held.cancelled_on:
        raise Refused(f"这件会诊已在 {held.cancelled_on} 取消。请刷新后再看。")
    return held, case


def answers_as(staff: Staff, consultation: Consultation) -> list[Expert]:
    """Whose opinion this member of staff may write down: an expert their own, the hospital and the bureau any member's, as it came on paper."""
    if consultation.answered_on or consultation.cancelled_on:
        return []
    experts = list(experts_of(consultation.group))
    if staff.role == Role.EXPERT:
        return [one for one in experts if one.staff_id == staff.pk]
    return experts if staff.role in ASKERS else []


@transaction.atomic
def answer(*, by: Staff, consultation: Consultation, expert: Expert, on: datetime.date, text: str) -> Consultation:
    """The expert's opinion in writing. Raises Refused: over already, not this expert's to write, before it was asked, in the future."""
    held, case = _hold(consultation, by)
    if expert.pk not in {one.pk for one in answers_as(by, held)}:
        raise Refused("请选择本专家组里答复会诊的专家；专家只能写自己的意见。", "expert")
    asked_on = timezone.localtime(held.asked_at).date()
    if not asked_on <= on <= clock.today():
        raise Refused(f"会诊日期 {on} 要在申请日期 {asked_on} 和今天之间，请改正。", "answered_on")
    _check_text(text, ANSWER, "会诊意见", "answer")
    held.expert, held.answer, held.answered_on, held.answered_by = expert, text.strip(), on, by
    held.save(update_fields=["expert", "answer", "answered_on", "answered_by"])
    short = held.answer if len(held.answer) <= TOLD else held.answer[: TOLD - 1] + "…"
    told = f"{case.disease}{_kind(held)}意见，{expert.name}（{held.group.name}）：{short}"
    tell(case.person, "consult_answered", told, by=by, case=case, on=on)
    return held


def may_cancel(staff: Staff, consultation: Consultation) -> bool:
    """Whoever asked, their hospital, and the county bureau."""
    if consultation.answered_on or consultation.cancelled_on:
        return False
    asker = consultation.asked_by
    own = staff.role == Role.LIAISON and asker.hospital_code == staff.hospital_code
    return staff.role in BUREAU or own


@transaction.atomic
def cancel(*, by: Staff, consultation: Consultation, reason: str) -> Consultation:
    """It is not needed any more, with the reason. Raises Refused: over already, not theirs to cancel."""
    held, case = _hold(consultation, by)
    if not may_cancel(by, held):
        raise Refused("会诊由申请的医院或县卫健部门取消。")
    _check_text(reason, 120, "取消原因", "reason")
    held.cancelled_on, held.cancelled_reason = clock.today(), reason.strip()
    held.save(update_fields=["cancelled_on", "cancelled_reason"])
    tell(
        case.person,
        "consult_cancelled",
        f"{case.disease}取消{held.group.name}{_kind(held)}",
        by=by,
        case=case,
        reason=held.cancelled_reason,
    )
    return held


def number_open(staff: Staff) -> int:
    """How many wait for an expert's word; for everybody else they are on the work list."""
    return Consultation.objects.visible_to(staff).open().count() if staff.role == Role.EXPERT else 0
