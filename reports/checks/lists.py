"""F1 against F2 against the roster: the same people on all three. Pure."""

from collections.abc import Iterable

from reports.checks.check import Check, Named, bad, ok
from reports.checks.ground import Ground
from reports.checks.sums import AGAIN
from reports.forms.wording import NEITHER, TOTAL


def lists(ground: Ground) -> list[Check]:
    f1, f2 = ground.payloads["F1"], ground.payloads["F2"]
    return [_roster(f1), _civil(f1, f2), _numbers(f2)]


def names_in(*tables: Iterable[dict]) -> dict[int, str]:
    """The names that the lists print, by the people's ids."""
    return {row["person"]: row["name"] for table in tables for row in table}


def _named(people: Iterable[int], names: dict[int, str]) -> list[Named]:
    return [(names[person], person) for person in sorted(people) if person in names]


def _roster(f1: dict) -> Check:
    """The roster's registered-poor people are exactly those whom some row counts as treated."""
    counted = {person for row in f1["rows"] for person in f1["people"][row["name"]]["treated"]}
    listed = {row["person"] for row in f1["roster"] if row["registered_poor"]}
    if counted != listed:
        people = _named(counted ^ listed, names_in(f1["roster"]))
        return bad("roster", f"统计表计 {len(counted)} 人已救治，名单上是 {len(listed)} 人{'：' if people else '。'}", AGAIN, people)
    return ok("roster", f"已救治名单与统计表人数一致（建档立卡 {len(listed)} 人）")


def _civil(f1: dict, f2: dict) -> Check:
    """非建档立卡: whoever F1 and the roster count among them stands on F2, and nobody of F2 counts as 建档立卡."""
    on_f2 = {row["person"] for row in f2["rows"]}
    neither = set(f1["people"][NEITHER])
    done = {row["person"] for row in f1["roster"] if not row["registered_poor"]} - neither
    done |= {person for row in f1["rows"] for person in f1["people"][row["name"]]["civil_quarter"]}
    names = names_in(f1["roster"], f2["rows"])
    if missing := done - on_f2:
        return bad("civil", f"统计表和名单上非建档立卡的 {len(missing)} 人，F2 民政台账上没有：", AGAIN, _named(missing, names))
    if both := on_f2 & (set(f1["people"][TOTAL]["total"]) | neither):
        return bad("civil", f"F2 民政台账上的 {len(both)} 人，统计表计在建档立卡或另外的人里：", AGAIN, _named(both, names))
    return ok("civil", f"F2 与统计表、名单上的非建档立卡人员一致（{len(on_f2)} 人）")


def _numbers(f2: dict) -> Check:
    """序号 begins with 1 in each disease and leaves none out."""
    by_disease: dict[str, list[int]] = {}
    for row in f2["rows"]:
        by_disease.setdefault(row["disease"], []).append(row["number"])
    wrong = [disease for disease, numbers in by_disease.items() if numbers != list(range(1, len(numbers) + 1))]
    if wrong:
        return bad("numbers", f"F2 {'、'.join(wrong)}的序号不连续。", AGAIN)
    return ok("numbers", "F2 各病种序号连续")
