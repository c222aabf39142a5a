"""Treatment as the hospital records it: the agreed hospital, admission, discharge, completion; each moves the case with it."""

import datetime

from django.db import transaction
from django.db.models import Q

from hospitals import arranging, pathways, planning, referring, visits
from hospitals.models import Hospital, Stay
from hospitals.pathways import PathwayWord
from hospitals.taking import is_designated, refuse_closed, refuse_new
from ledger import clock
from ledger.actions import cases
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff
from ledger.transitions import OPEN_STATES


def _own_hospital(hospital: Hospital, by: Staff) -> None:
    if by.role == Role.LIAISON and hospital.code != by.hospital_code:
        raise Refused("医院联络员只能登记本院的救治，请选择本院。", "hospital")


def _stays_of(case: Case):
    return Stay.objects.everywhere("every stay of one locked case, whatever hospital it was in").filter(case=case)


@transaction.atomic
def choose_hospital(*, by: Staff, case: Case, hospital: Hospital) -> Case:
    """The treatment plan names its hospital. Raises Refused when it is not designated for the disease, the area and this year."""
    case = hold_case(case, by)
    _own_hospital(hospital, by)
    today = clock.today()
    refuse_closed(hospital, case, today)
    if not is_designated(hospital, case, today):
        raise Refused(
            f"{hospital.name}不是{case.county.label} {today.year} 年{case.disease}的定点医院。请从定点医院中选择；已在非定点医院住院的，请直接登记入院。",
            "hospital",
        )
    arranging.leave_for(by=by, case=case, hospital=hospital)
    if hospital.code != case.hospital_code:
        referring.cancel_referral(by=by, case=case, reason=f"改在{hospital.name}定方案")
    return cases.plan_case(by=by, case=case, hospital_code=hospital.code, hospital_name=hospital.name)


@transaction.atomic
def admit(*, by: Staff, case: Case, hospital: Hospital, on: datetime.date) -> Stay:
    """A stay begins. A hospital that is not designated is taken, and the history says 非定点.

    Raises Refused: another stay still open, before the last discharge, before discovery, in the future.
    """
    case = hold_case(case, by)
    _own_hospital(hospital, by)
    refuse_new(hospital, case, on)
    opened = _stays_of(case).filter(discharged_on=None).select_related("hospital").first()
    if opened:
        raise Refused(f"{case.person.name}从 {opened.admitted_on} 起在{opened.hospital.name}住院，还没有登记出院。请先登记出院。")
    overlapping = _stays_of(case).filter(discharged_on__gt=on).order_by("-discharged_on").first()
    if overlapping:
        raise Refused(f"入院日期 {on} 早于上一次出院日期 {overlapping.discharged_on}，请核对后改正。", "admitted_on")
    before = case.state
    case = cases.admit_case(
        by=by, case=case, on=on, hospital_code=hospital.code, hospital_name=hospital.name,
        note="" if is_designated(hospital, case, on) else "非定点",
    )  # fmt: skip
    referring.follow_admission(by=by, case=case, hospital=hospital)
    visits.cancel_open(by=by, case=case, reason="再次入院")
    arranging.end_inability(by=by, case=case, reason=f"已在{hospital.name}入院")
    planning.leave_plans(by=by, case=case, hospital=hospital, before=before)
    return Stay.objects.create(case=case, hospital=hospital, admitted_on=on, recorded_at=clock.now(), recorded_by=by)


def record_stay(*, by: Staff, case: Case, hospital: Hospital, admitted_on: datetime.date, discharged_on: datetime.date) -> Stay:
    """A stay that is over and was not recorded while it lasted, as its bill tells it. A case that was waiting is in treatment then.

    The caller holds the person, in its own transaction. Somebody is often found while in hospital already: only the discharge
    must not lie before discovery. Raises Refused: days in the wrong order or in the future, an overlap with another stay of
    the case, a case that takes no treatment.
    """
    _own_hospital(hospital, by)
    if not admitted_on <= discharged_on <= clock.today():
        raise Refused(f"出院日期 {discharged_on} 要在入院日期 {admitted_on} 和今天之间，请改正。", "discharged_on")
    if discharged_on < case.found_on:
        raise Refused(f"出院日期 {discharged_on} 早于发现日期 {case.found_on}，请改其中一个。", "discharged_on")
    later = Q(discharged_on=None) | Q(discharged_on__gt=admitted_on)
    other = _stays_of(case).filter(later, admitted_on__lt=discharged_on).order_by("admitted_on").first()
    if other:
        raise Refused(f"住院日期和 {other.admitted_on} 开始的另一次住院重叠，请核对。", "admitted_on")
    if case.state not in ("in_treatment", "treated"):
        note = "" if is_designated(hospital, case, admitted_on) else "非定点"
        on = max(admitted_on, case.found_on)
        cases.admit_case(by=by, case=case, on=on, hospital_code=hospital.code, hospital_name=hospital.name, note=note)
    stay = Stay.objects.create(
        case=case, hospital=hospital, admitted_on=admitted_on, discharged_on=discharged_on, recorded_at=clock.now(), recorded_by=by
    )
    text = f"{case.disease}补记住院，{hospital.name}，{admitted_on} 至 {discharged_on}"
    tell(case.person, "discharged", text, by=by, case=case, on=discharged_on)
    if not _stays_of(case).filter(admitted_on__gt=admitted_on).exists():
        visits.cancel_open(by=by, case=case, reason="补记住院，按新的出院日期重新安排")
    visits.plan_after_discharge(by=by, case=case, stay=stay)
    return stay


