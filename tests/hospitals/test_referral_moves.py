"""The table of referral: every state, every side, every move, and nothing beside it."""

import pytest

from hospitals.models import ReferralState
from hospitals.referral_moves import FORWARD, REFERRAL_MOVES, ForbiddenReferralMove, Side, moves_of, target_of, waits_for

TABLE = {  # state: {side: the moves it may make}
    "requested": {Side.SENDING: ["cancel"], Side.RECEIVING: ["accept", "refuse"], Side.BUREAU: ["cancel"]},
    "accepted": {Side.SENDING: ["depart", "cancel"], Side.RECEIVING: ["arrive"], Side.BUREAU: ["cancel"]},
    "on_the_way": {Side.SENDING: ["cancel"], Side.RECEIVING: ["arrive"], Side.BUREAU: ["cancel"]},
    "arrived": {Side.RECEIVING: ["finish"]},
    "refused": {}, "finished": {}, "cancelled": {},
}  # fmt: skip
LEADS_TO = {
    "accept": "accepted", "refuse": "refused", "depart": "on_the_way", "arrive": "arrived", "finish": "finished", "cancel": "cancelled",
}  # fmt: skip


@pytest.mark.parametrize("state", ReferralState.values)
@pytest.mark.parametrize("side", list(Side))
def test_each_side_makes_only_its_own_moves(state, side):
    allowed = TABLE[state].get(side, [])
    assert moves_of(state, frozenset({side})) == allowed
    for move in REFERRAL_MOVES:
        if move in allowed:
            assert target_of(move, state, frozenset({side})) == LEADS_TO[move]
        else:
            with pytest.raises(ForbiddenReferralMove):
                target_of(move, state, frozenset({side}))


def test_a_hospital_outside_the_network_is_spoken_for_by_the_one_that_sends():
    both = frozenset({Side.SENDING, Side.RECEIVING})
    assert [moves_of(state, both) for state in FORWARD] == [
        ["accept", "refuse", "cancel"], ["depart", "arrive", "cancel"], ["arrive", "cancel"], ["finish"],
    ]  # fmt: skip


def test_every_state_says_whose_turn_it_is():
    assert {state: waits_for(state, outside=False) for state in ReferralState.values} == {
        "requested": Side.RECEIVING, "accepted": Side.SENDING, "on_the_way": Side.RECEIVING, "arrived": Side.RECEIVING, "refused": None,
        "finished": None, "cancelled": None,
    }  # fmt: skip
    assert waits_for("requested", outside=True) == Side.SENDING


def test_a_wrong_move_is_answered_with_a_sentence():
    with pytest.raises(ForbiddenReferralMove, match="“接收”由转入医院办理。"):
        target_of("accept", "requested", frozenset({Side.SENDING}))
    with pytest.raises(ForbiddenReferralMove, match="转诊现在的状态是“已完成”，不能办“取消转诊”。请刷新后再看。"):
        target_of("cancel", "finished", frozenset({Side.SENDING}))
