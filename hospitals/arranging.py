"""The county arranges the designated hospital of a case, and another one where the first cannot treat or the patient wishes otherwise."""

from django.db import models, transaction

from hospitals.models import Hospital, Inability
from hospitals.offering import offering, said_unable
from hospitals.planning import cancel_plans
from hospitals.referring import cancel_referral
from ledger import clock
from ledger.actions import cases
from ledger.actions.history import tell
from ledger.actions.locking import hold_case
from ledger.actions.refusals import Refused
from ledger.models import Case, Staff
from ledger.transitions import COUNTY


class Why(models.TextChoices):
    """Why another hospital is arranged; the first three are seen from the hospital itself."""

    CLOSED = "closed", "原医院停用"
    ENDED = "ended", "原医院不再定点"
    UNABLE = "unable", "原医院不具备诊疗条件"
    WISH = "wish", "患者或家属另有意愿"
    OTHER = "other", "其他原因"


NOTE = 120  # Characters of the explanation: with the reason it fits into the timeline's line.


def reason_of(why: str, note: str) -> str:
    """The reason as the history keeps it: 患者或家属另有意愿：愿到市里手术."""
    label = Why(why).label if why in Why.values else ""
    return "：".join(part for part in (label, note.strip()) if part)


def suggested_why(case: Case) -> str:
    """What the ledger sees by itself of the hospital arranged so far; nothing where it sees no reason."""
    hospital = Hospital.objects.filter(code=case.hospital_code).first() if case.hospital_code else None
    if hospital is None:
        return ""
    if open_inability(case) is not None:
        return Why.UNABLE
    if not hospital.is_active:
        return Why.CLOSED
    return Why.ENDED if offering(case, clock.today()).why_not(hospital) else ""


def open_inability(case: Case) -> Inability | None:
    """What the hospital said and the county has not answered; the case is in the caller's sight."""
    said = Inability.objects.everywhere("what was said of one case in sight").filter(case=case)
    return said.open().select_related("hospital", "said_by").first()


@transaction.atomic
def arrange_hospital(*, by: Staff, case: Case, hospital: Hospital, why: str = "", note: str = "") -> Case:
    """The hospital that is to write the plan. Another one than before takes a reason, and whatever was planned there falls away.

    Raises Refused: not the county's hand, a case that is not verified or is in treatment already, the hospital it has already,
    one that is not offered (with the reason), another one without saying why. Source: 柳卫医〔2017〕40号 二（二）, 附件3 三.
    """
    case = hold_case(case, by)
    if by.role not in COUNTY:
        raise Refused("定点医院由县卫健部门安排。")
    if case.state not in ("verified", "planned"):
        raise Refused(f"现在的状态是“{case.get_state_display()}”，核实以后、入院以前才能安排定点医院。")
    if hospital.code == case.hospital_code:
        raise Refused(f"已经安排在{hospital.name}，不用再安排。", "hospital")
    if refused := offering(case, clock.today()).why_not(hospital):
        raise Refused(f"{hospital.name}不能选：{refused}。请选择能选的医院。", "hospital")
    reason = _reason(case, why, note)
    if case.hospital_code:
        cancel_plans(by=by, case=case, reason=reason)
        cancel_referral(by=by, case=case, reason=f"另行安排{hospital.name}")
    case = cases.arrange_case(by=by, case=case, hospital_code=hospital.code, hospital_name=hospital.name, reason=reason)
    if said := _held(case):
        _answer(by, said, case, arranged=hospital, answer=note.strip())
    return case


def _reason(case: Case, why: str, note: str) -> str:
    if not case.hospital_code:
        return ""
    if why not in Why.values:
        raise Refused(f"{case.person.name}已安排在{case.hospital_name}。要另选医院，请选择原因。", "why")
    if why == Why.OTHER and not note.strip():
        raise Refused("请写明另选医院的原因。", "note")
    return reason_of(why, note)


def _held(case: Case) -> Inability | None:
    said = Inability.objects.everywhere("what was said of one held case").filter(case=case)
    return said.open().select_for_update(of=("self",)).select_related("hospital").first()


@transaction.atomic
def answer_inability(*, by: Staff, inability: Inability, answer: str) -> Inability:
    """The county answers without another hospital: it can be treated there after all, or nothing is to be arranged.

    Raises Refused: not the county's hand, answered already, no words.
    """
    found = Inability.objects.visible_to(by).select_related("case").get(pk=inability.pk)
    case = hold_case(found.case, by)
    if by.role not in COUNTY:
        raise Refused("由县卫健部门答复。")
    said = _held(case)
    if said is None or said.pk != found.pk:
        raise Refused("这件事已经答复。请刷新后再看。")
    if not answer.strip():
        raise Refused("请写明怎样答复医院和患者。", "answer")
    return _answer(by, said, case, arranged=None, answer=answer.strip())


def _answer(by: Staff, said: Inability, case: Case, *, arranged: Hospital | None, answer: str) -> Inability:
    said.answered_on, said.answered_by, said.arranged, said.answer = clock.today(), by, arranged, answer
    said.save(update_fields=["answered_on", "answered_by", "arranged", "answer"])
    if arranged is None:  # What was arranged is told by the arrangement itself.
        text = f"答复{said.hospital.name}：{case.disease}不另安排医院"
        tell(case.person, "inability_answered", text, by=by, case=case, reason=answer)
    return said


def leave_for(*, by: Staff, case: Case, hospital: Hospital) -> None:
    """A plan agreed on paper names the hospital: what another one was writing falls away, and what it said is answered by it.

    In the caller's transaction, with the case held by the caller. Raises Refused for a hospital that said it cannot treat this case.
    """
    if said := said_unable(case).get(hospital.pk):
        raise Refused(f"{hospital.name} {said.said_on} 说明不具备诊疗条件：{said.reason}。请选择别的医院。", "hospital")
    if case.hospital_code not in ("", hospital.code):
        cancel_plans(by=by, case=case, reason=f"改在{hospital.name}定方案")
    if waiting := _held(case):
        _answer(by, waiting, case, arranged=hospital, answer="")


def end_inability(*, by: Staff, case: Case, reason: str) -> None:
    """Nothing is to be arranged any more: the case was admitted or closed. In the caller's transaction, with the case held by the caller."""
    if said := _held(case):
        _answer(by, said, case, arranged=None, answer=reason)


def end_with_case(*, by: Staff, case: Case) -> None:
    """The case was closed: no hospital is arranged for it any more."""
    end_inability(by=by, case=case, reason="病例销号，不再安排")
