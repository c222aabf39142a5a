"""F6 各区县未落实先诊疗后付费情况汇总表: how often the service was enjoyed, and each violation by name; a county's and the city's.

Source: 渝卫发〔2019〕30号 三（四） and its annex.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from hospitals.contacting import contact_of_county
from hospitals.deferring import served_until, violations
from ledger.models import Division, UnitName
from ledger.models.division import UnitKind
from reports.due_making import last_day, months_on
from reports.forms.carried_rows import deposit_row
from reports.forms.payload import filler_of, head_of, with_supplement
from reports.models import DueRule, Form
from reports.supplement import deferral_supplement

TITLE = "各区县未落实先诊疗后付费情况汇总表"
NAMES, WHY, WHERE = "未享受政策的贫困人员姓名", "未享受的原因", "就诊医院"
COUNTY, SERVED = "区县名称", "累计享受的先诊疗后付费服务贫困人口人次"
PAID, REMEDY = "该贫困人员缴纳住院押金的金额（元）", "整改措施"
FILLER, PHONE = "填报人", "联系电话（手机）："
EXPLANATION = "填报说明：2019年7月20日前首次报送5月、6月的数据，8月以后每月1日报送上月的数据"


def month_of(text: str) -> datetime.date:
    """``2017-09`` of a payload as the month's first day."""
    return datetime.date.fromisoformat(f"{text}-01")


def headings(covers_from: datetime.date, period: datetime.date) -> tuple[str, ...]:
    """The eight headings for a period: a single month prints 9月到9月. Pure."""
    last = f"{period.month}月" if period.year == covers_from.year else f"{period.year}年{period.month}月"
    when = f"{covers_from.year}年{covers_from.month}月到{last}"
    return (COUNTY, SERVED, f"{when}出现的未享受政策的贫困人口人次", NAMES, WHY, WHERE, PAID, REMEDY)


def explanation(rule: DueRule | None) -> list[str]:
    """填报说明 as the annex prints it; where the prefecture's own rule says other days, those below it. Pure."""
    if rule is None:
        return [EXPLANATION]
    last = months_on(rule.first_period, rule.first_months - 1)
    due_on = rule.first_deadline_on or months_on(last, rule.months_after).replace(day=rule.day)
    from_then = months_on(last, 1 + rule.months_after)
    months = [months_on(rule.first_period, number) for number in range(rule.first_months)]
    first = "、".join(f"{month.month}月" for month in months)
    of = {0: "当月", 1: "上月"}.get(rule.months_after, f"{rule.months_after} 个月前")
    own = f"{due_on.year}年{due_on.month}月{due_on.day}日前首次报送{first}的数据，{from_then.month}月以后每月{rule.day}日报送{of}的数据"
    return [EXPLANATION] if EXPLANATION.endswith(own) else [EXPLANATION, f"本市的应报规则：{own}"]


def f6_payload(
    county: Division, covers_from: datetime.date, period: datetime.date, on: datetime.date, *, supplemented: bool = True
) -> dict:
    """A county's F6 over the months from one to another, as of a day: what was enjoyed up to it, what was violated in it.

    One row a violation, by the day on which the deposit was taken; each is one person-time. With the 补报 of earlier periods, which a
    mere look has not.
    """
    last = min(on, last_day(period))
    found = list(violations([county], covers_from, last))
    contact = contact_of_county(county)
    filler = contact or filler_of(county)
    phone = (contact.mobile or contact.phone).reveal() if contact else filler.work_phone if filler else ""
    rows = [deposit_row(deposit) for deposit in found]
    made = {
        **head_of(Form.F6.value, county, period, on, covers_from=covers_from),
        "title": TITLE,
        "unit": UnitName.on(county, UnitKind.HEALTH, on),
        "filler": (contact.name if contact else filler.full_name) if filler else "",
        "phone": phone,
        "served": served_until(county, on),
        "violations": len(rows),
        "rows": rows,
        "explanation": explanation(DueRule.of(county.parent_id, Form.F6, period)),
    }
    return with_supplement(made, deferral_supplement(county, period) if supplemented else None)


@dataclass(frozen=True)
class DeferralReturn:
    """A county's F6 payload, and whether the county submitted it."""

    payload: dict
    submitted: bool


def consolidate_f6(returns: Sequence[DeferralReturn]) -> dict:
    """The city's table of one period: every county's rows beneath each other, in the codes' order; who has not submitted. Pure."""
    first = returns[0].payload
    missing = [one.payload["county"]["name"] for one in returns if not one.submitted]
    notes = [f"已报 {len(returns) - len(missing)} / {len(returns)} 个县（区）。"]
    if missing:
        notes.append(f"未上报，按草稿汇总：{'、'.join(missing)}。")
    return {
        **{key: first[key] for key in ("covers_from", "period", "city", "title", "explanation")},
        "cut_off_on": max(one.payload["cut_off_on"] for one in returns),
        "counties": [one.payload for one in returns],
        "served": sum(one.payload["served"] for one in returns),
        "violations": sum(one.payload["violations"] for one in returns),
        "submitted": len(returns) - len(missing),
        "missing": missing,
        "notes": notes,
    }
