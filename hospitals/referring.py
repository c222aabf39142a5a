"""双向转诊: asked by the hospital that has the patient, answered by the other; each side makes its own moves, and the case goes along.

On arrival the case's own hospital becomes the one that received the patient, up or down; the one that sent reads on until the end.
A hospital outside the network has no liaison here: the case stays with the hospital that sent, which enters what it hears.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from hospitals.models import OPEN_PLANS, OPEN_REFERRALS, Direction, Hospital, Referral, ReferralMove, ReferralState, Stay
from hospitals.plan_moves import STANDING
from hospitals.planning import cancel_plans
from hospitals.referral_moves import REFERRAL_MOVES, ForbiddenReferralMove, Side, target_of
from hospitals.referral_places import NEAREST, leaves_area, rank
from ledger import clock
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person_of, refuse_carried
from ledger.actions.refusals import Refused
from ledger.models import Case, Role, Staff
from ledger.transitions import OUTCOMES

BUREAU = (Role.CLERK, Role.LEAD)
STATES = ("verified", "planned", "in_treatment", "treated")
TEXT = 200  # What is said with a step.
ARRIVED, ON_THE_WAY = ReferralState.ARRIVED, ReferralState.ON_THE_WAY


@dataclass(frozen=True)
class Asked:
    """What the sending hospital writes. ``to_hospital`` None: one outside the network, by its name, in the pooling area or not."""

    direction: str
    to_hospital: Hospital | None
    reason: str
    condition: str
    head_of_department: str
    patient_agreed: bool
    doctor: str
    to_name: str = ""
    treated_so_far: str = ""
    family_name: str = ""
    family_relation: str = ""
    no_family: bool = False
    doctor_phone: str = ""
    outside_area: bool = False
    emergency: bool = False


def sides_of(staff: Staff, referral: Referral) -> frozenset[Side]:
    """On which sides of a referral somebody stands; on none, they read."""
    if staff.role == Role.LIAISON:
        codes = {Side.SENDING: referral.from_hospital.code}
        codes[Side.RECEIVING] = referral.to_hospital.code if referral.to_hospital_id else referral.from_hospital.code
        return frozenset(side for side, code in codes.items() if code == staff.hospital_code)
    if staff.area_id != referral.case.county_id:
        return frozenset()
    if staff.role == Role.INSURANCE:
        return frozenset({Side.INSURANCE})
    return frozenset({Side.BUREAU}) if staff.role in BUREAU else frozenset()


def place_of(referral: Referral) -> str:
    """Where the patient goes."""
    return referral.to_hospital.name if referral.to_hospital_id else referral.to_name


def _open_of(**which) -> Referral | None:
    rows = Referral.objects.everywhere("the one open referral of a held person").open().filter(**which)
    return rows.select_related("from_hospital", "to_hospital", "case").first()


def refuse_second(person) -> None:
    """One open referral a patient. Raises Refused with a sentence that names the first."""
    first = _open_of(person=person)
    if first:
        raise Refused(
            f"{person.name}已有转诊在办：{timezone.localtime(first.requested_at):%Y-%m-%d} 由{first.from_hospital.name}转往{place_of(first)}，"
            f"现在“{first.get_state_display()}”。请先办完或取消那一件。"
        )


@transaction.atomic
def request_referral(*, by: Staff, case: Case, asked: Asked) -> Referral:
    """The hospital that has the patient asks another to take them, with the consent that 柳卫医〔2017〕40号 二（三）2 asks for.

    Raises Refused: not the case's own hospital, a case that takes no treatment, no consent, a hospital that is closed, the own
    one or of the wrong level, a second open referral (the first is named).
    """
    case = hold_case(case, by)
    if by.role != Role.LIAISON:
        raise Refused("转诊由患者所在医院的联络员申请。")
    if case.state not in STATES:
        raise Refused(f"{case.disease}的状态是“{case.get_state_display()}”，核实以后、销号以前才能转诊。")
    here = Hospital.objects.get(code=by.hospital_code)
    refuse_second(case.person)
    _check_place(case, here, asked)
    _check_consent(asked)
    try:
        with transaction.atomic():
            referral = _written(by, case, here, asked)
    except IntegrityError as error:
        if "one_open_referral_a_patient" not in str(error):
            raise
        refuse_second(case.person)
        raise
    if referral.to_hospital_id:
        _give(case, referral_code=referral.to_hospital.code)
    write_step(referral, ReferralState.REQUESTED, by, asked.reason)
    text = f"{case.disease}申请{referral.get_direction_display()}，{here.name} → {place_of(referral)}"
    tell(case.person, "referral_request", text, by=by, case=case, reason=asked.reason, detail={"referral": referral.pk})
    return referral


def _written(by: Staff, case: Case, here: Hospital, asked: Asked) -> Referral:
    leaves = asked.outside_area if asked.to_hospital is None else leaves_area(case, asked.to_hospital, clock.today())
    now = clock.now()
    return Referral.objects.create(
        person=case.person, case=case, direction=asked.direction, from_hospital=here, to_hospital=asked.to_hospital,
        to_name="" if asked.to_hospital else asked.to_name.strip(), reason=asked.reason.strip(), condition=asked.condition.strip(),
        treated_so_far=asked.treated_so_far.strip(), head_of_department=asked.head_of_department.strip(),
        patient_agreed=asked.patient_agreed, family_name=asked.family_name.strip(), family_relation=asked.family_relation.strip(),
        doctor=asked.doctor.strip(), doctor_phone=asked.doctor_phone, emergency=asked.emergency, leaves_area=leaves,
        requested_at=now, requested_by=by, moved_at=now,
    )  # fmt: skip


def _check_place(case: Case, here: Hospital, asked: Asked) -> None:
    there = asked.to_hospital
    if asked.direction not in Direction.values:
        raise Refused("请选择转诊方向。", "direction")
    if asked.direction == Direction.OUTSIDE:
        if there is not None:
            raise Refused(f"{there.name}在名单里，不是网外医院。请选上转或下转；转往网外的，请清空转入医院，填写医院名称。", "to_hospital")
        if not asked.to_name.strip():
            raise Refused("请填写网外医院的名称。", "to_name")
        return
    if there is None:
        raise Refused("请选择转入医院。名单里没有的，请选“转往网外”，填写医院名称。", "to_hospital")
    if there.pk == here.pk:
        raise Refused("不能转给本院，请选择别的医院。", "to_hospital")
    if not there.is_active:
        raise Refused(f"{there.name}已停用，不再接收新的患者。请选择别的医院。", "to_hospital")
    ours, theirs = rank(here), rank(there)
    if None in (ours, theirs) or ours == theirs:
        return
    right = Direction.UP if theirs > ours else Direction.DOWN
    if asked.direction != right:
        names = {level: tier.label for tier, level in NEAREST.items()}
        raise Refused(f"{there.name}是{names[theirs]}，本院是{names[ours]}，应选“{right.label}”。请改方向或医院。", "direction")


def _check_consent(asked: Asked) -> None:
    """征得科室主任、患者及家属同意后，由主治医师填写转诊病情介绍单 (柳卫医〔2017〕40号 二（三）2)."""
    for field, words in (
        ("reason", "转诊原因"),
        ("condition", "病情介绍"),
        ("head_of_department", "同意转诊的科室主任"),
        ("doctor", "主治医生"),
    ):
        if not getattr(asked, field).strip():
            raise Refused(f"请填写{words}。", field)
    if not asked.patient_agreed:
        raise Refused("患者同意才能转诊。未成年或者不能表达的，由监护人同意后勾选。", "patient_agreed")
    if asked.no_family and asked.family_name.strip():
        raise Refused("填了家属姓名，就不要勾选“没有家属”。", "family_name")
    if not asked.no_family and not (asked.family_name.strip() and asked.family_relation.strip()):
        field = "family_relation" if asked.family_name.strip() else "family_name"
        raise Refused("请填写同意转诊的家属和与患者的关系；没有家属的，请勾选“没有家属”。", field)


def hold_referral(referral: Referral, by: Staff) -> tuple[Referral, Case]:
    """The referral as it stands now, with its person and case held, in that order. Raises Referral.DoesNotExist for one out of sight."""
    scoped = Referral.objects.visible_to(by)
    found = scoped.select_related("case").get(pk=referral.pk)
    hold_person_of(found.case.person_id)
    cases = Case.objects.everywhere("the referral was found within the actor's scope").select_for_update(of=("self",))
    case = cases.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    held = scoped.select_for_update(of=("self",)).select_related("from_hospital", "to_hospital", "case").get(pk=referral.pk)
    refuse_carried(held, case, found.case)
    return held, case


@transaction.atomic
def move_referral(*, by: Staff, referral: Referral, move: str, text: str = "") -> Referral:
    """One step by the side whose it is. Raises Refused: another side's move, a state from which it does not lead, no reason
    where one is asked, a patient who is still in the sending hospital, or who leaves the pooling area unapproved.
    """
    referral, case = hold_referral(referral, by)
    step = REFERRAL_MOVES[move]
    try:
        state = target_of(move, referral.state, sides_of(by, referral))
    except ForbiddenReferralMove as error:
        raise Refused(str(error)) from None
    if step.reason and not text.strip():
        raise Refused(f"请写明{step.label}的原因，对方会看到。", "text")
    if len(text.strip()) > TEXT:
        raise Refused(f"说明超过 {TEXT} 个字，请缩短。", "text")
    if state == ON_THE_WAY or state == ARRIVED and referral.to_hospital_id is None:
        _check_departure(referral, case)
    _become(referral, case, state, by, text)
    told = f"{case.disease}转诊{step.done}，{referral.from_hospital.name} → {place_of(referral)}" + _said(text, step.reason)
    reason = text.strip() if step.reason else ""
    tell(case.person, f"referral_{move}", told, by=by, case=case, reason=reason, detail={"referral": referral.pk})
    return referral


def _said(text: str, is_reason: bool) -> str:
    return f"：{text.strip()}" if text.strip() and not is_reason else ""


def _check_departure(referral: Referral, case: Case) -> None:
    stays = Stay.objects.everywhere("every stay of one held case").filter(case=case, discharged_on=None)
    stay = stays.filter(hospital=referral.from_hospital).first()
    if stay:
        raise Refused(f"{case.person.name}从 {stay.admitted_on} 起在本院住院，还没有登记出院。请先登记出院，再登记出发。")
    if referral.leaves_area and not referral.approval_number and not referral.emergency:
        if referral.approval_refused:
            raise Refused(f"医保部门没有批准转往统筹区外：{referral.approval_refused}。请补充材料请医保部门再批，或取消转诊。")
        raise Refused("转往统筹区外要先经医保部门批准，现在还没有批。请与患者所在县的医保部门联系。")


def _give(case: Case, **fields) -> None:
    """Who treats the case and who reads along; the day of its last change stays, for nothing was done to the patient by it."""
    for name, value in fields.items():
        setattr(case, name, value)
    case.version += 1
    case.save(update_fields=[*fields, "version"])


def write_step(referral: Referral, state: str, by: Staff, text: str) -> None:
    unit = by.unit_on(clock.today())
    ReferralMove.objects.create(referral=referral, at=clock.now(), to_state=state, by=by, unit=unit, text=text.strip())


def _become(referral: Referral, case: Case, state: str, by: Staff, text: str) -> None:
    """The referral stands there, and the case's hospitals with it."""
    referral.state, referral.moved_at = state, clock.now()
    referral.ended_at = None if state in OPEN_REFERRALS else referral.moved_at
    referral.save(update_fields=["state", "moved_at", "ended_at"])
    write_step(referral, state, by, text)
    if state == ARRIVED and referral.to_hospital_id:
        there = referral.to_hospital
        # What was agreed with the first hospital holds only for a treatment that began there.
        standing = STANDING if case.state in ("verified", "planned") else OPEN_PLANS
        cancel_plans(by=by, case=case, reason=f"转诊到{there.name}", states=standing, but_of=there)
        _give(case, hospital_code=there.code, hospital_name=there.name, referral_code=referral.from_hospital.code)
    elif state not in OPEN_REFERRALS and case.referral_code:
        _give(case, referral_code="")


