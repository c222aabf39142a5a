"""What a new draft says that the one before did not, in sentences for the county lead. Pure."""

from collections import Counter

from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL


def changes(before: dict, after: dict) -> list[str]:
    """Compare two payloads of one form; never empty when they differ."""
    found = {"F1": _f1, "F2": _f2, "F4": _f4, "F6": _f6}[after["form"]](before, after)
    if before.get("supplement") != after.get("supplement"):
        found.append("补报的内容有变动")
    if before["cut_off_on"] != after["cut_off_on"]:
        found.append(f"统计截止日期由 {before['cut_off_on']} 改为 {after['cut_off_on']}")
    if not found and before != after:
        found.append("人员资料或填报人有改动，数字没有变")
    return found


def _f1(before: dict, after: dict) -> list[str]:
    old = {row["name"]: row for row in [*before["rows"], {"name": TOTAL, **before["total"]}]}
    found = []
    for row in [*after["rows"], {"name": TOTAL, **after["total"]}]:
        was = old.get(row["name"], dict.fromkeys(FIGURES, 0))
        found += [f"{row['name']}{LABELS[key]} {row[key] - was[key]:+d}" for key in FIGURES if row[key] != was[key]]
    if before[NEITHER] != after[NEITHER]:
        found.append(f"两类都不属于的人 {after[NEITHER] - before[NEITHER]:+d}")
    if not found and before["people"] != after["people"]:
        found.append("人员有进有出，数字没有变")
    return found


def _f6(before: dict, after: dict) -> list[str]:
    found = []
    for key, words in (("served", "累计享受人次"), ("violations", "未享受政策人次")):
        if before[key] != after[key]:
            found.append(f"{words} {after[key] - before[key]:+d}")
    return found


def _f4(before: dict, after: dict) -> list[str]:
    """Units whose person is another, and how many have still not answered: units are no people's names."""
    old, new = ({row[1]: row for row in payload["rows"]} for payload in (before, after))
    found = [f"{unit}新填报" for unit in new if unit not in old]
    found += [f"{unit}有改动" for unit in new if unit in old and old[unit] != new[unit]]
    return found + [f"{unit}不再填报" for unit in old if unit not in new]


def _f2(before: dict, after: dict) -> list[str]:
    """People come and go disease by disease; in numbers, because a draft's changes are kept unsealed."""
    old, new = (Counter((row["disease"], row["person"]) for row in payload["rows"]) for payload in (before, after))
    found = []
    for word, gone in (("增加", new - old), ("减少", old - new)):
        found += [f"{disease}{word} {count} 人" for disease, count in Counter(disease for disease, _ in gone).items()]
    return found
