"""The city's table is the sum of its counties' returns: pure, from payloads alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.forms.supplement_sums import carried_of, sum_lines
from reports.forms.wording import FIGURES, NEITHER, TOTAL, notes, policy_notes


@dataclass(frozen=True)
class CountyReturn:
    """A county's F1 payload, and whether the county submitted it."""

    payload: dict
    submitted: bool

    @property
    def name(self) -> str:
        return self.payload["county"]["name"]


def consolidate(returns: Sequence[CountyReturn]) -> dict:
    """Sum counties: rows, total, neither and notes as in a county's payload; how many submitted, who did not, the cut-offs.

    Nobody lives in two counties on one day, but a move recorded after one county had submitted, or between two cut-offs,
    leaves a person in both returns: a note says how many. The cut-off is the latest; where they differ a note names each. What they tell
    of earlier months is summed in ``carried``, lines under the table and never in it.
    """
    names: list[str] = []
    for found in returns:
        names += [row["name"] for row in found.payload["rows"] if row["name"] not in names]
    sums = {name: dict.fromkeys(FIGURES, 0) for name in names}
    for found in returns:
        for row in found.payload["rows"]:
            for figure in FIGURES:
                sums[row["name"]][figure] += row[figure]
    rows = [{"name": name, **figures} for name, figures in sums.items()]
    total = {figure: sum(found.payload["total"][figure] for found in returns) for figure in FIGURES}
    neither = sum(found.payload[NEITHER] for found in returns)
    first = returns[0].payload
    cut_offs = {found.name: found.payload["cut_off_on"] for found in returns}
    missing = [found.name for found in returns if not found.submitted]
    told = [f"已报 {len(returns) - len(missing)} / {len(returns)} 个县（区）。"]
    if missing:
        told.append(f"未上报，按草稿汇总：{'、'.join(missing)}。")
    if len(set(cut_offs.values())) > 1:
        told.append("各县（区）统计截止日期不同：" + "、".join(f"{name} {day}" for name, day in cut_offs.items()) + "。")
    if twice := _in_two_counties(returns):
        told.append(f"有 {twice} 人列入了两个县（区）的报表（一县上报后才登记搬迁，或截止日期不同），汇总按各县（区）之和，重复计入。")
    return {
        "period": first["period"],
        "cut_off_on": max(cut_offs.values()),
        "city": first["city"],
        "title": first["title"],
        "policy_notes": policy_notes(max(found.payload["diseases"] for found in returns)),
        "rows": rows,
        "total": total,
        NEITHER: neither,
        "notes": told + notes(rows, total, neither),
        "carried": sum_lines([(found.name, carried_of(found.payload)) for found in returns], names),
        "submitted": len(returns) - len(missing),
        "counties": len(returns),
        "missing": missing,
    }


def _in_two_counties(returns: Sequence[CountyReturn]) -> int:
    """How many people the figures of more than one county count."""
    counted: Counter[int] = Counter()
    for found in returns:
        total = found.payload["people"][TOTAL]
        counted.update({*total["total"], *total["civil_quarter"]})
    return sum(times > 1 for times in counted.values())
