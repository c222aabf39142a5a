"""What tests of the data that the city keeps share: submitted months, sentences beside fields, the changes that were noted."""

import datetime
import re

from ledger.models import DataChange
from reports.actions import make_dues
from reports.models import DueRule
from tests.cast import on_day
from tests.handing_in import hand_in


def day(text: str) -> datetime.date:
    """``10-23`` is that day of 2017."""
    return datetime.date.fromisoformat(text if len(text) == 10 else f"2017-{text}")


def owe(cast) -> None:
    """Both forms are due from August 2017 on, by the 23rd."""
    for form in ("F1", "F2"):
        DueRule.objects.create(prefecture=cast.prefecture, form=form, first_period=day("08-01"), document="柳卫医〔2017〕40号")
    make_dues(cast.prefecture, 2017)


def submit_month(cast, month: str, *, on: str, county=None, lead=None) -> list:
    """A county's lead submits both forms of a month on a day."""
    county, period = county or cast.county, day(f"{month}-01")
    with on_day(day(on)):
        return hand_in(county, period, ["F1", "F2"], lead=lead)


def errors(response) -> list[str]:
    """The sentences beside fields."""
    return re.findall(r'<div class="err" id="[^"]+">([^<]+)</div>', response.content.decode())


def summary(response) -> str:
    """The summary at the head of a page that was not saved, without its links."""
    found = re.search(r'id="errors"><p>(.*?)</p>', response.content.decode())
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def hidden(response, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def noted(kind: str) -> list[tuple[str, str, str]]:
    """What was noted of a kind, oldest first: subject, text, document."""
    return list(DataChange.objects.filter(kind=kind).order_by("id").values_list("subject", "text", "document"))
