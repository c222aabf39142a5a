"""What the stories of 应报清单 share: a look at it, and a rule typed, previewed and saved."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.actions.refusals import Refused
from reports import due_rules
from reports.due_rules import facts_of
from reports.models import DueRule
from tests.ledger.desks import client_of

NOTICE = "柳卫医〔2017〕40号 二（五）"
TYPED = {
    "form": "F1", "frequency": "month", "day": "23", "hour": "18", "months_after": "0", "first_period": "2017-09", "first_months": "1",
    "first_deadline_on": "", "last_period": "", "sender": "县（区）卫健部门", "receiver": "市卫健部门", "document": NOTICE,
}  # fmt: skip


def facts(rule: DueRule, **changes) -> due_rules.RuleFacts:
    return due_rules.RuleFacts(**{**vars(facts_of(rule)), **changes})


def refusal(act) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.message, refused.value.field


def page_of(staff, query: str = "") -> str:
    return client_of(staff).get(reverse("reports:calendar") + query).content.decode()


def send(desk: Client, address: str, typed: dict, **more):
    """Previewed, and then saved as it was previewed."""
    looked = desk.post(address, typed | more | {"preview": "yes"})
    assert looked.status_code == 200, looked.content.decode()
    told = {name: looked.context[name] for name in ("mark", "seen")}
    return desk.post(address, typed | more | {"save": "yes", "looked": told["mark"], "seen": told["seen"]})
