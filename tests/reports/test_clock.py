"""What day it is, everywhere: due dates, periods, ages and reports at twelve instants where something ends, under three machine time zones.

At each of them another place's date, quarter or year is on the wall: a date taken from the machine instead of the office shows itself.
"""

import datetime
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings

from ledger import clock
from ledger.identity import age_on
from ledger.models import Holiday
from reports.deadline_watch import standing
from reports.due_list import year_ahead
from reports.due_making import months_on
from reports.ensuring import ensure_due
from reports.forms.f1 import quarter_start
from reports.models import DueRule, Submission
from reports.returns import cut_off
from tests.reports.conftest import day

pytestmark = pytest.mark.clock
ZONES = ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"]  # Los Angeles is a day behind the office for most of it, Kiritimati ahead.
BORN = datetime.date(2000, 2, 29)
HOLIDAYS = [  # (day, whether it is worked)
    ("2017-09-30", True), *((f"2017-10-0{number}", False) for number in range(1, 9)), ("2018-01-01", False), ("2018-04-23", False),
]  # fmt: skip


@dataclass(frozen=True)
class Instant:
    """An instant and all that must be said at it; ``late`` by form and month, the figures of 白内障, the years of who was born on 29 February."""

    utc: str
    today: str
    quarter: str
    late: tuple[str, ...]
    cut_off: str
    figures: tuple[int, ...]
    years: int

    @property
    def at(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(f"{self.utc}+00:00")


LATE = ("F1 2017-08", "F6 2017-08")
TURN_OF_THE_YEAR = ("F1 2017-12", "F6 2017-12")
INSTANTS = {
    "a second before the deadline of a 23rd that is a Saturday": Instant(
        "2017-09-22T09:59:59", "2017-09-22", "2017-07-01", LATE, "2017-09-22", (4, 0, 0, 4, 0), 17
    ),
    "a second after it": Instant(
        "2017-09-22T10:00:01", "2017-09-22", "2017-07-01", (*LATE, "F1 2017-09"), "2017-09-22", (4, 0, 0, 4, 0), 17
    ),
    "00:00 UTC of that 23rd": Instant(
        "2017-09-23T00:00:00", "2017-09-23", "2017-07-01", (*LATE, "F1 2017-09"), "2017-09-23", (4, 0, 0, 4, 0), 17
    ),
    "the quarter's last second": Instant(
        "2017-09-30T15:59:59", "2017-09-30", "2017-07-01", (*LATE, "F1 2017-09", "F6 2017-09"), "2017-09-23", (4, 1, 1, 3, 0), 17
    ),
    "the next quarter's first": Instant(
        "2017-09-30T16:00:00", "2017-10-01", "2017-10-01", ("F1 2017-09", "F6 2017-09"), "2017-10-01", (4, 2, 1, 2, 0), 17
    ),
    "the year's last second": Instant(
        "2017-12-31T15:59:59", "2017-12-31", "2017-10-01", ("F1 2017-11", "F6 2017-11", *TURN_OF_THE_YEAR), "2017-12-23", (4, 3, 2, 1, 0), 17
    ),
    "the new year's first": Instant(
        "2017-12-31T16:00:00", "2018-01-01", "2018-01-01", TURN_OF_THE_YEAR, "2018-01-01", (4, 4, 1, 0, 0), 17
    ),
    "00:00 UTC of the new year": Instant(
        "2018-01-01T00:00:00", "2018-01-01", "2018-01-01", TURN_OF_THE_YEAR, "2018-01-01", (4, 4, 1, 0, 0), 17
    ),
    "07:59 UTC of it": Instant("2018-01-01T07:59:00", "2018-01-01", "2018-01-01", TURN_OF_THE_YEAR, "2018-01-01", (4, 4, 1, 0, 0), 17),
    "07:59 UTC of a 23rd that is a holiday": Instant(
        "2018-04-23T07:59:00", "2018-04-23", "2018-04-01", ("F1 2018-03", "F6 2018-03", "F1 2018-04"), "2018-04-23", (4, 4, 0, 0, 0), 18
    ),
    "29 February's first second": Instant(
        "2020-02-28T16:00:00", "2020-02-29", "2020-01-01", ("F1 2020-01", "F6 2020-01", "F1 2020-02", "F6 2020-02"), "2020-02-23",
        (4, 4, 0, 0, 0), 20,
    ),
    "29 February's last": Instant(
        "2020-02-29T15:59:59", "2020-02-29", "2020-01-01", ("F1 2020-01", "F6 2020-01", "F1 2020-02", "F6 2020-02"), "2020-02-23",
        (4, 4, 0, 0, 0), 20,
    ),
}  # fmt: skip


@pytest.fixture(params=ZONES)
def machine(request) -> Iterator[str]:
    """The machine's own time zone is this."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture(params=INSTANTS.values(), ids=INSTANTS)
def instant(request, machine, time_machine, settings) -> Instant:
    """The real clock stands at this instant; no business date is set, as on a server."""
    settings.BUSINESS_DATE = None
    time_machine.move_to(request.param.at.timestamp(), tick=False)  # A datetime would set the machine's zone too.
    return request.param


def month_of(instant: Instant) -> datetime.date:
    return day(instant.today).replace(day=1)


def test_the_offices_day_is_shanghais(instant):
    assert (clock.today().isoformat(), clock.now(), clock.now().utcoffset()) == (instant.today, instant.at, datetime.timedelta(hours=8))
    assert quarter_start(clock.today()).isoformat() == instant.quarter
    assert age_on(BORN, clock.today()) == instant.years
    assert year_ahead(clock.today())[0] == month_of(instant)


@pytest.mark.django_db
def test_what_is_due_and_late_and_what_the_reports_count(cast, ledger, instant):
    """Both forms are owed from the month before; nobody has handed in anything; four were treated where a quarter or year turns."""
    Holiday.objects.bulk_create(
        Holiday(prefecture=cast.prefecture, day=day(listed), works=works, name="节假日", document="放假通知") for listed, works in HOLIDAYS
    )
    month = month_of(instant)
    begins = months_on(month, -1)
    DueRule.objects.create(prefecture=cast.prefecture, form="F1", first_period=begins)
    DueRule.objects.create(prefecture=cast.prefecture, form="F6", first_period=begins, day=1, months_after=1)
    for number, completed in enumerate(("2017-09-30", "2017-10-01", "2017-12-31", "2018-01-01")):
        ledger.person(f"韦{'福桂兰玉'[number]}英", ("cataract", "2017-05-01", completed))

    done = ensure_due(clock.now(), build=True)

    assert [f"{one.form} {one.period}" for one in done.late if one.county == "450222"] == sorted(
        instant.late, key=lambda text: (text[3:], text)
    )
    drafted = [begins, month] if clock.today().day >= 20 else [begins]
    assert sorted({one.period for one in done.drafts}) == [f"{period:%Y-%m}" for period in drafted] and done.undone == []
    assert standing(clock.now())["late"] == 2 * len(instant.late)
    assert ledger.row(instant.today, "白内障") == instant.figures
    assert cut_off(cast.county, month).isoformat() == instant.cut_off
    drafts = Submission.objects.everywhere("a test looks").filter(due__county=cast.county, due__form="F1", due__period=month)
    expected = [(day(instant.cut_off), instant.at)] if month in drafted else []
    assert list(drafts.values_list("cut_off_on", "built_at")) == expected
    assert ensure_due(clock.now(), build=True).drafts == []


def test_a_date_of_the_machine_would_show_itself(machine, time_machine):
    """The switch: the same instants by the machine's own wall. Under every zone it says another day at some of them."""
    wrong = []
    for name, instant in INSTANTS.items():
        time_machine.move_to(instant.at.timestamp(), tick=False)
        if time.strftime("%Y-%m-%d") != instant.today:
            wrong.append(name)
    expected = {"UTC": 3, "America/Los_Angeles": 6, "Pacific/Kiritimati": 4}
    assert len(wrong) == expected[machine], wrong


@pytest.mark.parametrize("zone", ZONES)
def test_a_program_started_under_another_zone_has_the_offices_day(zone):
    """As a server set to another zone starts it: what the environment says of the zone changes nothing."""
    asked = "import django; django.setup(); from ledger import clock; print(clock.now().tzinfo, clock.now().utcoffset())"
    environment = os.environ | {"TZ": zone, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.split() == ["Asia/Shanghai", "8:00:00"]
