"""By when the demo city's patients are to be treated, as documents say it: two of them name no share."""

import datetime
from decimal import Decimal

from ledger.models import Division
from reports.models import ProgressGoal

LIUZHOU, SHOWN = "柳卫医〔2017〕40号 一、目标任务", "示范目标，数字照渝卫发〔2019〕30号"
GOALS = [  # (by the end of, share, title, document)
    (datetime.date(2018, 12, 31), None, "基本完成 9 种大病和白内障救治", LIUZHOU),
    (datetime.date(2019, 12, 31), Decimal("0.9"), "救治进度达到 90% 以上", SHOWN),
    (datetime.date(2020, 12, 31), None, "大病应治尽治", LIUZHOU),
]


def make_goals(city: Division) -> None:
    ProgressGoal.objects.bulk_create(
        ProgressGoal(prefecture=city, by_day=day, share=share, title=title, document=document) for day, share, title, document in GOALS
    )