def follow_admission(*, by: Staff, case: Case, hospital: Hospital) -> None:
    """The patient was admitted while a referral is open: it follows the facts. In the caller's transaction, the case held by the caller.

    Admitted where they were to go, they have arrived. Admitted where they came from before that, they still wait; after that, or in a
    third hospital, the referral is over.
    """
    referral = _open_of(case=case)
    if referral is None or referral.to_hospital_id is None and hospital.pk == referral.from_hospital_id:
        return
    if hospital.pk == referral.to_hospital_id:
        if referral.state != ARRIVED:
            _told(referral, case, ARRIVED, "患者到院", by, "登记入院时到院")
    elif hospital.pk != referral.from_hospital_id or referral.state == ARRIVED:
        state = ReferralState.FINISHED if referral.state == ARRIVED else ReferralState.CANCELLED
        _told(
            referral,
            case,
            state,
            REFERRAL_MOVES["finish" if state == ReferralState.FINISHED else "cancel"].done,
            by,
            f"已在{hospital.name}入院",
        )


def cancel_referral(*, by: Staff, case: Case, reason: str) -> None:
    """The open referral of a case falls away, or ends where the patient has arrived; in the caller's transaction, the case held by the caller."""
    referral = _open_of(case=case)
    if referral is not None:
        state = ReferralState.FINISHED if referral.state == ARRIVED else ReferralState.CANCELLED
        _told(referral, case, state, "办结" if state == ReferralState.FINISHED else "取消", by, reason)


def cancel_with_case(*, by: Staff, case: Case) -> None:
    """The case was closed: nobody is sent anywhere for it any more."""
    cancel_referral(by=by, case=case, reason=f"病例销号（{dict(OUTCOMES)[case.outcome]}）")


def _told(referral: Referral, case: Case, state: str, done: str, by: Staff, text: str) -> None:
    _become(referral, case, state, by, text)
    move = {ARRIVED: "arrive", ReferralState.FINISHED: "finish", ReferralState.CANCELLED: "cancel"}[state]
    told = f"{case.disease}转诊{done}，{referral.from_hospital.name} → {place_of(referral)}"
    tell(case.person, f"referral_{move}", told, by=by, case=case, reason=text, detail={"referral": referral.pk})
