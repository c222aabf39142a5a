"""A return's four stations, as the workbench and the return's own page draw them."""

from dataclasses import dataclass

from ledger.templatetags.ledger_page import moment
from reports.submission_moves import ACCEPTED, CHECKED, DRAFT, LOCKED, RECEIVED, RETURNED, SUBMITTED, UNLOCKED
from reports.views.due_states import DueState

# How many stations lie behind a return in each state.
PASSED = {DRAFT: 1, RETURNED: 1, UNLOCKED: 1, CHECKED: 2, SUBMITTED: 3, RECEIVED: 4, ACCEPTED: 4, LOCKED: 4}


@dataclass(frozen=True)
class Step:
    """A station: its class (past, now or nothing), its name, and the date or person under it."""

    stand: str
    name: str
    told: str = ""


def month_steps(states: list[DueState], *, lead: str = "", remarks: str = "") -> list[Step]:
    """草稿 → 核对 → 提交 → 市级接收, by the form that lies furthest behind. Pure."""
    kept = [state.submission for state in states]
    passed = min((PASSED[one.state] if one else 0 for one in kept), default=0)
    kept = [one for one in kept if one]
    told = ["20 日起每天生成", remarks, lead, ""]
    if passed:
        told[0] = moment(max(one.built_at for one in kept))
    if passed > 1:
        told[1] = (
            moment(max((one.prepared_at for one in kept if one.prepared_at), default=None)) if any(one.prepared_at for one in kept) else ""
        )
    sent = [one for one in kept if one.submitted_at]
    if passed > 2:
        told[2] = moment(max(one.submitted_at for one in sent))
    elif sent:
        told[2] = f"还差 {'、'.join(state.due.form for state in states if not state.submitted)}"
    if passed > 3:
        told[3] = moment(max((one.received_at for one in sent if one.received_at), default=None))
    names = ("草稿已生成" if passed else "生成草稿", "核对", "负责人提交", "市级接收")
    return [Step(_stand(number, passed), name, told[number]) for number, name in enumerate(names)]


def _stand(number: int, passed: int) -> str:
    return "past" if number < passed else "now" if number == passed else ""
