"""Stays of 2017 with and without a deposit, written as they would have come to stand: for the stories of F6."""

import datetime
from decimal import Decimal

from hospitals.models import Deferral, Deposit, Hospital, Stay
from ledger import clock
from ledger.models import Category, Person
from reports.actions import make_dues
from reports.models import DueRule
from tests.reports.conftest import day

SEPTEMBER = day("09-01")
RULE = {"form": "F6", "day": 1, "months_after": 1, "document": "示范规则"}


def stay_of(cast, person: Person, admitted: str, *, hospital: Hospital | None = None, served: bool = True) -> Stay:
    """A stay of six days; ``served``: the agreement was signed at admission."""
    told = {"recorded_at": clock.now(), "recorded_by": cast.clerk}
    case, on = person.cases.get(), day(admitted)
    stay = Stay.objects.create(
        case=case, hospital=hospital or cast.hospital, admitted_on=on, discharged_on=on + datetime.timedelta(days=6), **told
    )
    if served:
        held = [int(Category.REGISTERED_POOR)]
        Deferral.objects.create(stay=stay, county=case.county, categories=held, signed_on=on, signed_by="本人", **told)
    return stay


def deposit_of(cast, stay: Stay, taken: str, amount: str, reason: str, remedy: str = "", **told) -> Deposit:
    """A deposit that should not have been taken."""
    return Deposit.objects.create(
        stay=stay, county=stay.case.county, taken_on=day(taken), amount_yuan=Decimal(amount), reason=reason, remedy=remedy,
        recorded_at=clock.now(), recorded_by=cast.clerk, **told,
    )  # fmt: skip


def september(cast, ledger) -> dict[str, Person]:
    """柳城县: three stays served by the end of September, two deposits in it; 鹿寨县: one served, none taken."""
    people = {
        name: ledger.person(name, ("cataract", "06-01"), village=village)
        for name, village in (("韦桂兰", cast.village), ("覃月英", cast.village), ("罗凤英", cast.village), ("潘阿婆", cast.village2))
    }
    stay_of(cast, people["韦桂兰"], "08-03")
    stay_of(cast, people["罗凤英"], "09-20")
    stay_of(cast, people["罗凤英"], "09-30")
    stay_of(cast, people["罗凤英"], "10-02")  # After September.
    stay_of(cast, people["潘阿婆"], "09-12")
    first = stay_of(cast, people["覃月英"], "09-05", served=False)
    second = stay_of(cast, people["韦桂兰"], "09-30", served=False, hospital=cast.city_hospital)
    earlier = stay_of(cast, people["覃月英"], "08-20", served=False)
    deposit_of(cast, earlier, "08-20", "300.00", "收费员不清楚政策", "已退还")
    deposit_of(cast, first, "09-05", "1200.50", "入院时没有出示扶贫手册", "已退还押金，窗口张贴政策")
    deposit_of(cast, second, "09-30", "20000.00", "=系统没有更新名单")
    wrong = deposit_of(cast, first, "09-06", "1.00", "录错")
    wrong.withdrawn_on, wrong.withdrawn_reason = day("09-07"), "录错"
    wrong.save()
    deposit_of(cast, stay_of(cast, people["罗凤英"], "10-10", served=False), "10-10", "500.00", "值班人员误收")
    return people


def rule(cast, **told) -> DueRule:
    """The prefecture's rule for F6 with its dues of 2017; from September on unless told."""
    made = DueRule.objects.create(prefecture=cast.prefecture, **{**RULE, "first_period": SEPTEMBER, **told})
    make_dues(cast.prefecture, 2017)
    return made
