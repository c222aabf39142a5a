"""The people behind the figures: what is missing of them, and whose category had ended by the cut-off."""

from collections.abc import Iterable

from ledger.models import Case, Category, CategoryFact, Standing
from reports.checks.check import Check, Named, bad, ok, warn
from reports.checks.ground import Ground
from reports.forms.wording import NEITHER, TOTAL

COUNTED = (Category.REGISTERED_POOR, Category.DIBAO, Category.TEKUN)


def people(ground: Ground) -> list[Check]:
    f1, f2 = ground.payloads["F1"], ground.payloads["F2"]
    printed = {row["person"]: row for row in (*f2["rows"], *f1["roster"])}
    return [
        _without_hospital(ground),
        _without("id", "身份证号", "名单和台账", (row for row in printed.values() if not row["id_number"])),
        _without("insurance", "医保（农合）证号", "名单", (row for row in f1["roster"] if not row["insurance_number"])),
        _expired(ground),
    ]


def _without(code: str, what: str, where: str, rows: Iterable[dict]) -> Check:
    found: list[Named] = [(row["name"], row["person"]) for row in rows]
    if found:
        return warn(code, f"{len(found)} 人没有{what}，{where}上是空的：", "能补的请补填，再重新生成草稿；暂时没有的写明原因。", found)
    return ok(code, f"{where}上每人都有{what}")


def _without_hospital(ground: Ground) -> Check:
    """Whoever F1 counts as treated by a case without a hospital; a case struck off on the cut-off counts nowhere.

    The cases are asked for first, for there are few: then, where there are any, on which of them F1 stands.
    """
    cases = Case.objects.everywhere("the people of the county's own return").filter(
        person__in=ground.payloads["F1"]["people"][TOTAL]["treated"], hospital_code="", completed_on__lte=ground.on, folded_into=None
    )
    bare = {pk: (name, person) for pk, name, person in cases.order_by("person").values_list("pk", "person__name", "person")}
    counted = set(Standing.objects.filter(case__in=bare, during__contains=ground.on).values_list("case", flat=True)) if bare else set()
    found = list(dict.fromkeys(who for pk, who in bare.items() if pk in counted))
    if found:
        return bad("hospital", f"{len(found)} 人已救治，没有填定点医院：", "请补上医院，再重新生成草稿。", found)
    return ok("hospital", "已救治的每例都有定点医院")


def _expired(ground: Ground) -> Check:
    """Whoever counts nowhere now because 建档立卡, 低保 or 特困 had ended by the cut-off. One query."""
    left = ground.payloads["F1"]["people"][NEITHER]
    ended = CategoryFact.objects.filter(person__in=left, category__in=COUNTED, during__endswith__lte=ground.on)
    found = list(ended.order_by("person").values_list("person__name", "person").distinct())
    if found:
        saw = f"{len(found)} 人的类别在截止日已经终止，没有计入上表："
        return warn("expired", saw, "仍符合条件的，请主管部门续上类别，再重新生成草稿；确已终止的写明原因。", found)
    return ok("expired", "人员类别在截止日都有效")
