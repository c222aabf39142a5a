"""Moves of a case along its table: each checks what the move asks, writes the event, and remakes the derived rows."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from ledger import clock
from ledger.actions.assigning import hands_of
from ledger.actions.history import tell
from ledger.actions.locking import hold_case, hold_person, hold_rules_of
from ledger.actions.refusals import Refused
from ledger.case_endings import end_with
from ledger.identity import age_on
from ledger.models import Case, Person, Staff
from ledger.standing import remake
from ledger.transitions import MOVES, OUTCOMES, ForbiddenMove, target_of


@transaction.atomic
def open_case(*, by: Staff, person: Person, entry, found_only: bool = False) -> Case:
    """Open a case for a disease as found; registered at once unless ``found_only``.

    Raises Refused: a date in the future, before birth, a diagnosis of another disease, a second case of the disease.
    """
    return open_case_of_held(by=by, person=hold_person(person, by), entry=entry, found_only=found_only)


def open_case_of_held(*, by: Staff, person: Person, entry, found_only: bool) -> Case:
    """The same for a person whom the caller holds and whose scope the caller answers for, in the caller's transaction."""
    today = clock.today()
    if not person.residences.filter(during__endswith=None).exists():
        raise Refused(f"{person.name}已迁出本市。请先恢复按“迁出”销号的病例，再登记新的病种。", "disease")
    if entry.found_on > today:
        raise Refused(f"发现日期 {entry.found_on} 晚于今天，请改正。", "found_on")
    if entry.found_on < person.born_on:
        raise Refused(f"发现日期 {entry.found_on} 早于出生日期 {person.born_on}，请改其中一个。", "found_on")
    if entry.diagnosed_on and not person.born_on <= entry.diagnosed_on <= today:
        raise Refused(f"确诊日期 {entry.diagnosed_on} 要在出生日期和今天之间，请改正。", "diagnosed_on")
    code = entry.icd10.strip().upper()
    if code and not any(code.startswith(prefix) for prefix in entry.disease.icd10_prefixes):
        allowed = "、".join(entry.disease.icd10_prefixes)
        raise Refused(f"ICD-10 编码 {code} 不属于{entry.disease.name}（应以 {allowed} 开头）。请核对病种或编码。", "icd10")
    existing = person.cases.filter(disease=entry.disease).first()
    if existing:
        raise Refused(f"{person.name}已有{entry.disease}病例，状态“{existing.get_state_display()}”。请打开原病例。", "disease")
    hold_rules_of([entry.disease.pk])
    state = "found" if found_only else "registered"
    case = Case.objects.create(
        person=person, disease=entry.disease, county=person.county, township=person.township, state=state,
        found_on=entry.found_on, found_how=entry.found_how, found_by_name=entry.found_by_name, diagnosed_on=entry.diagnosed_on,
        diagnosis_hospital=entry.diagnosis_hospital, icd10=code,
        registered_on=None if found_only else today, registered_by=None if found_only else by,
        assigned_to=None if found_only else hands_of(by),
        age_confirmation_needed=not entry.disease.accepts_age(age_on(person.born_on, today)), changed_at=clock.now(),
    )  # fmt: skip
    tell(person, "case_found", f"发现{entry.disease}，途径：{entry.found_how}", by=by, case=case, on=entry.found_on, to_state="found")
    if not found_only:
        tell(person, "case_registered", f"{entry.disease}登记建档", by=by, case=case, from_state="found", to_state=state)
    remake([person.pk])
    return case


def _target(case: Case, move: str, by: Staff, state_before: str = "") -> str:
    """Where the move leads this case by this hand. Raises Refused where it leads nowhere."""
    try:
        return target_of(move, case.state, by.role, state_before)
    except ForbiddenMove as error:
        raise Refused(str(error)) from None


def _advance(
    case: Case, move: str, *, by: Staff, text: str, on: datetime.date | None = None, reason: str = "", state_before: str = "", **fields
) -> Case:
    """Make one move of the table with its event; the caller has checked what the move asks."""
    arrow, target = MOVES[move], _target(case, move, by, state_before)
    if arrow.reason and not reason.strip():
        raise Refused(f"请写明{arrow.label}的原因。", "reason")
    before, case.state = case.state, target
    for name, value in fields.items():
        setattr(case, name, value)
    case.changed_at = clock.now()
    case.version += 1
    case.save()
    tell(case.person, f"case_{move}", text, by=by, case=case, on=on, from_state=before, to_state=target, reason=reason)
    remake([case.person_id])
    return case


@transaction.atomic
def register_case(*, by: Staff, case: Case) -> Case:
    """A found case is put on the ledger from today."""
    case = hold_case(case, by)
    return _advance(
        case, "register", by=by, text=f"{case.disease}登记建档",
        registered_on=clock.today(), registered_by=by, assigned_to=case.assigned_to or hands_of(by),
        age_confirmation_needed=is_too_old(case, case.person.born_on),
    )  # fmt: skip


