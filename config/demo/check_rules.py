"""The demo city's own checks, kept as data beside those that every return goes through."""

import datetime
from decimal import Decimal

from ledger.models import Division
from reports.models import CheckRule

SHOWN = "示范规则，不是文件规定"
RULES = [  # (what is checked, left, relation, factor, right, severity, advice)
    ("民政台账人数不比上月减半", "F2|本县|people", "≥", "0.5", "last|F2|本县|people", "warn", "请和民政局核对台账，写明减少的原因。"),
    ("已救治名单不少于上月九成", "F1|本县|roster", "≥", "0.9", "last|F1|本县|roster", "warn", "请核对已救治名单，写明减少的原因。"),
    ("违规收押金不超过 5 人次", "F6|本县|violations", "≤", "1", "5", "warn", "请约谈有关医院，写明怎么整改。"),
]


def make_check_rules(city: Division) -> None:
    CheckRule.objects.bulk_create(
        CheckRule(
            prefecture=city, title=title, left=left, relation=relation, factor=Decimal(factor), right=right, severity=severity,
            advice=advice, document=SHOWN, since=datetime.date(2017, 10, 1),
        )
        for title, left, relation, factor, right, severity, advice in RULES
    )  # fmt: skip
