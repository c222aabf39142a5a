"""A submission's life: what a return may become, and by whose hand: one table, which draws its own diagram. Pure."""

from dataclasses import dataclass
from enum import StrEnum

DRAFT, CHECKED, SUBMITTED, RECEIVED = "draft", "checked", "submitted", "received"
RETURNED, ACCEPTED, LOCKED, UNLOCKED = "returned", "accepted", "locked", "unlocked"
STATES = [
    (DRAFT, "草稿"),
    (CHECKED, "已核对"),
    (SUBMITTED, "已报"),
    (RECEIVED, "市级已接收"),
    (RETURNED, "退回"),
    (ACCEPTED, "已通过"),
    (LOCKED, "已锁定"),
    (UNLOCKED, "已解锁"),
]
# Still the county's own, and not yet frozen.
OPEN = (DRAFT, CHECKED)
# What the city counts with: a return that was returned counts no more; an unlocked one until the corrected one is submitted.
STANDING = (SUBMITTED, RECEIVED, ACCEPTED, LOCKED, UNLOCKED)
# After these a new revision is begun, chained to the one before.
CORRECTED = (RETURNED, UNLOCKED)


class Side(StrEnum):
    """Whose move it is."""

    BUREAU = "县（区）经办人或负责人"
    LEAD = "县（区）负责人"
    CITY = "市级"
    TWO = "申请人和另一位市级人员"


class ForbiddenReturnMove(Exception):
    """The return cannot make this move from where it stands, or not by this side; the message says so to the user."""


@dataclass(frozen=True)
class ReturnStep:
    """One arrow: from which states, to which, whose it is, and whether a reason must be written."""

    label: str
    done: str
    sources: tuple[str, ...]
    target: str
    side: Side
    reason: bool = False


RETURN_MOVES: dict[str, ReturnStep] = {
    "check": ReturnStep("核对完毕", "核对完毕", (DRAFT,), CHECKED, Side.BUREAU),
    "send_back": ReturnStep("退回经办人", "负责人退回经办人", (CHECKED,), DRAFT, Side.LEAD, reason=True),
    "submit": ReturnStep("提交上报", "上报", (CHECKED,), SUBMITTED, Side.LEAD),
    "receive": ReturnStep("接收", "市级接收", (SUBMITTED,), RECEIVED, Side.CITY),
    "return": ReturnStep("退回", "市级退回", (SUBMITTED, RECEIVED, ACCEPTED), RETURNED, Side.CITY, reason=True),
    "accept": ReturnStep("审核通过", "审核通过", (RECEIVED,), ACCEPTED, Side.CITY),
    "lock": ReturnStep("锁定", "锁定", (ACCEPTED,), LOCKED, Side.CITY),
    "unlock": ReturnStep("解锁", "解锁", (LOCKED,), UNLOCKED, Side.TWO, reason=True),
}
# What each state means and what comes next, as every page says it beside the state.
WHY: dict[str, tuple[str, str]] = {
    DRAFT: ("系统按台账生成，数字随台账变动。", "请经办人核对，核对完毕后交负责人提交。"),
    CHECKED: ("经办人已核对，数字没有再变。", "请负责人提交。台账变动会使它回到草稿。"),
    SUBMITTED: ("负责人已提交，数字不再变动。", "等市级接收。"),
    RECEIVED: ("市级已接收，正在审核。", "等市级审核通过或退回。"),
    RETURNED: ("市级退回，原因和意见见下。", "请按意见改正或说明，核对后重新提交。"),
    ACCEPTED: ("市级审核通过。", "等市级锁定。"),
    LOCKED: ("市级已锁定，不能再改。", "确有错误的，写明原因申请解锁，由另一位市级人员同意。"),
    UNLOCKED: ("两人同意解锁，原数字在更正提交前仍然有效。", "请县里更正后重新提交。"),
}


def moves_of(state: str, side: Side) -> list[str]:
    """The moves that somebody of this side may make from this state, in the table's order. A lead may do what a clerk may."""
    sides = {side, Side.BUREAU} if side == Side.LEAD else {side}
    return [name for name, step in RETURN_MOVES.items() if state in step.sources and step.side in sides]


def target_of(move: str, state: str, side: Side) -> str:
    """Where the move leads. Raises ForbiddenReturnMove with a sentence for the user."""
    step = RETURN_MOVES[move]
    sides = {side, Side.BUREAU} if side == Side.LEAD else {side}
    if step.side not in sides:
        raise ForbiddenReturnMove(f"“{step.label}”由{step.side.value}办理。")
    if state not in step.sources:
        raise ForbiddenReturnMove(f"报表现在的状态是“{dict(STATES)[state]}”，不能办“{step.label}”。请刷新后再看。")
    return step.target


def is_frozen(state: str) -> bool:
    """Whether the content of a return in this state stays as it is."""
    return state not in OPEN
