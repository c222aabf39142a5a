"""F6: what was violated against its rows, and what was enjoyed against the month before. Pure."""

from reports.checks.check import Check, Named, bad, ok, warn
from reports.checks.ground import Ground
from reports.checks.jump import PEOPLE, SHARE, rises
from reports.checks.sums import AGAIN


def deferral(ground: Ground) -> list[Check]:
    f6 = ground.payloads["F6"]
    return [_count(f6), *_written(f6), _paid(f6), *_before(ground, f6)]


def _rows(rows: list[dict]) -> list[Named]:
    return [(row["name"], row["person"]) for row in rows]


def _count(f6: dict) -> Check:
    """One row a violation, each one person-time."""
    if f6["violations"] != len(f6["rows"]) or len({row["deposit"] for row in f6["rows"]}) != len(f6["rows"]):
        return bad("violations", f"未享受政策写 {f6['violations']} 人次，下面列了 {len(f6['rows'])} 行。", AGAIN)
    return ok("violations", f"未享受政策 {f6['violations']} 人次，逐人列出")


def _written(f6: dict) -> list[Check]:
    found = []
    for column, words in (("reason", "未享受的原因"), ("remedy", "整改措施")):
        if missing := [row for row in f6["rows"] if not row[column]]:
            advice = "请在违规押金里补填，再重新生成草稿；还不能定的写明原因。"
            found.append(warn(f"f6-{column}", f"{len(missing)} 人次没有写{words}：", advice, _rows(missing)))
        else:
            found.append(ok(f"f6-{column}", f"每人次都写了{words}"))
    return found


def _paid(f6: dict) -> Check:
    if nothing := [row for row in f6["rows"] if row["amount_fen"] <= 0]:
        return bad("deposit", f"{len(nothing)} 人次的住院押金是 0：", "没有收押金的不算违规，请更正违规押金的记录。", _rows(nothing))
    return ok("deposit", "每人次都有押金金额")


def _before(ground: Ground, f6: dict) -> list[Check]:
    """累计享受 counts from the service's beginning: it does not fall."""
    then = ground.figures_before.get("F6")
    if then is None:
        return []
    month, less = ground.month_before.month, then["served"] - f6["served"]
    more = f6["violations"] - then["violations"]
    found = [
        warn("served", f"累计享受 {f6['served']} 人次，比 {month} 月少 {less} 人次。", "有住院登记撤销或改正时会这样，请核对并写明原因。")
        if less > 0
        else ok("served", f"累计享受人次不少于 {month} 月（{then['served']} 人次）")
    ]
    if rises(then["violations"], f6["violations"]):
        found.append(
            warn("more-violations", f"未享受政策 {f6['violations']} 人次，比 {month} 月多 {more} 人次。", "请写明原因，随表一起上报。")
        )
    else:
        found.append(ok("more-violations", f"未享受政策人次没有比 {month} 月多出 {PEOPLE} 人次和 {SHARE}%"))
    return found
