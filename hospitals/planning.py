"""诊疗方案: written and filed by the designated hospital, returned or accepted by the county, amended by a new version."""

from collections.abc import Mapping

from django.db import transaction

from hospitals.estimating import estimate_plan
from hospitals.models import OPEN_PLANS, Hospital, Inability, PlanState, Stay, TreatmentPlan
from hospitals.plan_facts import FIELDS, LABELS, check_facts
from hospitals.plan_moves import STANDING, ForbiddenPlanMove, target_of
from hospitals.plan_phrases import count_uses
from ledger import clock
from ledger.actions import cases
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person_of, refuse_carried
from ledger.actions.proofs import Brought, add_proofs, tidy_name
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Case, ProofKind, Role, Staff
from ledger.papers.reading import refuse_misnamed
from ledger.transitions import OUTCOMES
from ledger.working_days import after_working_days

WRITABLE = ("verified", "planned", "in_treatment")  # A case before treatment or in it; what is over needs no plan.
WHOLE = ""  # The name under which a remark on the whole plan is kept.
REMARK = 120
ALLOWED = 3  # Working days in which the county answers.
CHANGED = "您打开之后，这份方案已有变动。请先看过现在的方案，再填写。"


def _plans_of(case: Case):
    return TreatmentPlan.objects.everywhere("the plans of one held case, whatever hospital wrote them").filter(case=case)


def mark_of(plan: TreatmentPlan | None) -> str:
    """What a page was opened on, so that nobody overwrites what somebody else wrote meanwhile."""
    return f"{plan.pk}.{plan.state}.{plan.written_at.timestamp()}" if plan else "new"


def latest(case: Case, hospital: Hospital) -> TreatmentPlan | None:
    """The version that a hospital goes on from: the one in work, else the accepted one; none where everything fell away."""
    return _plans_of(case).filter(hospital=hospital, state__in=STANDING).order_by("-version").first()


def written_before(plan: TreatmentPlan) -> TreatmentPlan | None:
    """The version that this one followed, to tell what it changed; none for a first one."""
    earlier = _plans_of(plan.case).filter(version__lt=plan.version, hospital=plan.hospital).exclude(state=PlanState.CANCELLED)
    return earlier.order_by("-version").first()


def refuse_unwritable(case: Case, hospital: Hospital, by: Staff) -> None:
    """Whether this hospital has a plan to write here. Raises Refused: another hospital's patient, a state without plans, the hospital's own word that it cannot treat, no designation."""
    if by.role != Role.LIAISON or hospital.code != by.hospital_code:
        raise Refused("诊疗方案由收治医院的联络员填写。")
    if case.hospital_code != hospital.code:
        raise Refused(f"{case.person.name}的{case.disease}现在不由{hospital.name}收治，不能填写方案。请和县卫健部门核对。")
    if case.state not in WRITABLE:
        raise Refused(f"{case.disease}的状态是“{case.get_state_display()}”，核实以后、完成治疗以前才能填写方案。")
    said = Inability.objects.everywhere("what was said of one case in sight").open().filter(case=case, hospital=hospital).first()
    if said:
        raise Refused(f"{hospital.name} {said.said_on} 说明不具备诊疗条件，等县卫健部门安排，不用填写方案。")
    _refuse_undesignated(case, hospital)


def _refuse_undesignated(case: Case, hospital: Hospital) -> None:
    """A hospital plans for those it is designated for today, and for those who are in its beds already."""
    today = clock.today()
    if Hospital.objects.designated_for(disease=case.disease, county=case.county, on=today).filter(pk=hospital.pk).exists():
        return
    stays = Stay.objects.everywhere("every stay of one held case").filter(case=case, hospital=hospital)
    if case.state != "in_treatment" or not stays.exists():
        raise Refused(f"{hospital.name}不是{case.county.label} {today.year} 年{case.disease}的定点医院。请县卫健部门另选定点医院。")


