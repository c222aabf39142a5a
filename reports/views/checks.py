"""What can be told of a return before it is submitted: what was seen, what to do, and who is meant."""

import datetime
from dataclasses import dataclass, field

from ledger.models import Case, Division, Person, Staff, Standing
from reports.forms.f1 import FIGURES, TOTAL
from reports.models import Form, Submission

SHOWN = 5


@dataclass(frozen=True)
class Check:
    """One line: bad must be mended, warn should be looked at, ok is as it ought to be."""

    tone: str
    saw: str
    advice: str = ""
    people: list[tuple[str, int | None]] = field(default_factory=list)  # name, and the person's id where the viewer may open it
    more: int = 0

    @property
    def word(self) -> str:
        return {"bad": "须改", "warn": "提醒", "ok": "通过"}[self.tone]


def run_checks(staff: Staff, county: Division, period: datetime.date, payloads: dict[str, dict]) -> list[Check]:
    """All checks of a county's month, the gravest first. Three queries, however many people."""
    f1, f2 = payloads["F1"], payloads["F2"]
    printed = {row["person"]: row for row in (*f2["rows"], *f1["roster"])}
    no_number = [row for row in printed.values() if not row["id_number"]]
    no_insurance = [row for row in f1["roster"] if not row["insurance_number"]]
    named = {row["person"] for row in (*no_number, *no_insurance)}
    open_to = set(Person.objects.visible_to(staff).filter(pk__in=named).values_list("pk", flat=True))
    found = [
        _sums(f1),
        _total_row(f1),
        _roster(f1),
        *_last_month(staff, county, period, f1),
        _missing("已救治，没有填定点医院", "每例都有定点医院", _without_hospital(staff, f1)),
        _missing("没有身份证号，名单和台账上是空的", "名单和台账上每人都有身份证号", _named(no_number, open_to)),
        _missing("没有医保（农合）证号，名单上是空的", "名单上每人都有医保（农合）证号", _named(no_insurance, open_to)),
    ]
    return sorted(found, key=lambda check: ("bad", "warn", "ok").index(check.tone))


def _without_hospital(staff: Staff, f1: dict) -> list[tuple[str, int | None]]:
    """Whoever F1 counts as treated by a case without a hospital; a case struck off on the cut-off counts nowhere."""
    treated = Standing.objects.filter(
        person__in=f1["people"][TOTAL]["treated"], during__contains=datetime.date.fromisoformat(f1["cut_off_on"])
    )
    cases = Case.objects.visible_to(staff).filter(pk__in=treated.values("case"), completed_on__lte=f1["cut_off_on"], hospital_code="")
    return list(cases.order_by("person").values_list("person__name", "person").distinct())


def _named(rows: list[dict], open_to: set[int]) -> list[tuple[str, int | None]]:
    return [(row["name"], row["person"] if row["person"] in open_to else None) for row in rows]


def _missing(saw: str, well: str, people: list[tuple[str, int | None]]) -> Check:
    if not people:
        return Check("ok", well)
    return Check("warn", f"{len(people)} 人{saw}：", "补填以后请重新生成草稿。", people[:SHOWN], max(len(people) - SHOWN, 0))


def _sums(f1: dict) -> Check:
    wrong = [row["name"] for row in [*f1["rows"], {"name": TOTAL, **f1["total"]}] if row["total"] != row["treated"] + row["untreated"]]
    if wrong:
        return Check("bad", f"{'、'.join(wrong)}：总数不等于累计救治数加未完成救治数。", "请重新生成草稿。")
    return Check("ok", "总数 = 累计救治数 + 未完成救治数")


def _total_row(f1: dict) -> Check:
    """合计 counts persons once: it may be less than its rows' sum, for people with two diseases, and never more."""
    sums = {figure: sum(row[figure] for row in f1["rows"]) for figure in FIGURES}
    over = [figure for figure in ("total", "treated") if f1["total"][figure] > sums[figure]]
    if over:
        return Check("bad", "合计大于各行之和。", "请重新生成草稿。")
    less = sums["total"] - f1["total"]["total"]
    return Check("ok", f"合计与各行相符（几种病的人重复 {less} 次，只计一次）" if less else "合计与各行之和相符")


def _roster(f1: dict) -> Check:
    """The roster's registered-poor people are exactly those whom some row counts as treated."""
    counted = {person for row in f1["rows"] for person in f1["people"][row["name"]]["treated"]}
    listed = {row["person"] for row in f1["roster"] if row["registered_poor"]}
    if counted != listed:
        return Check("bad", f"统计表计 {len(counted)} 人已救治，名单上是 {len(listed)} 人。", "请重新生成草稿。")
    return Check("ok", f"已救治名单与统计表人数一致（建档立卡 {len(listed)} 人）")


def _last_month(staff: Staff, county: Division, period: datetime.date, f1: dict) -> list[Check]:
    before = (period - datetime.timedelta(days=1)).replace(day=1)
    kept = Submission.objects.visible_to(staff).filter(due__county=county, due__form=Form.F1, due__period=before)
    last = kept.defer("payload").order_by("-revision").first()
    if last is None or not last.is_frozen:
        return []
    then, now = last.figures["total"]["treated"], f1["total"]["treated"]
    if now < then:
        advice = "有人迁出、终止类别或撤销完成治疗时会这样，请核对。"
        return [Check("warn", f"累计救治数 {now} 人，比 {before.month} 月少 {then - now} 人。", advice)]
    return [Check("ok", f"累计救治数不少于 {before.month} 月（{then} 人）")]