@transaction.atomic
def discharge(
    *, by: Staff, stay: Stay, on: datetime.date, completed: bool = False, pathway: PathwayWord | None = None
) -> Stay:  # fmt: skip
    """The stay ends, with the treatment completed on that day or not; the visits that the disease's rule asks for are planned with it.

    ``pathway`` is what became of the clinical pathway; None where the hospital says it later.

    Raises Refused: discharged before, a day before admission or in the future, completion of a case that is not in treatment.
    """
    scoped = Stay.objects.visible_to(by).select_related("hospital")
    found = scoped.select_related("case").get(pk=stay.pk)
    hold_person_of(found.case.person_id)
    case = Case.objects.everywhere("the stay was found within the actor's scope").select_for_update(of=("self",))
    case = case.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    stay = scoped.select_for_update(of=("self",)).get(pk=stay.pk)
    refuse_carried(stay, case, found.case)
    if stay.discharged_on:
        raise Refused(f"这次住院已在 {stay.discharged_on} 登记出院。请刷新后再看。")
    if on < stay.admitted_on:
        raise Refused(f"出院日期 {on} 早于入院日期 {stay.admitted_on}，请改其中一个。", "discharged_on")
    if on > clock.today():
        raise Refused(f"出院日期 {on} 晚于今天，请改正。", "discharged_on")
    stay.discharged_on = on
    stay.save(update_fields=["discharged_on"])
    tell(case.person, "discharged", f"{case.disease}出院，{stay.hospital.name}", by=by, case=case, on=on)
    if completed:
        _complete(by, case, stay, on)
    if pathway:
        pathways.keep(by=by, case=case, stay=stay, word=pathway)
    visits.plan_after_discharge(by=by, case=case, stay=stay)
    return stay


@transaction.atomic
def complete(*, by: Staff, case: Case, on: datetime.date, lasting: bool = False) -> Case:
    """The treatment is completed with the last stay; ``lasting`` (透析、血友病: the long treatment runs as planned) may still be open.

    Raises Refused: no stay, a stay still open, a day before admission, before discovery or in the future.
    """
    case = hold_case(case, by)
    stays = _stays_of(case).select_for_update(of=("self",)).select_related("hospital")
    stay = stays.order_by("-admitted_on", "-id").first()
    if stay is None:
        raise Refused("还没有登记过住院，不能登记完成治疗。请先登记入院。")
    _own_hospital(stay.hospital, by)
    if stay.discharged_on is None and not lasting:
        raise Refused(
            f"{case.person.name}还在{stay.hospital.name}住院。请先登记出院；透析、血友病等长期治疗请勾选“长期治疗已建立”。", "lasting"
        )
    if on < stay.admitted_on:
        raise Refused(f"完成治疗日期 {on} 早于入院日期 {stay.admitted_on}，请改其中一个。", "completed_on")
    stay.lasting = lasting
    return _complete(by, case, stay, on)


@transaction.atomic
def withdraw(*, by: Staff, case: Case, reason: str) -> Case:
    """The treatment had been marked completed by mistake: the day is taken back from the case and from its stay. Raises Refused."""
    case = cases.withdraw_completion(by=by, case=case, reason=reason)
    completed = _stays_of(case).select_for_update(of=("self",)).filter(completed_on__isnull=False)
    stay = completed.order_by("-admitted_on", "-id").first()
    if stay:
        stay.completed_on, stay.lasting = None, False
        stay.save(update_fields=["completed_on", "lasting"])
    return case


def _complete(by: Staff, case: Case, stay: Stay, on: datetime.date) -> Case:
    if case.state not in OPEN_STATES:
        raise Refused(f"{case.disease}已销号，不能登记完成治疗。请取消勾选“完成治疗”。", "completed")
    case = cases.complete_case(by=by, case=case, on=on, text=stay.hospital.name + ("，长期治疗已建立" if stay.lasting else ""))
    stay.completed_on = on
    stay.save(update_fields=["completed_on", "lasting"])
    planning.leave_unfinished(by=by, case=case)
    return case
