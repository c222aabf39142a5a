"""随访规则: how long after discharge a disease's patients are visited and by whom, kept by the city; each change names its document."""

from django.db import transaction

from hospitals.models import FollowUpRule, Visitor
from ledger.actions.data_changes import note_change
from ledger.actions.refusals import Refused
from ledger.models import Disease, Staff

KIND = "follow-up-rule"
FARTHEST, MOST = 36, 12


def check_months(months: list[int]) -> list[int]:
    """The months in order, each once. Raises ValueError with the sentence."""
    if not months or len(set(months)) > MOST or any(not 1 <= number <= FARTHEST for number in months):
        raise ValueError(f"请填 1 到 {FARTHEST} 的整数，中间用顿号，最多 {MOST} 个，例如 1、3、6。")
    return sorted(set(months))


def _words(rule: FollowUpRule) -> str:
    return f"{rule.months_words}，{rule.get_visitor_display()}"


@transaction.atomic
def keep_rule(*, by: Staff, disease: Disease, months: list[int], visitor: str, document: str) -> FollowUpRule:
    """Make the rule of a disease or change it; it holds for discharges from now on. Raises Refused: odd months, nothing changed, no document."""
    try:
        months = check_months(months)
    except ValueError as error:
        raise Refused(str(error), "months") from None
    if visitor not in Visitor.values:
        raise Refused("请选择由谁随访。", "visitor")
    Disease.objects.select_for_update(no_key=True).get(pk=disease.pk)  # Two officials at once: one after the other.
    rule = FollowUpRule.objects.filter(prefecture=by.area.prefecture, disease=disease).first()
    before = _words(rule) if rule else "没有规则"
    rule = rule or FollowUpRule(prefecture=by.area.prefecture, disease=disease)
    rule.months, rule.visitor, rule.document = months, visitor, document.strip()
    if before == _words(rule):
        raise Refused("月数和随访单位都没有改动，不用保存。", "months")
    note_change(by=by, kind=KIND, subject=disease.name, text=f"{before} → {_words(rule)}", document=document)
    rule.save()
    return rule


@transaction.atomic
def drop_rule(*, by: Staff, disease: Disease, document: str) -> None:
    """No visits are planned for this disease by themselves any more; those planned already stay. Raises Refused: no rule, no document."""
    rule = FollowUpRule.objects.select_for_update().filter(prefecture=by.area.prefecture, disease=disease).first()
    if rule is None:
        raise Refused(f"{disease.name}还没有随访规则。请刷新后再看。")
    note_change(by=by, kind=KIND, subject=disease.name, text=f"{_words(rule)} → 停用", document=document)
    rule.delete()
