"""What a version of a treatment plan may become, and by whose hand: one table. Pure."""

from dataclasses import dataclass

HOSPITAL = frozenset({"liaison"})
COUNTY = frozenset({"clerk", "lead"})
STATES = {"draft": "草稿", "filed": "待审核", "returned": "退回修改", "accepted": "已同意", "replaced": "已修订", "cancelled": "已作废"}
# Class and shape of the mark beside each state (design.md, 6).
MARKS = {
    "draft": "idle", "filed": "warn", "returned": "bad st-stop", "accepted": "ok st-done", "replaced": "idle st-end",
    "cancelled": "idle st-end",
}  # fmt: skip
# A version that may still come to something; what was replaced or cancelled is history.
STANDING = ("draft", "filed", "returned", "accepted")


@dataclass(frozen=True)
class Move:
    """One arrow. ``following``: not a button; the version gives way when the next one is written or accepted."""

    label: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[str]
    following: bool = False


MOVES: dict[str, Move] = {
    "file": Move("上报方案", ("draft",), "filed", HOSPITAL),
    "withdraw": Move("撤回方案", ("filed",), "draft", HOSPITAL),
    "discard": Move("作废草稿", ("draft",), "cancelled", HOSPITAL),
    "accept": Move("同意方案", ("filed",), "accepted", COUNTY),
    "return": Move("退回修改", ("filed",), "returned", COUNTY),
    "correct": Move("按意见修改", ("returned",), "replaced", HOSPITAL, following=True),
    "amend": Move("修订方案", ("accepted",), "replaced", COUNTY, following=True),
}


class ForbiddenPlanMove(Exception):
    """The version cannot make this move from where it stands, or not by this hand; the message says so to the user."""


def may_move(move: str, state: str, role: str) -> bool:
    """Whether this role may make the move from this state."""
    arrow = MOVES[move]
    return state in arrow.sources and role in arrow.roles


def target_of(move: str, state: str, role: str) -> str:
    """Where the move leads. Raises ForbiddenPlanMove with a sentence for the user."""
    arrow = MOVES[move]
    if role not in arrow.roles:
        raise ForbiddenPlanMove(f"您的角色不能办“{arrow.label}”。")
    if state not in arrow.sources:
        raise ForbiddenPlanMove(f"这份方案现在是“{STATES[state]}”，不能办“{arrow.label}”。请刷新后再看。")
    return arrow.target
