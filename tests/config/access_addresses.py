"""Every named address of the project, and which of the world's objects it names: a new address is told here whose key it carries."""

import re
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Addresses whose object lies in an area; the rest show whatever the reader's own area holds.
WITH_OBJECT = {
    "person": [
        "person",
        "timeline",
        "reveal",
        "person-edit",
        "move-house",
        "merge-choose",
        "merge-undo",
        "category-add",
        "enrolment",
        "policy-card",
        "case-add",
    ],
    "fact": ["category-verify", "category-end", "out-of-poverty"],
    "case": ["case-move", "case-card", "case-card-full"],
}
# Whose key an address carries, where its name does not say it.
KIND_OF = {
    "hospitals:contact-list": "handed_over", "hospitals:contact-hospital": "hospital", "hospitals:contact-hospital-hand-over": "hospital",
    "hospitals:plan-write": "case", "hospitals:plan-phrase-drop": "phrase",
    **{f"hospitals:plan-{name}": "plan" for name in ("version", "answer", "withdraw", "discard", "attach", "print", "print-full")},
    "settlement:plan-estimate": "plan",
    "hospitals:discharge": "stay", "hospitals:plan": "case", "hospitals:admit": "case", "hospitals:complete": "case",
    "hospitals:withdraw": "case", "hospitals:follow-up-plan": "case", "hospitals:follow-up": "visit",
    "hospitals:follow-up-cancel": "visit", "hospitals:expert-group-edit": "expert_group", "hospitals:expert-group-end": "expert_group",
    "hospitals:expert-new": "expert_group", "hospitals:expert-edit": "expert", "hospitals:expert-end": "expert",
    "hospitals:consultation": "consultation", "hospitals:consultation-cancel": "consultation", "hospitals:consultation-ask": "case",
    "settlement:record": "settlement", "settlement:reverse": "settlement", "settlement:again": "settlement",
    "settlement:calculation-sheet": "settlement", "settlement:settlement-sheet": "settlement",
    "ledger:account-reset": "staff", "ledger:account-switch": "staff", "ledger:division-end": "village",
    "ledger:division-rename": "village", "ledger:coverage-edit": "coverage", "ledger:coverage-remove": "coverage",
    "ledger:disease-edit": "disease", "ledger:report-group-edit": "group", "ledger:unit-withdraw": "unit",
    "hospitals:standard-edit": "standard", "hospitals:standard-end": "standard", "hospitals:standard-file": "standard",
    "hospitals:deferral": "stay", "hospitals:deferral-record": "stay", "hospitals:deferral-paper": "left_stay",
    "hospitals:deposit-new": "stay", "hospitals:deposit-refund": "deposit", "hospitals:deposit-verify": "deposit",
    "hospitals:deposit-withdraw": "deposit", "hospitals:owed-record": "left_stay", "hospitals:repayment": "left_stay",
    "hospitals:repayment-paper": "left_stay", "hospitals:repaid-new": "left_stay", "hospitals:repaid-withdraw": "repaid",
    "hospitals:referral": "referral", "hospitals:referral-paper": "referral", "hospitals:referral-new": "case",
    "hospitals:inability": "inability", "hospitals:pathway": "stay", "hospitals:inability-say": "case", "hospitals:arrange": "case",
    "hospitals:designation-end": "designation", "hospitals:hospital-edit": "hospital", "hospitals:hospital-close": "hospital",
    "ledger:transfer": "transfer", "ledger:transfer-withdraw": "transfer", "ledger:holiday-remove": "holiday",
    **{f"reports:job{step}": "job" for step in ("", "-progress", "-cancel", "-file")},
    "reports:message-open": "reminder",
    "reports:check-rule-edit": "check_rule", "reports:check-rule-end": "check_rule",
    "reports:goal-edit": "goal", "reports:goal-remove": "goal",
    "reports:calendar-rule": "due_rule", "reports:calendar-rule-drop": "due_rule",
    "settlement:client-edit": "client", "settlement:client-switch": "client", "settlement:client-rotate": "client",
    "reports:extension": "extension", "reports:unlock": "unlock", "reports:alone-end": "alone",
    "policies:discard": "spare_draft", "policies:edit": "draft", "policies:publish": "draft", "policies:upload-draft": "draft",
    "statements:resolve": "dispute", "statements:check-bill": "paid_bill", "statements:check-remove": "paid_bill",
}  # fmt: skip


def addresses(resolver=None, namespace: str = "") -> dict[str, URLPattern]:
    """Every named address below the project's URLconf, by its full name."""
    found = {}
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found |= addresses(entry, inner)
        else:
            found[f"{namespace}{entry.name}"] = entry
    return found


by_name = cache(addresses)  # For those who ask it thousands of times.


def address_of(name: str, things: dict) -> str:
    """The address with the keys of those things: one's own, or a stranger's."""
    pattern = by_name()[name]
    kind = _kind_of(name, pattern)
    values = {
        "pk": things[kind], "person_pk": things["person"], "what": "phone", "move": "verify", "period": "2017-10",
        "code": "cataract" if name == "hospitals:follow-up-rule" else things["county"], "group": "all", "figure": "total", "county_code": things["county"],
        "key": "1", "rest": "nowhere", "form": "F1", "measure": "timeliness", "span": "quarter",
        "kind": "months", "token": "a-draft-of-nobody", "step": "confirm", "number": 1, "other_pk": things.get("twin", 0),
    }  # fmt: skip
    return reverse(name, kwargs={key: values[key] for key in pattern.pattern.converters | _inner(pattern)})


def _kind_of(name: str, pattern: URLPattern) -> str:
    if name in KIND_OF:
        return KIND_OF[name]
    if name.startswith("policies:"):
        return "limit" if name.startswith("policies:limit-") else "version"
    if name.startswith("statements:") and "pk" in _inner(pattern):
        return "statement"
    if name.startswith("ledger:people-import-"):
        return "upload"
    return next((kind for kind, views in WITH_OBJECT.items() if name.removeprefix("ledger:") in views), "person")


def _inner(pattern: URLPattern) -> dict:
    return dict.fromkeys(re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern)), None)