@transaction.atomic
def save_plan(*, by: Staff, case: Case, facts: Mapping[str, object], seen: str, reason: str = "") -> TreatmentPlan:
    """What the liaison has written so far, with its estimate: a draft that the county does not see.

    After a returned or an accepted version it is the next one; the accepted one stays in force until this one is accepted.
    ``seen``: ``mark_of`` the version that the page was opened on. Raises Refused: see ``refuse_unwritable``, ``check_facts``.
    """
    plan = _write(by, case, facts, seen, reason, whole=False)
    record("plan_written", by=by, subject=plan.case, county=plan.case.county, detail={"what": f"第 {plan.version} 版"})
    return plan


@transaction.atomic
def file_plan(*, by: Staff, case: Case, facts: Mapping[str, object], seen: str, reason: str = "") -> TreatmentPlan:
    """The plan is whole and goes to the county. Raises Refused: as ``save_plan``, a line that is missing, an amendment without its reason."""
    plan = _write(by, case, facts, seen, reason, whole=True)
    _move(plan, "file", by)
    plan.filed_at, plan.filed_by = clock.now(), by
    plan.late_from = after_working_days(plan.case.county.prefecture, clock.today(), ALLOWED)
    plan.save(update_fields=["state", "filed_at", "filed_by", "late_from"])
    count_uses(plan)
    text = f"{plan.case.disease}上报诊疗方案第 {plan.version} 版，{plan.hospital.name}"
    tell(plan.case.person, "plan_filed", text, by=by, case=plan.case, reason=plan.amended_because)
    return plan


def _write(by: Staff, case: Case, facts: Mapping[str, object], seen: str, reason: str, *, whole: bool) -> TreatmentPlan:
    case = hold_case(case, by)
    hospital = Hospital.objects.get(code=by.hospital_code) if by.hospital_code else None
    if hospital is None:
        raise Refused("诊疗方案由收治医院的联络员填写。")
    refuse_unwritable(case, hospital, by)
    known = latest(case, hospital)
    if mark_of(known) != seen:
        raise Refused(CHANGED)
    if known and known.state == PlanState.FILED:
        raise Refused("方案已上报，等县卫健部门答复。要改的，请先撤回。")
    check_facts(case, facts, whole=whole)
    cancel_plans(by=by, case=case, reason=f"改由{hospital.name}收治", states=OPEN_PLANS, but_of=hospital)
    plan = known if known and known.state == PlanState.DRAFT else _next_version(case, hospital, known, by)
    amends = _plans_of(case).filter(hospital=hospital, state=PlanState.ACCEPTED).exists()
    if amends and whole and not reason.strip():
        raise Refused("请写明为什么修订。", "reason")
    for name in FIELDS:
        setattr(plan, name, facts[name])
    plan.amended_because = reason.strip() if amends else ""
    plan.written_at, plan.written_by = clock.now(), by
    plan.save()
    estimate_plan(plan)
    return plan


def _next_version(case: Case, hospital: Hospital, known: TreatmentPlan | None, by: Staff) -> TreatmentPlan:
    """A version after all that the case has had; a returned one gives way to it and keeps its remarks."""
    if known and known.state == PlanState.RETURNED:
        _move(known, "correct", by)
        known.save(update_fields=["state"])
    last = _plans_of(case).order_by("-version").values_list("version", flat=True).first() or 0
    return TreatmentPlan(case=case, hospital=hospital, version=last + 1, state=PlanState.DRAFT)


def _move(plan: TreatmentPlan, move: str, by: Staff) -> None:
    try:
        plan.state = target_of(move, plan.state, by.role)
    except ForbiddenPlanMove as error:
        raise Refused(str(error)) from None


def _hold(plan: TreatmentPlan, by: Staff) -> TreatmentPlan:
    """The version as it stands now, with its case and person held. Raises Refused where a merge gave the case away."""
    scoped = TreatmentPlan.objects.visible_to(by)
    found = scoped.select_related("case").get(pk=plan.pk)
    hold_person_of(found.case.person_id)
    case = Case.objects.everywhere("the plan was found within the actor's scope").select_for_update(of=("self",))
    case = case.select_related("person", "disease", "county__parent").get(pk=found.case_id)
    plan = scoped.select_for_update(of=("self",)).select_related("hospital").get(pk=plan.pk)
    refuse_carried(plan, case, found.case)
    plan.case = case
    return plan


