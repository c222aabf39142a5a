"""What a case may become, and by whose hand: one table. Pure."""

from dataclasses import dataclass

STATES = [
    ("found", "已发现"),
    ("registered", "待核实"),
    ("returned", "退回补正"),
    ("verified", "已核实"),
    ("planned", "已定方案"),
    ("in_treatment", "治疗中"),
    ("treated", "已救治"),
    ("closed", "已销号"),
]
OUTCOMES = [
    ("cured", "治愈"),
    ("improved", "好转"),
    ("died", "死亡"),
    ("moved_away", "迁出"),
    ("refused", "拒绝救治"),
    ("mistaken", "误登记"),
]
OPEN_STATES = tuple(code for code, _ in STATES if code != "closed")
# Class and shape of the mark beside each state (design: the shape says how far, the colour how well).
MARKS = {
    "found": "idle",
    "registered": "warn",
    "returned": "bad st-stop",
    "verified": "go",
    "planned": "go",
    "in_treatment": "go st-half",
    "treated": "ok st-done",
    "closed": "idle st-end",
}
# The seven stations drawn on a person's page.
STATIONS = [
    ("found", "发现"),
    ("registered", "登记"),
    ("verified", "核实"),
    ("planned", "诊疗方案"),
    ("in_treatment", "治疗中"),
    ("treated", "完成治疗"),
    ("closed", "销号"),
]


class ForbiddenMove(Exception):
    """The case cannot make this move from where it stands, or not by this role; the message says so to the user."""


@dataclass(frozen=True)
class Move:
    """One arrow: from which states, to which, who may make it, and whether a reason must be written."""

    label: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[str]
    reason: bool = False


LEAD = frozenset({"lead"})
COUNTY = frozenset({"clerk", "lead"})
REGISTRARS = frozenset({"township", "clerk", "lead"})
HOSPITAL = frozenset({"clerk", "lead", "liaison"})
MOVES: dict[str, Move] = {
    "register": Move("登记建档", ("found",), "registered", REGISTRARS),
    "return": Move("退回补正", ("registered", "verified"), "returned", COUNTY, reason=True),
    "resubmit": Move("补正后再报", ("returned",), "registered", REGISTRARS),
    "verify": Move("核实", ("registered",), "verified", COUNTY),
    "arrange": Move("安排定点医院", ("verified",), "verified", COUNTY),
    "plan": Move("定诊疗方案", ("verified",), "planned", HOSPITAL),
    "rearrange": Move("另选定点医院", ("planned",), "verified", COUNTY, reason=True),
    "admit": Move("登记入院", ("verified", "planned", "in_treatment", "treated"), "in_treatment", HOSPITAL),
    "complete": Move("登记完成治疗", ("in_treatment",), "treated", HOSPITAL),
    "withdraw": Move("撤销完成治疗", ("treated",), "in_treatment", COUNTY, reason=True),
    "close": Move("销号", OPEN_STATES, "closed", LEAD, reason=True),
    "reopen": Move("恢复", ("closed",), "", LEAD, reason=True),
}


def allowed_moves(state: str, role: str) -> list[str]:
    """The moves this role may make from this state, in the table's order."""
    return [name for name, move in MOVES.items() if state in move.sources and role in move.roles]


def target_of(move: str, state: str, role: str, state_before_closing: str = "") -> str:
    """Where the move leads. Reopening leads back to where the case stood before it was closed.

    Raises ForbiddenMove with a sentence for the user.
    """
    arrow = MOVES[move]
    if role not in arrow.roles:
        raise ForbiddenMove(f"您的角色不能办“{arrow.label}”。")
    if state not in arrow.sources:
        raise ForbiddenMove(f"现在的状态是“{dict(STATES)[state]}”，不能办“{arrow.label}”。请刷新后再看。")
    return arrow.target or state_before_closing or "registered"
