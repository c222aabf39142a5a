"""What the stories of what is due share: the office's clock, the rows and their deadlines, a return handed in without the days it took."""

import datetime

from django.utils import timezone

from ledger import clock
from reports.models import Due, Submission
from tests.reports.conftest import day

OCTOBER = day("10-01")
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
NOTICE = "柳政办发〔2017〕9号"


def at(text: str) -> datetime.datetime:
    """``10-23 18:30`` by the office's clock."""
    return datetime.datetime.fromisoformat(f"2017-{text}").replace(tzinfo=SHANGHAI)


NOW = at("10-20 09:00")


def dues_of(**narrowed):
    return Due.objects.everywhere("a test looks").filter(**narrowed)


def hand_in(county, period=OCTOBER, form: str = "F1") -> Submission:
    """A return that was submitted, without the days it took."""
    due = dues_of(county=county, period=period, form=form).get()
    return Submission.objects.create(
        due=due, state="submitted", cut_off_on=due.cut_off_on, built_at=clock.now(), payload="{}", rows_hash="0" * 64,
        submitted_at=clock.now(),
    )  # fmt: skip


def deadlines(form: str = "F1") -> dict[str, str]:
    """Of 柳城县, by period, in the office's days."""
    rows = dues_of(form=form, county__code="450222").order_by("period")
    return {f"{due.period:%Y-%m}": f"{timezone.localtime(due.deadline_at):%m-%d}" for due in rows}