@transaction.atomic
def withdraw_plan(*, by: Staff, plan: TreatmentPlan) -> TreatmentPlan:
    """The liaison takes a filed plan back before it is answered; it is a draft again. Raises Refused."""
    plan = _hold(plan, by)
    _move(plan, "withdraw", by)
    plan.filed_at = plan.filed_by = plan.late_from = None
    plan.save(update_fields=["state", "filed_at", "filed_by", "late_from"])
    tell(plan.case.person, "plan_withdrawn", f"{plan.case.disease}撤回诊疗方案第 {plan.version} 版", by=by, case=plan.case)
    return plan


@transaction.atomic
def discard_plan(*, by: Staff, plan: TreatmentPlan, reason: str) -> TreatmentPlan:
    """A draft that comes to nothing, an amendment that is not needed after all; it is kept, with the reason. Raises Refused."""
    plan = _hold(plan, by)
    _move(plan, "discard", by)
    if not reason.strip():
        raise Refused("请写明作废的原因。", "reason")
    plan.cancelled_because = reason.strip()
    plan.save(update_fields=["state", "cancelled_because"])
    _tell_cancelled([plan], plan.case, by=by, reason=plan.cancelled_because)
    return plan


@transaction.atomic
def accept_plan(*, by: Staff, plan: TreatmentPlan) -> TreatmentPlan:
    """The county agrees: a verified case is planned with it, and an earlier accepted version gives way.

    Raises Refused: answered or taken back meanwhile, a case that is closed or another hospital's, no designation any more.
    """
    plan = _hold(plan, by)
    case = plan.case
    _move(plan, "accept", by)
    if case.hospital_code != plan.hospital.code or case.state not in (*WRITABLE, "treated"):
        raise Refused(
            f"{case.disease}现在的状态是“{case.get_state_display()}”，收治医院是{case.hospital_name or '未定'}，不能同意这份方案。请退回。"
        )
    if case.state != "treated":
        _refuse_undesignated(case, plan.hospital)
    for earlier in _plans_of(case).filter(state=PlanState.ACCEPTED):
        _move(earlier, "amend", by)
        earlier.save(update_fields=["state"])
    plan.remarks, plan.answered_at, plan.answered_by = {}, clock.now(), by
    plan.save(update_fields=["state", "remarks", "answered_at", "answered_by"])
    tell(case.person, "plan_accepted", f"{case.disease}同意诊疗方案第 {plan.version} 版，{plan.hospital.name}", by=by, case=case)
    if case.state == "verified":
        cases.plan_case(by=by, case=case, hospital_code=plan.hospital.code, hospital_name=plan.hospital.name)
    return plan


@transaction.atomic
def return_plan(*, by: Staff, plan: TreatmentPlan, remarks: Mapping[str, str]) -> TreatmentPlan:
    """The county sends the plan back with what is wrong at which line (``WHOLE``: with all of it).

    Raises Refused: no remark, one too long, answered, a case whose treatment is over, for which the hospital writes no more.
    """
    plan = _hold(plan, by)
    _move(plan, "return", by)
    if plan.case.state not in WRITABLE:
        raise Refused(
            f"{plan.case.disease}的状态是“{plan.case.get_state_display()}”，医院不能再改方案。请同意；不需要这一版的，请医院撤回后作废。"
        )
    said = {name: text.strip() for name, text in remarks.items() if text.strip()}
    if not said:
        raise Refused("请至少在一处写明要改什么，医院会看到。", WHOLE)
    for name, text in said.items():
        if name != WHOLE and name not in FIELDS:
            raise Refused("审核意见不属于方案的任何一项，请重新填写。", WHOLE)
        if len(text) > REMARK:
            raise Refused(f"意见超过 {REMARK} 个字，请缩短。", name)
    plan.remarks, plan.answered_at, plan.answered_by = said, clock.now(), by
    plan.save(update_fields=["state", "remarks", "answered_at", "answered_by"])
    places = "、".join(LABELS.get(name, "整份方案") for name in said)
    tell(
        plan.case.person, "plan_returned", f"{plan.case.disease}退回诊疗方案第 {plan.version} 版：{places}"[:300], by=by, case=plan.case,
        reason="；".join(said.values())[:300],
    )  # fmt: skip
    return plan


