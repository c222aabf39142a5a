"""The month's four stations, as the workbench and the month's page draw them."""

from dataclasses import dataclass

from ledger.templatetags.ledger_page import moment
from reports.views.due_states import DueState


@dataclass(frozen=True)
class Step:
    """A station: its class (past, now or nothing), its name, and the date or person under it."""

    stand: str
    name: str
    told: str = ""


def month_steps(states: list[DueState], *, lead: str, remarks: str) -> list[Step]:
    """草稿已生成 → 核对 → 负责人提交 → 市级接收. Pure."""
    drafted = bool(states) and all(state.submission for state in states)
    sent = [state for state in states if state.submitted]
    done = bool(states) and len(sent) == len(states)
    built = max((state.submission.built_at for state in states if state.submission), default=None)
    sent_at = max((state.submission.submitted_at for state in sent), default=None)
    open_forms = "、".join(state.due.form for state in states if not state.submitted)
    if done:
        return [
            Step("past", "草稿已生成", moment(built)),
            Step("past", "核对"),
            Step("past", "负责人提交", moment(sent_at)),
            Step("past", "市级接收", "市里已能看到"),
        ]
    if not drafted:
        return [Step("now", "生成草稿", "20 日起每天生成"), Step("", "核对"), Step("", "负责人提交", lead), Step("", "市级接收")]
    half = f"还差 {open_forms}" if sent else lead
    return [Step("past", "草稿已生成", moment(built)), Step("now", "核对", remarks), Step("", "负责人提交", half), Step("", "市级接收")]
