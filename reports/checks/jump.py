"""A figure that rises out of proportion to the month before. Pure."""

from reports.checks.check import Check, ok, warn
from reports.checks.ground import Ground
from reports.forms.wording import LABELS, TOTAL

# More than half as many again, and at least five people: fewer are a family or a week's surgery.
SHARE, PEOPLE = 50, 5
WATCHED = ("total", "treated")


def jump(ground: Ground) -> list[Check]:
    """总数 and 累计救治数, row by row; 合计 only where no single row explains it."""
    then = ground.figures_before.get("F1")
    if then is None:
        return []
    month, now = ground.month_before.month, ground.figures["F1"]
    before = {row["name"]: row for row in then["rows"]}
    found = []
    for figure in WATCHED:
        rows = [(row["name"], before[row["name"]][figure], row[figure]) for row in now["rows"] if row["name"] in before]
        high = [one for one in rows if rises(one[1], one[2])]
        if not high and rises(then["total"][figure], now["total"][figure]):
            high = [(TOTAL, then["total"][figure], now["total"][figure])]
        found += [_told(name, figure, was, value, month) for name, was, value in high]
    return found or [ok("jump", f"总数、累计救治数比 {month} 月的增幅都不超过 {SHARE}%")]


def rises(was: int, now: int) -> bool:
    """More than ``SHARE`` percent and at least ``PEOPLE`` more; from nothing, at least ``PEOPLE``."""
    return now - was >= PEOPLE and (now - was) * 100 > was * SHARE


def _told(name: str, figure: str, was: int, now: int, month: int) -> Check:
    more = now - was
    grown = f"增幅 {more * 100 // was}%，超过 {SHARE}%" if was else f"{month} 月还没有"
    return warn(
        f"jump-{figure}-{name}", f"{name}{LABELS[figure]} {now} 人，比 {month} 月多 {more} 人，{grown}。", "请写明原因，随表一起上报。"
    )