def check_verify(*, by: Staff, case: Case) -> None:
    """What keeps a case from being verified: where it stands, or an age above the limit that the lead has not confirmed. Raises Refused."""
    if case.age_confirmation_needed and not case.age_confirmed_by_id:
        raise Refused(f"{case.person.name}超过{case.disease}的年龄限制（{case.disease.age_max} 岁），须负责人先确认。")
    _target(case, "verify", by)


@transaction.atomic
def verify_case(*, by: Staff, case: Case) -> Case:
    """The county bureau confirms person and disease. Raises Refused as ``check_verify`` says."""
    case = hold_case(case, by)
    check_verify(by=by, case=case)
    return _advance(case, "verify", by=by, text=f"{case.disease}核实通过", verified_on=clock.today())


def is_too_old(case: Case, born_on: datetime.date) -> bool:
    """Whether the person was above the disease's age limit on the day of registration; today while the case is only found."""
    return not case.disease.accepts_age(age_on(born_on, case.registered_on or clock.today()))


@transaction.atomic
def review_ages(person: Person) -> list[Case]:
    """The birth date was corrected: the open cases for which the lead must now confirm the age, or no longer. Answers the former.

    A confirmation that is no longer needed is forgotten, so that a later correction asks anew. The person is held by the caller.
    """
    newly = []
    for case in person.cases.exclude(state="closed").select_for_update(of=("self",)).select_related("disease").order_by("pk"):
        needed = is_too_old(case, person.born_on)
        if needed == case.age_confirmation_needed:
            continue
        case.age_confirmation_needed = needed
        case.age_confirmed_by = None
        case.save(update_fields=["age_confirmation_needed", "age_confirmed_by"])
        if needed:
            newly.append(case)
    return newly


@transaction.atomic
def confirm_age(*, by: Staff, case: Case) -> Case:
    """The lead confirms that a person above the age limit belongs on the ledger; F1's children's row still goes by age."""
    case = hold_case(case, by)
    if by.role != "lead" or not case.age_confirmation_needed or case.age_confirmed_by_id:
        raise Refused("这一例不需要负责人确认年龄。")
    case.age_confirmed_by = by
    case.save(update_fields=["age_confirmed_by"])
    tell(case.person, "age_confirmed", f"确认超过{case.disease}的年龄限制，仍登记在册", by=by, case=case)
    return case


@transaction.atomic
def return_case(*, by: Staff, case: Case, reason: str) -> Case:
    """Back to whoever registered it, with what is missing."""
    case = hold_case(case, by)
    return _advance(case, "return", by=by, text=f"{case.disease}退回补正", reason=reason, verified_on=None)


@transaction.atomic
def resubmit_case(*, by: Staff, case: Case) -> Case:
    """The registration was completed and asks for verification again."""
    case = hold_case(case, by)
    return _advance(case, "resubmit", by=by, text=f"{case.disease}补正后再报")


@transaction.atomic
def arrange_case(*, by: Staff, case: Case, hospital_code: str, hospital_name: str, reason: str = "") -> Case:
    """The county arranges which hospital writes the plan: after verification, or another one in place of one that cannot treat.

    Whoever arranges another says why; a plan that was agreed falls back to verified with it. Raises Refused.
    """
    case = hold_case(case, by)
    another = case.hospital_code not in ("", hospital_code)
    if another and not reason.strip():
        raise Refused(f"{case.person.name}已安排在{case.hospital_name}。要另选医院，请写明原因。", "reason")
    place = {"hospital_code": hospital_code, "hospital_name": hospital_name}
    if case.state == "planned":
        text = f"{case.disease}另选定点医院，{case.hospital_name}改为{hospital_name}，原方案作废"
        return _advance(case, "rearrange", by=by, text=text, reason=reason, **place)
    text = f"{case.disease}{'另选' if another else '安排'}定点医院，{hospital_name}"
    return _advance(case, "arrange", by=by, text=text, reason=reason, **place)


@transaction.atomic
def plan_case(*, by: Staff, case: Case, hospital_code: str, hospital_name: str) -> Case:
    """The hospital that treats is agreed; the plan itself is the hospitals app's."""
    case = hold_case(case, by)
    return _advance(
        case, "plan", by=by, text=f"{case.disease}定诊疗方案，{hospital_name}", hospital_code=hospital_code, hospital_name=hospital_name
    )


