"""双向转诊: what a referral may become, and by whose hand: one table of states, sides and moves. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hospitals.models import OPEN_REFERRALS, ReferralState

REQUESTED, ACCEPTED, ON_THE_WAY, ARRIVED = OPEN_REFERRALS
REFUSED, FINISHED, CANCELLED = ReferralState.REFUSED, ReferralState.FINISHED, ReferralState.CANCELLED


class Side(StrEnum):
    """Whose move it is. A hospital outside the network has no liaison here: the sending one enters what that hospital says."""

    SENDING = "转出医院"
    RECEIVING = "转入医院"
    BUREAU = "患者所在县的卫健部门"
    INSURANCE = "患者所在县的医保部门"


class ForbiddenReferralMove(Exception):
    """The referral cannot make this move from where it stands, or not by this side; the message says so to the user."""


@dataclass(frozen=True)
class ReferralStep:
    """One arrow: from which states, to which, whose it is, and what must be written with it."""

    label: str
    done: str
    sources: tuple[str, ...]
    target: str
    sides: frozenset[Side]
    reason: bool = False


REFERRAL_MOVES: dict[str, ReferralStep] = {
    "accept": ReferralStep("接收", "同意接收", (REQUESTED,), ACCEPTED, frozenset({Side.RECEIVING})),
    "refuse": ReferralStep("不接收", "不接收", (REQUESTED,), REFUSED, frozenset({Side.RECEIVING}), reason=True),
    "depart": ReferralStep("登记出发", "患者出发", (ACCEPTED,), ON_THE_WAY, frozenset({Side.SENDING})),
    "arrive": ReferralStep("登记到院", "患者到院", (ACCEPTED, ON_THE_WAY), ARRIVED, frozenset({Side.RECEIVING})),
    "finish": ReferralStep("办结转诊", "办结", (ARRIVED,), FINISHED, frozenset({Side.RECEIVING})),
    "cancel": ReferralStep(
        "取消转诊", "取消", (REQUESTED, ACCEPTED, ON_THE_WAY), CANCELLED, frozenset({Side.SENDING, Side.BUREAU}), reason=True
    ),
}
# The move that brings a referral forward from each state; the rest are asides.
FORWARD = {REQUESTED: "accept", ACCEPTED: "depart", ON_THE_WAY: "arrive", ARRIVED: "finish"}
# The insurance office's word is no step on the way: it is given while the referral is open, and afterwards for somebody sent in an emergency.
APPROVED_IN = (*OPEN_REFERRALS, FINISHED)


def moves_of(state: str, sides: frozenset[Side]) -> list[str]:
    """The moves that somebody of these sides may make from this state, in the table's order."""
    return [name for name, step in REFERRAL_MOVES.items() if state in step.sources and step.sides & sides]


def target_of(move: str, state: str, sides: frozenset[Side]) -> str:
    """Where the move leads. Raises ForbiddenReferralMove with a sentence for the user."""
    step = REFERRAL_MOVES[move]
    if not step.sides & sides:
        whose = "、".join(side.value for side in Side if side in step.sides)
        raise ForbiddenReferralMove(f"“{step.label}”由{whose}办理。")
    if state not in step.sources:
        raise ForbiddenReferralMove(f"转诊现在的状态是“{ReferralState(state).label}”，不能办“{step.label}”。请刷新后再看。")
    return step.target


def waits_for(state: str, outside: bool) -> Side | None:
    """Whose move brings it forward; None once it has ended."""
    if state not in FORWARD:
        return None
    (side,) = REFERRAL_MOVES[FORWARD[state]].sides
    return Side.SENDING if outside else side
