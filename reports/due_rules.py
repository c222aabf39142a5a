"""应报规则: which forms counties owe the city, how often and by when; the city keeps them, each change with its document."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from ledger import clock
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.due_keeping import Kept, keep_dues
from reports.due_making import MONTH, ONCE, QUARTER, first_of_rule, last_of_rule, months_on, overlaps, quarters_last
from reports.models import Due, DueRule, Form, Frequency

KIND = "due-rule"
YEARS_AROUND = 5
LIMITS = {
    "day": (1, 28, "截止日要在 1 到 28 之间：每个月都要有这一天。"),
    "hour": (0, 23, "截止时要在 0 到 23 之间。"),
    "months_after": (0, 12, "报当月的填 0，报上月的填 1，最多填 12。"),
    "first_months": (1, 12, "首期包括 1 到 12 个月。"),
}
# What stays as it was once counties have handed in by the rule, or their time is over: another rhythm is another rule.
FIXED = ("form", "frequency", "first_period", "first_months", "first_deadline_on")


@dataclass(frozen=True)
class RuleFacts:
    """What the page says of a rule; periods are months by their first day."""

    form: str
    frequency: str
    sender: str
    receiver: str
    day: int
    hour: int
    months_after: int
    first_period: datetime.date
    last_period: datetime.date | None
    first_months: int
    first_deadline_on: datetime.date | None


@dataclass(frozen=True)
class RuleDone:
    """The rule as it stands, and what became of the rows."""

    rule: DueRule
    kept: Kept

    @property
    def words(self) -> str:
        parts = [f"新做应报 {len(self.kept.made)} 份"] if self.kept.made else []
        past = sum(due.deadline_at < clock.now() for due in self.kept.made)
        parts += [f"其中 {past} 份截止时间已过"] if past else []
        parts += [f"移动截止时间 {sum(one.counties for one in self.kept.moved)} 份"] if self.kept.moved else []
        parts += [f"去掉还没有动过的应报 {self.kept.gone} 份"] if self.kept.gone else []
        return f"{self.rule.get_form_display()}的应报规则已保存" + (f"，{'，'.join(parts)}。" if parts else "。")


def facts_of(rule: DueRule) -> RuleFacts:
    told = {name: getattr(rule, name) for name in RuleFacts.__dataclass_fields__}
    return RuleFacts(**told | {"form": str(rule.form), "frequency": str(rule.frequency)})  # A choice and its word read the same.


def rule_words(rule: DueRule | RuleFacts) -> str:
    """The rule in a sentence: 每月 23 日 18:00 前报当月，2017-05 起. Pure."""
    own, first = rule.first_deadline_on, first_of_rule(rule)
    if rule.frequency == ONCE:
        due_on = own or months_on(first, rule.months_after).replace(day=rule.day)
        return f"只报一次，{due_on} {rule.hour}:00 前"
    if rule.frequency == QUARTER:
        after = f"之后 {rule.months_after} 个月" if rule.months_after else ""
        when, of = f"每季度最后一个月{after}的", "这个季度"
    else:
        when, of = "每月", {0: "当月", 1: "上月"}.get(rule.months_after, f" {rule.months_after} 个月前的")
    begins = f"{rule.first_period:%Y-%m} 起" if rule.first_months == 1 else f"首期 {rule.first_period:%Y-%m} 至 {first:%Y-%m}"
    begins += f"（首期 {own} 前）" if own else ""
    until = f"，到 {rule.last_period:%Y-%m} 为止" if rule.last_period else ""
    return f"{when} {rule.day} 日 {rule.hour}:00 前报{of}，{begins}{until}"


def check_facts(facts: RuleFacts, others: list[DueRule]) -> None:
    """What keeps a rule from standing beside the prefecture's others. Raises Refused with the field."""
    _check_numbers(facts)
    first = first_of_rule(facts)
    if facts.first_months > 1 and facts.frequency == MONTH and not facts.months_after:
        raise Refused("报当月的表，首期只有一个月，请填 1。", "first_months")
    whole = months_on(first, 1) if facts.months_after else first
    if facts.first_deadline_on and facts.first_deadline_on < whole:
        raise Refused(f"首期截止日期要在数据月份之后：{first.year} 年 {first.month} 月的数据那时还没有。", "first_deadline_on")
    if facts.first_deadline_on and facts.first_deadline_on > months_on(first, 13):
        raise Refused(f"首期截止日期 {facts.first_deadline_on} 离首期太远，请核对年份。", "first_deadline_on")
    if facts.last_period and facts.frequency == ONCE:
        raise Refused("只报一次的不用写末期。", "last_period")
    if facts.last_period and facts.last_period < first:
        raise Refused(f"末期早于首期 {first:%Y-%m}，请改其中一个。", "last_period")
    if facts.last_period and facts.frequency == QUARTER and quarters_last(facts.last_period) != facts.last_period:
        raise Refused("每季度报的，末期写季度的最后一个月：3、6、9 或 12 月。", "last_period")
    for other in others:
        if overlaps(facts, other):
            end = last_of_rule(other)
            span = f"{other.first_period:%Y-%m} {f'至 {end:%Y-%m}' if end else '起'}"
            raise Refused(f"{facts.form} 已有 {span}的规则，月份重叠。请先给那条写末期，再从它的下一个月起。", "first_period")


