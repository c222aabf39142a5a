"""Ways to a county's findings: its draft of a month checked as the clerk sees it, and a month before handed in."""

import datetime

from ledger.models import Division, Staff
from reports.actions import rebuild_drafts
from reports.answering import answer_check, checks_of_drafts
from reports.checks import Check, unanswered
from reports.models import MONTHLY
from tests.cast import Cast, on_day
from tests.handing_in import hand_in as handed_in

SEPTEMBER, OCTOBER = datetime.date(2017, 9, 1), datetime.date(2017, 10, 1)


def bureau(cast: Cast, county: Division) -> tuple[Staff, Staff]:
    """The county's clerk and lead."""
    return (cast.clerk, cast.lead) if county.pk == cast.county.pk else (cast.clerk2, cast.lead2)


def found(cast: Cast, period: datetime.date = OCTOBER, *, form: str = "F1", group: tuple[str, ...] = MONTHLY) -> dict[str, Check]:
    """柳城县's findings by their code, after the draft was brought up to the ledger."""
    rebuild_drafts(cast.county, period, cast.clerk, group=group)
    return {one.code: one for one in checks_of_drafts(cast.clerk, cast.county, period, form)}


def answer_all(staff: Staff, county: Division, period: datetime.date, form: str = "F1", text: str = "已核对，情况属实") -> None:
    """Every finding that wants an answer gets the same."""
    for one in unanswered(checks_of_drafts(staff, county, period, form)):
        answer_check(by=staff, county=county, period=period, form=form, code=one.code, finding=one.finding, text=text)


def hand_in(cast: Cast, period: datetime.date, on: datetime.date, county: Division | None = None, group: tuple[str, ...] = MONTHLY) -> None:
    """A county's return, explained, checked by its clerk and submitted by its lead on a day."""
    with on_day(on):
        handed_in(county or cast.county, period, group)
