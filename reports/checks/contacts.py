"""F4: a named contact for every unit, who can be reached. Pure."""

from reports.checks.check import Check, ok, warn
from reports.checks.ground import Ground

NAME, UNIT, _, PHONE, MOBILE, _ = range(6)  # As the receipt prints its columns.


def contacts(ground: Ground) -> list[Check]:
    f4 = ground.payloads["F4"]
    rows = [row if isinstance(row, list) else list(row.values()) for row in f4["rows"]]
    silent = [f"{row[UNIT]}{row[NAME]}" for row in rows if not row[PHONE] and not row[MOBILE]]
    return [_missing(f4["missing"]), _silent(silent), _twice([row[UNIT] for row in rows])]


def _missing(units: list[str]) -> Check:
    if units:
        advice = "请在专职联系人里登记，再重新生成草稿；暂时定不下来的写明原因。"
        return warn("no-contact", f"{len(units)} 个单位还没有专职联系人：{'、'.join(units)}。", advice)
    return ok("no-contact", "每个单位都有专职联系人")


def _silent(who: list[str]) -> Check:
    if who:
        return warn("no-phone", f"{'、'.join(who)}没有电话，也没有手机。", "请在专职联系人里补填，再重新生成草稿。")
    return ok("no-phone", "每个联系人都有电话或手机")


def _twice(units: list[str]) -> Check:
    twice = sorted({unit for unit in units if units.count(unit) > 1})
    if twice:
        return warn("two-contacts", f"{'、'.join(twice)}有不止一个专职联系人。", "请核对，只留一个；确有两人的写明原因。")
    return ok("two-contacts", "每个单位只有一个专职联系人")