@transaction.atomic
def attach_signed(*, by: Staff, plan: TreatmentPlan, file: Brought) -> TreatmentPlan:
    """The scanned page with stamp and signature, kept among the case's papers; another one takes its place, the first is kept.

    Raises Refused: a plan that is not accepted, a file that is not what its name says, and what ``add_proofs`` refuses.
    """
    found = TreatmentPlan.objects.visible_to(by).select_related("case__person__county").get(pk=plan.pk)
    (proof,) = add_proofs(by=by, person=found.case.person, kind=ProofKind.PLAN, files=[file], case=found.case)
    refuse_misnamed(tidy_name(file.name), proof.media_type, "file")
    plan = _hold(found, by)
    if plan.state != PlanState.ACCEPTED:
        raise Refused(f"这份方案现在是“{plan.get_state_display()}”，县里同意以后再上传签字盖章页。", "file")
    plan.signed = proof
    plan.save(update_fields=["signed"])
    record("plan_signed", by=by, subject=plan.case, county=plan.case.county, detail={"what": f"第 {plan.version} 版"})
    return plan


def cancel_plans(*, by: Staff, case: Case, reason: str, states: tuple[str, ...] = STANDING, but_of: Hospital | None = None) -> int:
    """Every version that is not replaced yet falls away, in the caller's transaction, with the case held by the caller; answers how many.

    ``states`` narrows it to versions that stand so, ``but_of`` leaves those of one hospital alone.
    """
    standing = _plans_of(case).filter(state__in=states).exclude(hospital=but_of)
    standing = list(standing.select_for_update(of=("self",)).order_by("version"))
    if standing:
        pks = [plan.pk for plan in standing]
        _plans_of(case).filter(pk__in=pks).update(state=PlanState.CANCELLED, cancelled_because=reason[:200])
        _tell_cancelled(standing, case, by=by, reason=reason)
    return len(standing)


def leave_plans(*, by: Staff, case: Case, hospital: Hospital, before: str) -> None:
    """The patient was admitted here: what another hospital was writing falls away, and what it had agreed while nobody was in hospital yet.

    In the caller's transaction, with the case held by the caller; ``before`` is the state that the admission found.
    """
    states = STANDING if before in ("verified", "planned") else OPEN_PLANS
    cancel_plans(by=by, case=case, reason=f"改在{hospital.name}住院", states=states, but_of=hospital)


def leave_unfinished(*, by: Staff, case: Case) -> None:
    """The treatment is completed: what the hospital had not filed, or was to mend, nobody writes any more; what was filed may still be agreed.

    In the caller's transaction, with the case held by the caller.
    """
    cancel_plans(by=by, case=case, reason="已完成治疗", states=(PlanState.DRAFT, PlanState.RETURNED))


def _tell_cancelled(plans: list[TreatmentPlan], case: Case, *, by: Staff, reason: str) -> None:
    versions = "、".join(str(plan.version) for plan in plans)
    tell(case.person, "plan_cancelled", f"{case.disease}诊疗方案第 {versions} 版作废", by=by, case=case, reason=reason)


def cancel_with_case(*, by: Staff, case: Case) -> None:
    """The case was closed: nobody works on a plan for it any more; the accepted one stays as what was done."""
    cancel_plans(by=by, case=case, reason=f"病例销号（{dict(OUTCOMES)[case.outcome]}）", states=OPEN_PLANS)