def slips(told: dict) -> dict[str, str]:
    """What is out of range, by field, each with how to mend it. Pure."""
    found = {name: sentence for name, (least, most, sentence) in LIMITS.items() if name in told and not least <= told[name] <= most}
    if "first_period" in told and told["first_period"].day != 1:
        found["first_period"] = "首期写那个月的 1 日，如 2017-06-01。"
    return found


def _check_numbers(facts: RuleFacts) -> None:
    if facts.form not in Form.values:
        raise Refused("请选择报表。", "form")
    if facts.frequency not in Frequency.values:
        raise Refused("请选择多久报一次。", "frequency")
    for name, sentence in slips(vars(facts)).items():
        raise Refused(sentence, name)
    if abs(facts.first_period.year - clock.today().year) > YEARS_AROUND:
        raise Refused(f"首期 {facts.first_period:%Y-%m} 离今年太远，请核对年份。", "first_period")
    for name, words in (("sender", facts.sender), ("receiver", facts.receiver)):
        if words[:1] in ("=", "+", "-", "@"):
            raise Refused(f"以“{words[0]}”开头，可能是公式。请改正。", name)


def _keeper(by: Staff) -> Division:
    """One official at a time changes a prefecture's rules. Raises Refused for anybody but the city."""
    if by.role != Role.CITY:
        raise Refused("应报规则由市级维护。")
    return Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)


def others_of(prefecture: Division, form: str, except_pk: int | None = None) -> list[DueRule]:
    return list(DueRule.objects.filter(prefecture=prefecture, form=form).exclude(pk=except_pk))


def used(rule: DueRule) -> bool:
    """Whether a return of this rule was begun, or its time is over."""
    dues = Due.objects.everywhere("whether a rule was used").filter(county__parent=rule.prefecture_id, form=rule.form)
    dues = dues.filter(period__gte=rule.first_period)
    end = last_of_rule(rule)
    dues = dues.filter(period__lte=end) if end else dues
    return dues.filter(deadline_at__lte=clock.now()).exists() or dues.exclude(submissions=None).exists()


@transaction.atomic
def add_rule(*, by: Staff, facts: RuleFacts, document: str) -> RuleDone:
    """What counties owe from a period on; the rows are there at once. Raises Refused: a month asked for twice, an odd day."""
    prefecture = _keeper(by)
    check_facts(facts, others_of(prefecture, facts.form))
    rule = DueRule.objects.create(prefecture=prefecture, document=document, **vars(facts))
    note_change(by=by, kind=KIND, subject=rule.get_form_display(), text=f"新增：{rule_words(rule)}", document=document)
    return RuleDone(rule, keep_dues(prefecture, clock.now(), drop=True, by=by))


@transaction.atomic
def change_rule(*, by: Staff, rule: DueRule, seen: str, facts: RuleFacts, document: str) -> RuleDone:
    """Another day, hour or end; ``seen`` is what the page showed (repr of facts_of). Returns submitted or past stay as they were.

    Raises Refused: changed meanwhile, nothing changed, what cannot stand, another rhythm for a rule that was used.
    """
    prefecture = _keeper(by)
    held = _held(prefecture, rule)
    stands = facts_of(held)
    if repr(stands) != seen:
        raise Refused("您打开之后，别人改过这条规则。请看过现在的内容，再改。")
    if stands == facts:
        raise Refused("没有改动，不用保存。")
    check_facts(facts, others_of(prefecture, facts.form, held.pk))
    other = next((name for name in FIXED if getattr(stands, name) != getattr(facts, name)), None)
    if other and used(held):
        raise Refused("已有县（区）按这条规则报送或到期，这一项不能再改。请写末期结束这条，再添加新的规则。", other)
    before = rule_words(held)
    for name, value in vars(facts).items():
        setattr(held, name, value)
    held.document = document
    held.save()
    text = f"{before} → {rule_words(held)}" if before != rule_words(held) else f"{held.sender} → {held.receiver}"
    note_change(by=by, kind=KIND, subject=held.get_form_display(), text=text, document=document)
    return RuleDone(held, keep_dues(prefecture, clock.now(), drop=True, by=by))


@transaction.atomic
def drop_rule(*, by: Staff, rule: DueRule, document: str) -> int:
    """A rule that was a slip goes with its rows, as long as nobody began a return by it. Answers how many rows. Raises Refused."""
    prefecture = _keeper(by)
    held = _held(prefecture, rule)
    if used(held):
        raise Refused("已有县（区）按这条规则报送或到期，不能删除。请改为写末期，让它到那一期为止。")
    note_change(by=by, kind=KIND, subject=held.get_form_display(), text=f"删除：{rule_words(held)}", document=document)
    held.delete()
    return keep_dues(prefecture, clock.now(), drop=True, by=by).gone


def _held(prefecture: Division, rule: DueRule) -> DueRule:
    held = DueRule.objects.select_for_update(of=("self",)).filter(prefecture=prefecture, pk=rule.pk).first()
    if held is None:
        raise Refused("这条规则已经删除。")
    return held