@transaction.atomic
def admit_case(*, by: Staff, case: Case, on: datetime.date, hospital_code: str, hospital_name: str, note: str = "") -> Case:
    """A stay began; ``note`` is said of the hospital. Raises Refused for a day before discovery or in the future."""
    case = hold_case(case, by)
    if on < case.found_on:
        raise Refused(f"入院日期 {on} 早于发现日期 {case.found_on}，请改其中一个。", "admitted_on")
    if on > clock.today():
        raise Refused(f"入院日期 {on} 晚于今天，请改正。", "admitted_on")
    text = f"{case.disease}入院，{hospital_name}" + (f"（{note}）" if note else "")
    return _advance(case, "admit", by=by, text=text, on=on, hospital_code=hospital_code, hospital_name=hospital_name)


@transaction.atomic
def complete_case(*, by: Staff, case: Case, on: datetime.date, text: str = "") -> Case:
    """The hospital marks the treatment completed; the first such day stays. Raises Refused for a day before discovery or in the future."""
    case = hold_case(case, by)
    if on < case.found_on:
        raise Refused(f"完成治疗日期 {on} 早于发现日期 {case.found_on}，请改其中一个。", "completed_on")
    if on > clock.today():
        raise Refused(f"完成治疗日期 {on} 晚于今天，请改正。", "completed_on")
    return _advance(
        case, "complete", by=by, text=f"{case.disease}完成治疗" + (f"，{text}" if text else ""), on=on, completed_on=case.completed_on or on
    )


@transaction.atomic
def withdraw_completion(*, by: Staff, case: Case, reason: str) -> Case:
    """The treatment had been marked completed by mistake: the day is taken back, with the reason."""
    case = hold_case(case, by)
    text = f"{case.disease}撤销完成治疗"
    return _advance(case, "withdraw", by=by, text=text, reason=reason, completed_on=_completion_before(case))


def _completion_before(case: Case) -> datetime.date | None:
    """The first completion that still stands once the last one is taken back; None when there was no other."""
    standing: list[datetime.date] = []
    told = case.events.filter(move__in=("case_complete", "case_withdraw")).order_by("pk").values_list("move", "on")
    for move, on in told:
        if move == "case_complete":
            standing.append(on)
        elif standing:
            standing.pop()
    return standing[0] if len(standing) > 1 else None


@transaction.atomic
def close_case(*, by: Staff, case: Case, outcome: str, reason: str, on: datetime.date) -> Case:
    """治愈一例，销号一例: close by outcome. 迁出 means out of the prefecture and ends the home there from that day.

    Raises Refused: cured or improved without completed treatment, a day before registration or in the future.
    """
    case = hold_case(case, by)
    label = dict(OUTCOMES).get(outcome)
    if label is None:
        raise Refused("请选择销号原因。", "outcome")
    if on > clock.today() or on < (case.registered_on or case.found_on):
        raise Refused(f"销号日期 {on} 要在登记日期和今天之间，请改正。", "on")
    if outcome in ("cured", "improved") and case.completed_on is None:
        raise Refused(f"还没有登记完成治疗，不能按“{label}”销号。请先登记完成治疗。", "outcome")
    if outcome in ("cured", "improved") and on < case.completed_on:
        raise Refused(f"销号日期 {on} 早于完成治疗日期 {case.completed_on}，请改正。", "on")
    if outcome == "moved_away":
        _leave_prefecture(case.person, on)
    case = _advance(case, "close", by=by, text=f"{case.disease}{label}，销号", on=on, reason=reason, closed_on=on, outcome=outcome)
    end_with(by=by, case=case)
    return case


def _leave_prefecture(person: Person, on: datetime.date) -> None:
    home = person.residences.filter(during__endswith=None).first()
    if home is None:
        return
    if home.during.lower and on <= home.during.lower:
        raise Refused(f"迁出日期 {on} 不晚于现住址的起始日期 {home.during.lower}，请改正。", "on")
    home.during = DateRange(home.during.lower, on)
    home.save(update_fields=["during"])


@transaction.atomic
def reopen_case(*, by: Staff, case: Case, reason: str) -> Case:
    """A closed case stands again where it stood before it was closed.

    Somebody who had left lives here again from today. A mistaken registration counts again from today: the months in which
    it was struck off stay as they were submitted.
    """
    case = hold_case(case, by)
    closing = case.events.filter(move="case_close").first()
    if case.outcome == "moved_away" and not case.person.residences.filter(during__endswith=None).exists():
        last = case.person.residences.order_by("-during").first()
        case.person.residences.create(
            county=last.county, township=last.township, village=last.village, address=last.address,
            during=DateRange(max(clock.today(), last.during.upper), None), reason=reason,
        )  # fmt: skip
    if case.outcome == "mistaken" and case.closed_on < clock.today():
        case.struck_off.create(during=DateRange(case.closed_on, clock.today()))
    return _advance(
        case, "reopen", by=by, text=f"{case.disease}恢复", reason=reason, state_before=closing.from_state if closing else "",
        closed_on=None, outcome="", age_confirmation_needed=is_too_old(case, case.person.born_on),
    )  # fmt: skip
