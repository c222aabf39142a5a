"""A check of the city's own, as its stories need it."""

from decimal import Decimal

from reports.check_rules import RuleFacts
from tests.reports.check_stories import OCTOBER

DOCUMENT = "柳卫医〔2017〕58号"
FACTS = RuleFacts(
    title="白内障救治增幅", left="F1|白内障|treated", relation="≤", factor=Decimal("1.5"), right="last|F1|白内障|treated", severity="warn",
    advice="请核对手术名单，写明原因。", since=OCTOBER,
)  # fmt: skip


def facts(**changes) -> RuleFacts:
    return RuleFacts(**{**vars(FACTS), **changes})
