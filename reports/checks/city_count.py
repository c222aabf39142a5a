"""The county's sums against the city's: the city counts by another way, straight from the derived table in one statement."""

from reports.checks.check import Check, bad, ok
from reports.checks.ground import Ground
from reports.forms.coverage import covered_diseases
from reports.forms.f1 import f1_figures
from reports.forms.wording import FIGURES, LABELS, NEITHER, TOTAL

SHOWN = 3


def city_count(ground: Ground) -> list[Check]:
    """A draft must say what the city counts for the county today; a frozen return is not asked, its differences have their own page."""
    if not ground.is_open:
        return []
    f1 = ground.payloads["F1"]
    covered = covered_diseases(ground.county, ground.on)
    groups = {disease.group_id: disease.group.name for disease in covered}
    ids = [disease.pk for disease in covered]
    counted = f1_figures([ground.county.pk], ground.on, list(groups), diseases=ids)[ground.county.pk]
    city = {groups[group]: row for group, row in counted.rows.items()} | {TOTAL: counted.total}
    differ = []
    for row in [*f1["rows"], {"name": TOTAL, **f1["total"]}]:
        for figure in FIGURES:
            value = city.get(row["name"], {}).get(figure, 0)
            if value != row[figure]:
                differ.append(f"{row['name']}{LABELS[figure]}是 {value}，草稿上是 {row[figure]}")
    if counted.neither != f1[NEITHER]:
        differ.append(f"两类都不属于的人是 {counted.neither}，草稿上是 {f1[NEITHER]}")
    if differ:
        told = "；".join(differ[:SHOWN]) + (f"；另有 {len(differ) - SHOWN} 处" if len(differ) > SHOWN else "")
        return [bad("city", f"市级按现在的台账统计：{told}。", "草稿生成以后台账有变动，请重新生成草稿。")]
    return [ok("city", f"与市级按台账直接统计的数一致（合计 {counted.total['total']} 人）")]
