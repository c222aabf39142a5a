"""The transition table, square by square, against a table written out by hand."""

import itertools

import pytest

from ledger.models import Role
from ledger.transitions import MARKS, MOVES, OUTCOMES, STATES, STATIONS, ForbiddenMove, allowed_moves, target_of

COUNTY = {"clerk", "lead"}
REGISTRARS = {"township", "clerk", "lead"}
HOSPITAL = {"clerk", "lead", "liaison"}
# (state, move): (who may, where it leads)
TABLE = {
    ("found", "register"): (REGISTRARS, "registered"),
    ("registered", "return"): (COUNTY, "returned"),
    ("verified", "return"): (COUNTY, "returned"),
    ("returned", "resubmit"): (REGISTRARS, "registered"),
    ("registered", "verify"): (COUNTY, "verified"),
    ("verified", "arrange"): (COUNTY, "verified"),
    ("verified", "plan"): (HOSPITAL, "planned"),
    ("planned", "rearrange"): (COUNTY, "verified"),
    ("verified", "admit"): (HOSPITAL, "in_treatment"),
    ("planned", "admit"): (HOSPITAL, "in_treatment"),
    ("in_treatment", "admit"): (HOSPITAL, "in_treatment"),
    ("treated", "admit"): (HOSPITAL, "in_treatment"),
    ("in_treatment", "complete"): (HOSPITAL, "treated"),
    ("treated", "withdraw"): (COUNTY, "in_treatment"),
    ("found", "close"): ({"lead"}, "closed"),
    ("registered", "close"): ({"lead"}, "closed"),
    ("returned", "close"): ({"lead"}, "closed"),
    ("verified", "close"): ({"lead"}, "closed"),
    ("planned", "close"): ({"lead"}, "closed"),
    ("in_treatment", "close"): ({"lead"}, "closed"),
    ("treated", "close"): ({"lead"}, "closed"),
    ("closed", "reopen"): ({"lead"}, "verified"),  # where it stood before, given below
}
ROLES = [role.value for role in Role]
STATE_NAMES = {
    "found": "已发现", "registered": "待核实", "returned": "退回补正", "verified": "已核实", "planned": "已定方案",
    "in_treatment": "治疗中", "treated": "已救治", "closed": "已销号",
}  # fmt: skip
LABELS = {
    "register": "登记建档", "return": "退回补正", "resubmit": "补正后再报", "verify": "核实", "arrange": "安排定点医院",
    "plan": "定诊疗方案", "rearrange": "另选定点医院", "admit": "登记入院", "complete": "登记完成治疗", "withdraw": "撤销完成治疗", "close": "销号", "reopen": "恢复",
}  # fmt: skip


@pytest.mark.parametrize(("state", "role"), list(itertools.product(STATE_NAMES, ROLES)))
def test_every_square(state, role):
    allowed = []
    for move in LABELS:
        who, target = TABLE.get((state, move), (set(), ""))
        if role in who:
            allowed.append(move)
            assert target_of(move, state, role, "verified") == target
            continue
        with pytest.raises(ForbiddenMove) as refused:
            target_of(move, state, role, "verified")
        may_elsewhere = any(role in people for (_, other), (people, _) in TABLE.items() if other == move)
        assert str(refused.value) == (
            f"现在的状态是“{STATE_NAMES[state]}”，不能办“{LABELS[move]}”。请刷新后再看。"
            if may_elsewhere
            else f"您的角色不能办“{LABELS[move]}”。"
        )
    assert allowed_moves(state, role) == allowed


def test_the_words_of_the_table():
    assert dict(STATES) == STATE_NAMES
    assert {name: move.label for name, move in MOVES.items()} == LABELS
    assert {name for name, move in MOVES.items() if move.reason} == {"return", "rearrange", "withdraw", "close", "reopen"}
    assert [label for _, label in OUTCOMES] == ["治愈", "好转", "死亡", "迁出", "拒绝救治", "误登记"]
    assert list(MARKS) == list(STATE_NAMES)
    assert [state for state, _ in STATIONS] == [state for state in STATE_NAMES if state != "returned"]


def test_reopening_leads_back_to_where_the_case_stood():
    assert target_of("reopen", "closed", "lead", "treated") == "treated"
    assert target_of("reopen", "closed", "lead", "") == "registered"
