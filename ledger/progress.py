"""A case's seven stations as the person's page draws them, and the moves open from where it stands."""

from dataclasses import dataclass, replace

from django.urls import reverse

from ledger.models import Case, CaseEvent, Role
from ledger.transitions import COUNTY, HOSPITAL, LEAD, MOVES, REGISTRARS, STATIONS, allowed_moves

BY_HOSPITAL = {move: f"hospitals:{move}" for move in ("arrange", "plan", "admit", "complete", "withdraw")} | {
    "rearrange": "hospitals:arrange"
}
# The move that brings a case forward from each state; the rest are asides.
FORWARD = {
    "found": "register", "registered": "verify", "returned": "resubmit", "verified": "plan", "planned": "admit",
    "in_treatment": "complete", "treated": "close",
}  # fmt: skip
AT_ONCE = {"register", "verify", "resubmit", "confirm-age"}  # Nothing to ask: a button, not a page.
# Who makes a move, in words for those who can only wait for it; the roles are the table's.
WHOSE = {
    REGISTRARS: "乡镇卫生院或县卫健部门", COUNTY: "县卫健部门", HOSPITAL: "县卫健部门或定点医院", LEAD: "县卫健部门负责人",
}  # fmt: skip


@dataclass
class Station:
    words: str
    past: bool
    now: bool
    note: str = ""


@dataclass
class Step:
    """A button on the page: where it leads and whether pressing it already does it."""

    move: str
    words: str
    address: str
    at_once: bool
    forward: bool


@dataclass
class Progress:
    case: Case
    special: bool
    stations: list[Station]
    steps: list[Step]
    note: str = ""
    waits: str = ""


def stations(case: Case, events: list[CaseEvent]) -> list[Station]:
    """Past, present and future stations; a note says day and hand."""
    reached = {}
    for event in events:  # Newest first: the latest arrival at a station is what counts.
        if event.move != "case_arrange":  # Verified it was already.
            reached.setdefault(event.to_state, event)
    order = [code for code, _ in STATIONS]
    here = order.index("registered" if case.state == "returned" else case.state)
    drawn = []
    for index, (code, words) in enumerate(STATIONS):
        event = reached.get(code)
        # A case may go from verification straight to a stay: a station nobody stopped at stays empty.
        past = index < here and event is not None or index == here == len(order) - 1
        note = f"{event.on:%m-%d} {event.by_name}" if event and index <= here else ""
        drawn.append(Station(words, past, index == here and not past, note))
    if case.state == "returned":
        drawn[here].words = "退回补正"
    return drawn


def forward_of(case: Case) -> str:
    """The move that brings this case forward: before a hospital is arranged, nobody can write its plan."""
    return "arrange" if case.state == "verified" and not case.hospital_code else FORWARD.get(case.state, "")


def steps(case: Case, staff) -> list[Step]:
    """The moves this member of staff may make now, the forward one first. The other hospital of a referral only reads."""
    if staff.role == Role.LIAISON and case.hospital_code != staff.hospital_code:
        return []
    moves = allowed_moves(case.state, staff.role)
    stay = _open_stay(case, staff) if case.state in ("in_treatment", "treated") else None
    if stay:
        moves = [move for move in moves if move != "admit"]  # Nobody is admitted twice.
    elif case.state == "treated":
        moves = [move for move in moves if move != "admit"] + (["admit"] if "admit" in moves else [])
    found = [_step(case, move) for move in moves]
    if case.state == "verified" and case.hospital_code:
        found = _with_plan(case, staff, found)
    if said_unable(case):
        found = [replace(step, forward=step.move in ("arrange", "rearrange")) for step in found if step.move != "plan-write"]
    if stay and "complete" in moves:
        found = [_discharge(stay), *(replace(step, forward=False) for step in found)]
    if case.age_confirmation_needed and not case.age_confirmed_by_id and staff.role == Role.LEAD:
        found.insert(0, Step("confirm-age", "确认年龄", reverse("ledger:case-move", args=[case.pk, "confirm-age"]), True, True))
    return sorted(found, key=lambda step: not step.forward)


