"""What publishing a draft would do to the versions of its area, and everything that stands against it."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q

from ledger.models import Staff
from ledger.models.division import Level
from settlement.models import PolicyVersion, Settlement, VersionState

OWN_WORK = "最后修改这份草稿的是您。请由另一位市级经办人核对后发布。"


@dataclass
class Plan:
    """``closing`` end at the draft's first day, ``replacing`` never held for anybody; ``faults`` are sentences."""

    version: PolicyVersion
    closing: list[PolicyVersion] = field(default_factory=list)
    replacing: list[PolicyVersion] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def first_day(self) -> datetime.date:
        return self.version.during.lower

    @property
    def last_day_before(self) -> datetime.date:
        """The last day of the versions that end with this one's beginning."""
        return self.first_day - datetime.timedelta(days=1)

    @property
    def waits_for_another(self) -> bool:
        """Whether nothing is wrong with the draft itself."""
        return self.faults == [OWN_WORK]


def plan_of(version: PolicyVersion, by: Staff, others: list[PolicyVersion]) -> Plan:
    """``others``: the area's published versions; held by the caller who is about to publish."""
    plan = Plan(version)
    if version.state != VersionState.DRAFT:
        plan.faults.append("这一版已经发布，不用再发布。")
        return plan
    if version.made_by_id == by.pk:
        plan.faults.append(OWN_WORK)
    used = _used(others, plan.first_day)
    for other in others:
        if other.during.upper is not None and other.during.upper <= plan.first_day:
            continue
        _place(plan, other, *used.get(other.pk, (0, 0, None)))
    _from_new_year(plan, others)
    return plan


def _used(versions: list[PolicyVersion], day: datetime.date) -> dict[int, tuple[int, int, datetime.date | None]]:
    """By version: settlements ever made, those standing from the day on, and the last discharge among these."""
    late = Q(stands=True, discharged_on__gte=day)
    rows = (
        Settlement.objects.everywhere("whether a policy was used, wherever")
        .filter(version__in=versions)
        .order_by()
        .values("version")
        .annotate(ever=Count("pk"), standing=Count("pk", filter=late), last=Max("discharged_on", filter=late))
    )
    return {row["version"]: (row["ever"], row["standing"], row["last"]) for row in rows}


def _place(plan: Plan, other: PolicyVersion, ever: int, standing: int, last: datetime.date | None) -> None:
    """Where one version that overlaps goes: ended at the first day, replaced, or in the way."""
    first, begins = plan.first_day, other.during.lower
    name = f"{other.document} 第 {other.number} 版（自 {begins} 起执行）"
    earliest = max(filter(None, (last, begins))) + datetime.timedelta(days=1)
    if standing:
        plan.faults.append(
            f"{name}已用于 {standing} 笔出院日期在 {first} 及以后的有效结算，执行期不能重叠。"
            f"新版本最早从 {earliest} 起执行：请改草稿的执行首日，或先冲销这些结算。"
        )
    elif first > begins:
        plan.closing.append(other)
    elif ever:
        plan.faults.append(
            f"{name}已经用过（{ever} 笔结算，都已冲销），留作存底，执行期不能重叠。新版本最早从 {earliest} 起执行：请改草稿的执行首日。"
        )
    else:
        plan.replacing.append(other)


def _from_new_year(plan: Plan, others: list[PolicyVersion]) -> None:
    """A county that leaves its prefecture's policy does so on New Year's Day, and before anybody of it is settled in that year.

    A year's caps and sums are kept by area: whoever was settled under the one and then under the other would have each cap twice.
    """
    area, first = plan.version.area, plan.first_day
    if area.division is None or area.division.level != Level.COUNTY or any(other.during.lower < first for other in others):
        return
    above = PolicyVersion.objects.filter(area__division=area.division.parent_id, state=VersionState.PUBLISHED)
    if (first.month, first.day) != (1, 1) and above.filter(during__contains=first).exists():
        plan.faults.append(
            f"{area.name}到 {first} 为止用的是上级的政策，年内累计和限额按地区计算。第一份本县政策请从某年 1 月 1 日起执行，年内累计才不会断开。"
        )
    settled = Settlement.objects.everywhere("whether the county's people were settled by the policy above").standing()
    settled = settled.filter(county=area.division, version__in=above, discharged_on__gte=first)
    if last := settled.aggregate(last=Max("discharged_on"))["last"]:
        plan.faults.append(
            f"{area.name}的患者自 {first} 起已有 {settled.count()} 笔有效结算用了上级的政策，年内累计和限额按地区计算。"
            f"本县政策最早从 {last.year + 1}-01-01 起执行：请改草稿的执行首日，或先冲销这些结算。"
        )
