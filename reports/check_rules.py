"""核对规则: the city adds a check as a comparison of two figures, changes it or ends it, each time with its document."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Division, Role, Staff
from reports.checks.figures import Figure
from reports.checks.own import RELATIONS, plain, rule_words
from reports.models import CheckRule

KIND = "check-rule"
HIGHEST = 10**9  # A number that stands on the right side.
SEVERITIES = {"bad": "须改", "warn": "待说明"}


@dataclass(frozen=True)
class RuleFacts:
    """What the page says of a rule; ``right`` is a figure's name or a whole number, ``since`` and ``until`` are months."""

    title: str
    left: str
    relation: str
    factor: Decimal
    right: str
    severity: str
    advice: str
    since: datetime.date
    until: datetime.date | None = None


def facts_of(rule: CheckRule) -> RuleFacts:
    return RuleFacts(**{name: getattr(rule, name) for name in RuleFacts.__dataclass_fields__})


def _keeper(by: Staff) -> Division:
    """One official at a time changes a prefecture's rules. Raises Refused for anybody but the city."""
    if by.role != Role.CITY:
        raise Refused("核对规则由市级维护。")
    return Division.objects.select_for_update(of=("self",), no_key=True).get(pk=by.area_id)


def check_facts(facts: RuleFacts) -> None:
    """Raises Refused for what cannot be compared, with the field."""
    left = _figure(facts.left, "left")
    if left.last:
        raise Refused("左边要选本期的数。", "left")
    if facts.right.isdecimal():
        if int(facts.right) > HIGHEST:
            raise Refused(f"数字不能超过 {HIGHEST}。", "number")
    elif _figure(facts.right, "right") == left:
        raise Refused("两边是同一个数，请改其中一个。", "right")
    if facts.relation not in RELATIONS:
        raise Refused("请选择关系。", "relation")
    if not 0 < facts.factor <= 1000:
        raise Refused("倍数要大于 0，不超过 1000，如 1.5。", "factor")
    if facts.until and facts.until < facts.since:
        raise Refused("末期早于起始期，请改其中一个。", "until")
    for name, words in (("title", facts.title), ("advice", facts.advice)):
        if words[:1] in ("=", "+", "-", "@"):
            raise Refused(f"以“{words[0]}”开头，可能是公式。请改正。", name)


def _figure(name: str, field: str) -> Figure:
    try:
        return Figure.named(name)
    except ValueError:
        raise Refused("请选择要比的数。", field) from None


def _told(rule: CheckRule) -> str:
    until = f"到 {rule.until:%Y-%m}" if rule.until else ""
    return f"{rule_words(rule)}，不符{SEVERITIES[rule.severity]}，{rule.since:%Y-%m} 起{until}"


def _free(prefecture: Division, title: str, except_pk: int | None = None) -> None:
    if CheckRule.objects.filter(prefecture=prefecture, title=title).exclude(pk=except_pk).exists():
        raise Refused(f"已有“{title}”这条规则。请换一个名称，或修改那一条。", "title")


@transaction.atomic
def add_check_rule(*, by: Staff, facts: RuleFacts, document: str) -> CheckRule:
    """One more check, for the returns of its first period and later. Raises Refused."""
    prefecture = _keeper(by)
    check_facts(facts)
    _free(prefecture, facts.title)
    rule = CheckRule.objects.create(prefecture=prefecture, document=document, **vars(facts))
    note_change(by=by, kind=KIND, subject=rule.title, text=f"新增：{_told(rule)}", document=document)
    return rule


@transaction.atomic
def change_check_rule(*, by: Staff, rule: CheckRule, seen: str, facts: RuleFacts, document: str) -> CheckRule:
    """Another comparison, severity, advice or period; ``seen`` is what the page showed (repr of facts_of).

    Returns already checked keep what was told of them then. Raises Refused: changed meanwhile, nothing changed, what cannot be compared.
    """
    prefecture = _keeper(by)
    held = CheckRule.objects.select_for_update(of=("self",)).filter(prefecture=prefecture, pk=rule.pk).first()
    if held is None:
        raise Refused("这条规则已经删除。")
    stands = facts_of(held)
    if repr(stands) != seen:
        raise Refused("您打开之后，别人改过这条规则。请看过现在的内容，再改。")
    if _same(stands, facts):
        raise Refused("没有改动，不用保存。")
    check_facts(facts)
    _free(prefecture, facts.title, held.pk)
    before = _told(held)
    for name, value in vars(facts).items():
        setattr(held, name, value)
    held.document = document
    held.save()
    note_change(by=by, kind=KIND, subject=stands.title, text=f"{before} → {_told(held)}", document=document)
    return held


def _same(one: RuleFacts, other: RuleFacts) -> bool:
    return {**vars(one), "factor": plain(one.factor)} == {**vars(other), "factor": plain(other.factor)}


@transaction.atomic
def end_check_rule(*, by: Staff, rule: CheckRule, until: datetime.date, document: str) -> CheckRule:
    """The last period it holds for. Raises Refused for a month before its first."""
    prefecture = _keeper(by)
    held = CheckRule.objects.select_for_update(of=("self",)).filter(prefecture=prefecture, pk=rule.pk).first()
    if held is None:
        raise Refused("这条规则已经删除。")
    if until < held.since:
        raise Refused(f"这条规则从 {held.since:%Y-%m} 起用，末期不能更早。", "until")
    held.until = until
    held.save(update_fields=["until"])
    note_change(by=by, kind=KIND, subject=held.title, text=f"用到 {until:%Y-%m} 为止", document=document)
    return held
