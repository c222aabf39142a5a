"""A figure that falls against the month before: moves, mistaken registrations and ended categories explain it, and are named."""

from reports.checks.check import SHOWN, Check, Named, ok, warn
from reports.checks.gone import EXPLAIN, why_gone
from reports.checks.ground import Ground
from reports.forms.f1 import quarter_start
from reports.forms.wording import LABELS, TOTAL
from reports.returns import payload_of

GROWING = ("total", "treated")
IN_QUARTER = ("quarter", "civil_quarter")  # They begin anew with each quarter.
ROWS = 4


def falling(ground: Ground) -> list[Check]:
    """One line: nothing fell; what fell has its reasons; or who is missing without one.

    The people behind the month before are unsealed only where a figure fell.
    """
    then = ground.figures_before.get("F1")
    if then is None:
        return []
    month, f1 = ground.month_before.month, ground.payloads["F1"]
    fallen = _fallen(then, f1, _watched(ground))
    if not fallen:
        return [ok("falling", f"累计救治数不少于 {month} 月（{then['total']['treated']} 人）")]
    before = payload_of(ground.before["F1"])
    lost = _lost(before, f1, fallen)
    reasons = why_gone(lost, ground.county, ground.on)
    explained = {person: why for person, why in reasons.items() if why.kind in EXPLAIN}
    saw = f"比 {month} 月少：{_what(fallen)}。{_because(explained)}"
    left: list[Named] = [(reasons[person].name + reasons[person].aside, person) for person in sorted(lost) if person not in explained]
    if not left:
        return [ok("falling", saw.rstrip("。"), [(why.name, person) for person, why in sorted(explained.items())])]
    also = "另" if explained else ""
    saw += f"{also}有 {len(left)} 人没有迁出、误登记或类别终止的记录："
    return [warn("falling", saw, "请打开他们的资料核对；核对无误的写明原因。", left)]


def _watched(ground: Ground) -> tuple[str, ...]:
    same = quarter_start(ground.period) == quarter_start(ground.month_before)
    return GROWING + IN_QUARTER if same else GROWING


def _fallen(then: dict, f1: dict, watched: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Row, figure and by how many; a row that this year's list no longer prints has not fallen."""
    before = {row["name"]: row for row in then["rows"]} | {TOTAL: then["total"]}
    now = {row["name"]: row for row in f1["rows"]} | {TOTAL: f1["total"]}
    return [
        (name, figure, before[name][figure] - row[figure])
        for name, row in now.items()
        if name in before
        for figure in watched
        if row[figure] < before[name][figure]
    ]


def _lost(before: dict, f1: dict, fallen: list[tuple[str, str, int]]) -> set[int]:
    """Whom the figures counted then and do not now."""
    lost: set[int] = set()
    for row, figure, _ in fallen:
        lost |= set(before["people"][row][figure]) - set(f1["people"][row][figure])
    return lost


def _what(fallen: list[tuple[str, str, int]]) -> str:
    """白内障累计救治数 2 人、…; 合计 only where nothing else is left to say."""
    rows = [one for one in fallen if one[0] != TOTAL] or fallen
    told = "、".join(f"{row}{LABELS[figure]} {less} 人" for row, figure, less in rows[:ROWS])
    return told + (f"等 {len(rows)} 项" if len(rows) > ROWS else "")


def _because(explained: dict) -> str:
    """迁出 1 人（韦桂兰），误登记 1 人（石小禾）。"""
    by_kind: dict[str, list[str]] = {}
    for person in sorted(explained):
        by_kind.setdefault(explained[person].kind, []).append(explained[person].name)
    told = [f"{kind} {len(names)} 人（{'、'.join(names[:SHOWN])}{'等' if len(names) > SHOWN else ''}）" for kind, names in by_kind.items()]
    return f"{'，'.join(told)}。" if told else ""
