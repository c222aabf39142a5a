"""F1 within itself: across, down, and every figure against the people behind it. Pure."""

from reports.checks.check import Check, bad, ok
from reports.checks.ground import Ground
from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL

AGAIN = "请重新生成草稿；还不对的，请告诉市里核对台账。"


def sums(ground: Ground) -> list[Check]:
    f1 = ground.payloads["F1"]
    return [_across(f1), _quarter(f1), _down(f1), _behind(f1)]


def _rows(f1: dict) -> list[dict]:
    return [*f1["rows"], {"name": TOTAL, **f1["total"]}]


def _across(f1: dict) -> Check:
    """总数 = 累计救治数 + 未完成救治数. (forms.md, F1)"""
    wrong = [row["name"] for row in _rows(f1) if row["total"] != row["treated"] + row["untreated"]]
    if wrong:
        return bad("across", f"{'、'.join(wrong)}：总数不等于累计救治数加未完成救治数。", AGAIN)
    return ok("across", "总数 = 累计救治数 + 未完成救治数")


def _quarter(f1: dict) -> Check:
    """Whoever completed in the quarter has completed."""
    wrong = [row["name"] for row in _rows(f1) if row["quarter"] > row["treated"]]
    if wrong:
        return bad("quarter", f"{'、'.join(wrong)}：本季度完成救治数大于累计救治数。", AGAIN)
    return ok("quarter", "本季度完成救治数不大于累计救治数")


def _down(f1: dict) -> Check:
    """合计 counts every person of the rows once, and as treated only those whose rows all are."""
    people = f1["people"]
    in_rows = {person for row in f1["rows"] for person in people[row["name"]]["total"]}
    waiting = {person for row in f1["rows"] for person in people[row["name"]]["untreated"]}
    if (f1["total"]["total"], f1["total"]["treated"]) != (len(in_rows), len(in_rows - waiting)):
        saw = f"合计写 {f1['total']['total']} 人、累计救治 {f1['total']['treated']} 人，各行的人是 {len(in_rows)} 人、{len(in_rows - waiting)} 人。"
        return bad("down", saw, AGAIN)
    less = sum(row["total"] for row in f1["rows"]) - len(in_rows)
    return ok("down", f"合计与各行相符（几种病的人重复 {less} 次，只计一次）" if less else "合计与各行之和相符")


def _behind(f1: dict) -> Check:
    """Every figure is the number of people on its list."""
    wrong = [
        f"{row['name']}{LABELS[figure]}"
        for row in _rows(f1)
        for figure in FIGURES
        if row[figure] != len(set(f1["people"][row["name"]][figure]))
    ]
    if f1[NEITHER] != len(set(f1["people"][NEITHER])):
        wrong.append("两类都不属于的人")
    if wrong:
        return bad("behind", f"{'、'.join(wrong[:4])}：数字和名单人数不同。", AGAIN)
    return ok("behind", "每个数字都等于它的名单人数")