def said_unable(case: Case) -> bool:
    """Whether the hospital arranged said that it cannot treat the case, and the county has not answered: then it is the county's turn."""
    if case.state not in ("verified", "planned") or not case.hospital_code:
        return False
    said = case.inabilities.everywhere("what was said of a case in sight").filter(answered_on=None)
    return said.filter(hospital__code=case.hospital_code).exists()


def _with_plan(case: Case, staff, found: list[Step]) -> list[Step]:
    """The plan is the hospital's to write and the county's to answer; one agreed on paper the county registers at once."""
    plan = case.plans.visible_to(staff).filter(state__in=("draft", "filed", "returned")).first()
    state = plan.state if plan else ""
    rest = [replace(step, forward=False) for step in found if step.move != "plan"]
    if staff.role == Role.LIAISON:
        words = {"": "填写诊疗方案", "draft": "继续填写方案", "returned": "按意见修改方案", "filed": "查看上报的方案"}[state]
        address = reverse("hospitals:plan-version", args=[plan.pk]) if state == "filed" else reverse("hospitals:plan-write", args=[case.pk])
        return [Step("plan-write", words, address, False, state != "filed"), *rest]
    if staff.role not in COUNTY:
        return found
    answer = (
        [Step("plan-answer", "审核诊疗方案", reverse("hospitals:plan-answer", args=[plan.pk]), False, True)] if state == "filed" else []
    )
    return [*answer, *(replace(step, forward=False, words="方案已在纸上定好") for step in found if step.move == "plan"), *rest]


def _open_stay(case: Case, staff):
    """The stay that has not ended, as far as this member of staff sees it."""
    return case.stays.visible_to(staff).filter(discharged_on=None).first()


def _discharge(stay) -> Step:
    """Whoever is still in hospital completes the treatment by being discharged; only a lasting treatment is completed before."""
    return Step("discharge", "登记出院", reverse("hospitals:discharge", args=[stay.pk]) + "?completed=1", False, True)


def _step(case: Case, move: str) -> Step:
    words = "再次入院" if move == "admit" and case.state in ("in_treatment", "treated") else MOVES[move].label
    if move == "arrange" and case.hospital_code:
        words = MOVES["rearrange"].label  # From verified it asks no other move, only the reason.
    address = reverse(BY_HOSPITAL[move], args=[case.pk]) if move in BY_HOSPITAL else reverse("ledger:case-move", args=[case.pk, move])
    return Step(move, words, address, move in AT_ONCE, forward_of(case) == move)


def case_progress(case: Case, staff, events: list[CaseEvent], covered: set[int]) -> Progress:
    """Everything the page shows of one case; ``events`` are the case's, newest first."""
    note = ""
    if case.state == "returned":
        note = next((f"退回原因：{event.reason}" for event in events if event.move == "case_return"), "")
    elif case.state == "closed":
        note = f"{case.get_outcome_display()}，{case.closed_on}"
    elif case.age_confirmation_needed and not case.age_confirmed_by_id:
        note = f"超过 {case.disease.age_max} 岁的年龄限制，须负责人确认"
    open_to = steps(case, staff)
    return Progress(case, case.disease_id in covered, stations(case, events), open_to, note, _waits(case, open_to))


def _waits(case: Case, open_to: list[Step]) -> str:
    """Whose turn it is, for somebody who cannot bring the case forward; nothing for whoever can, or once it is closed."""
    if case.state not in FORWARD or any(step.forward for step in open_to):
        return ""
    if said_unable(case):
        return f"下一步：{MOVES['rearrange'].label}，由{WHOSE[COUNTY]}办理。"
    if case.state == "verified" and case.hospital_code:
        return f"下一步：由{case.hospital_name}填写诊疗方案，县卫健部门答复。"
    move = MOVES[forward_of(case)]
    return f"下一步：{move.label}，由{WHOSE[move.roles]}办理。"
