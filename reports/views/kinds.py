"""The three returns of a county that go the same way to the city: the month's, F6 and F4; their names and addresses in one table."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from ledger.models import Division
from reports.contact_returns import contact_return
from reports.deferral_returns import deferral_return, months_of
from reports.models import CONTACTS, DEFERRAL, MONTHLY, Form
from reports.returns import Return, county_returns


@dataclass(frozen=True)
class ReturnKind:
    """``slug`` stands in addresses; ``page`` and ``index`` are the names of the county's page and of the list of periods."""

    slug: str
    forms: tuple[str, ...]
    name: str
    page: str
    index: str
    read: Callable[[Division, datetime.date], dict[str, Return]]

    def title(self, period: datetime.date) -> str:
        """2017 年 10 月月报."""
        return f"{period.year} 年 {period.month} 月{self.name}"


def _deferral(county: Division, period: datetime.date) -> dict[str, Return]:
    return {Form.F6.value: deferral_return(county, months_of(county, period))}


def _contacts(county: Division, period: datetime.date) -> dict[str, Return]:
    return {Form.F4.value: contact_return(county, period)}


MONTH = ReturnKind("months", MONTHLY, "月报", "reports:month", "reports:months", county_returns)
STAYS = ReturnKind("f6", DEFERRAL, "先诊疗后付费月报", "reports:f6", "reports:f6-periods", _deferral)
PEOPLE = ReturnKind("f4", CONTACTS, "专职联系人回执", "reports:f4", "reports:f4-periods", _contacts)
KINDS = {kind.slug: kind for kind in (MONTH, STAYS, PEOPLE)}


def kind_of(form: str) -> ReturnKind:
    """Which return a form belongs to."""
    return next(kind for kind in KINDS.values() if form in kind.forms)
