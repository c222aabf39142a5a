"""May a statement become that, and who may say so: one table, which each side reads its own moves from. Pure."""

from dataclasses import dataclass

PREPARED, HOSPITAL_CONFIRMED, PAYER_CONFIRMED, PAID = "prepared", "hospital_confirmed", "payer_confirmed", "paid"
STATES = [(PREPARED, "待医院确认"), (HOSPITAL_CONFIRMED, "待支付方确认"), (PAYER_CONFIRMED, "待支付"), (PAID, "已支付")]
MARKS = {PREPARED: "warn", HOSPITAL_CONFIRMED: "warn", PAYER_CONFIRMED: "go", PAID: "ok st-done"}

HOSPITAL, PAYER, BUREAU, READER = "hospital", "payer", "bureau", "reader"
# Who may draw a statement up, and again as long as nobody has confirmed it.
PREPARERS = frozenset({HOSPITAL, BUREAU})


@dataclass(frozen=True)
class Move:
    """One step: from where to where, whose it is, what the button and the record say, whether a reason is asked."""

    before: str
    after: str
    side: str
    label: str
    done: str
    backward: bool = False


MOVES = {
    "confirm": Move(PREPARED, HOSPITAL_CONFIRMED, HOSPITAL, "医院确认", "医院已确认"),
    "recall": Move(HOSPITAL_CONFIRMED, PREPARED, HOSPITAL, "撤回确认", "医院撤回确认", backward=True),
    "return": Move(HOSPITAL_CONFIRMED, PREPARED, PAYER, "退回医院", "支付方退回医院", backward=True),
    "accept": Move(HOSPITAL_CONFIRMED, PAYER_CONFIRMED, PAYER, "支付方确认", "支付方已确认"),
    "reopen": Move(PAYER_CONFIRMED, HOSPITAL_CONFIRMED, PAYER, "撤回确认", "支付方撤回确认", backward=True),
    "pay": Move(PAYER_CONFIRMED, PAID, PAYER, "登记支付", "已支付"),
}


def may(side: str, state: str, name: str) -> bool:
    """Whether this side may make this move from this state."""
    move = MOVES.get(name)
    return move is not None and move.before == state and move.side == side


def moves_of(side: str, state: str) -> list[tuple[str, Move]]:
    """The side's moves from a state: forward first."""
    found = [(name, move) for name, move in MOVES.items() if may(side, state, name)]
    return sorted(found, key=lambda one: one[1].backward)


def waiting_states(side: str) -> tuple[str, ...]:
    """The states in which the next step forward is this side's."""
    return tuple(dict.fromkeys(move.before for move in MOVES.values() if move.side == side and not move.backward))


def is_frozen(state: str) -> bool:
    """From the hospital's confirmation on, the rows stay as they are."""
    return state != PREPARED
