"""单病种限额 and hospital levels, kept by the city beside its policies."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from hospitals.models import Hospital, HospitalLevel
from ledger import clock
from ledger.actions.refusals import Refused
from ledger.actions.trail import record
from ledger.models import Disease, Staff
from settlement.models import PolicyArea, PriceLimit, Settlement
from settlement.money import to_yuan
from settlement.policy_scope import keeps

DAY = datetime.timedelta(days=1)
NOT_YOURS = "只有本市的市级经办人能改本市的限额和医院级别。"


def period_words(during: DateRange) -> str:
    return f"{during.lower} 至 {during.upper - DAY}" if during.upper else f"{during.lower} 起"


def limit_words(limit: PriceLimit, levels: Mapping[str, str]) -> str:
    level = levels.get(limit.level, limit.level) if limit.level else "各级别"
    return f"{limit.disease}（{level}）{limit.amount_yuan:,.2f} 元，{period_words(limit.during)}，{limit.document}"


def _hold(by: Staff, area: PolicyArea) -> None:
    if not keeps(by, area):
        raise Refused(NOT_YOURS)
    PolicyArea.objects.select_for_update(no_key=True).get(pk=area.pk)


@transaction.atomic
def add_limit(
    *, by: Staff, area: PolicyArea, disease: Disease, level: str, first_day: datetime.date, last_day: datetime.date | None,
    amount: int, document: str, levels: Mapping[str, str],
) -> PriceLimit:  # fmt: skip
    """A limit (in fen) for a disease, a level (or every level) and a period. Raises Refused where one of the same kind holds already."""
    _hold(by, area)
    if level and level not in levels:
        raise Refused("政策里没有这一级别，请重新选择。", "level")
    if last_day is not None and last_day < first_day:
        raise Refused(f"最后一天 {last_day} 早于开始日期 {first_day}，请改其中一个。", "last_day")
    during = DateRange(first_day, last_day + DAY if last_day else None)
    same = PriceLimit.objects.filter(area=area, disease=disease, level=level, during__overlap=during).select_related("disease").first()
    if same is not None:
        raise Refused(f"执行期和已有的限额重叠：{limit_words(same, levels)}。请先终止原来的限额，或改开始日期。", "first_day")
    limit = PriceLimit.objects.create(
        area=area,
        disease=disease,
        level=level,
        during=during,
        amount_yuan=to_yuan(amount),
        document=document,
        made_at=clock.now(),
        made_by=by,
    )
    record("price_limit_added", by=by, subject=limit, detail={"what": limit_words(limit, levels)})
    return limit


def _own(by: Staff, limit: PriceLimit) -> PriceLimit:
    _hold(by, limit.area)
    held = PriceLimit.objects.select_related("disease", "area").filter(pk=limit.pk).first()
    if held is None:
        raise Refused("这一限额已经删除。")
    return held


@transaction.atomic
def end_limit(*, by: Staff, limit: PriceLimit, last_day: datetime.date, levels: Mapping[str, str]) -> PriceLimit:
    """The limit holds until that day inclusive. What was settled with it keeps the limit that its bill bore."""
    held = _own(by, limit)
    if last_day < held.during.lower:
        raise Refused(f"最后一天早于开始日期 {held.during.lower}。从来没有用过的限额可以删除。", "last_day")
    if held.during.upper is not None and last_day >= held.during.upper - DAY:
        raise Refused(f"这一限额已在 {held.during.upper - DAY} 终止，只能改得更早。", "last_day")
    held.during = DateRange(held.during.lower, last_day + DAY)
    held.save(update_fields=["during"])
    record("price_limit_ended", by=by, subject=held, detail={"what": limit_words(held, levels)})
    return held


@transaction.atomic
def remove_limit(*, by: Staff, limit: PriceLimit, levels: Mapping[str, str]) -> None:
    """One entered by mistake is gone, as long as no bill was settled while it held."""
    held = _own(by, limit)
    used = Settlement.objects.everywhere("whether a limit was used, wherever").standing()
    used = used.filter(person_year__area=held.area, disease=held.disease, discharged_on__contained_by=held.during)
    if held.level:
        used = used.filter(inputs__hospital_level=held.level)
    number = used.count()
    if number:
        raise Refused(f"执行期内已有 {number} 笔{held.disease}的有效结算，不能删除。请填最后一天，终止这一限额。")
    record("price_limit_removed", by=by, subject=held, detail={"what": limit_words(held, levels)})
    held.delete()


@transaction.atomic
def set_levels(*, by: Staff, area: PolicyArea, policy: str, levels: Mapping[str, str], chosen: Mapping[Hospital, str]) -> int:
    """Each hospital's level under a policy; "" takes it away. Answers how many changed. What is settled keeps its level."""
    _hold(by, area)
    known = {row.hospital_id: row for row in HospitalLevel.objects.filter(policy=policy, hospital__in=list(chosen))}
    changed = 0
    for hospital, level in chosen.items():
        if level and level not in levels:
            raise Refused(f"政策里没有{hospital.name}的这一级别，请重新选择。")
        row = known.get(hospital.pk)
        before = row.level if row else ""
        if before == level:
            continue
        if level:
            HospitalLevel.objects.update_or_create(hospital=hospital, policy=policy, defaults={"level": level})
        else:
            row.delete()
        said = [levels.get(one, one) or "未定" for one in (before, level)]
        detail = {"code": policy, "what": f"{hospital.name}：{said[0]} → {said[1]}"}
        record("hospital_level_set", by=by, subject=hospital, detail=detail)
        changed += 1
    return changed
