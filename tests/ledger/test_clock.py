"""The demo's day is fixed and its hour real, but nobody comes in before the morning that the demo tells is over."""

import datetime

import pytest
import time_machine
from django.test import override_settings

from ledger import clock

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
DAY = datetime.date(2017, 10, 20)


@pytest.mark.parametrize(
    ("real", "told"),
    [
        ("00:00:00", "09:00:00"), ("01:15:00", "09:03:56"), ("04:45:00", "09:15:00"), ("09:29:59", "09:29:59"), ("09:30:00", "09:30:00"),
        ("12:34:56", "12:34:56"), ("18:00:00", "18:00:00"), ("23:59:59", "23:59:59"),
    ],
)  # fmt: skip
def test_the_demos_hour(real, told):
    instant = datetime.datetime.fromisoformat(f"2026-11-23 {real}").replace(tzinfo=SHANGHAI)
    with time_machine.travel(instant, tick=False), override_settings(BUSINESS_DATE=DAY):
        assert clock.now().replace(microsecond=0) == datetime.datetime.fromisoformat(f"2017-10-20 {told}").replace(tzinfo=SHANGHAI)
        assert clock.today() == DAY
    with time_machine.travel(instant, tick=False), override_settings(BUSINESS_DATE=None):
        assert clock.now() == instant  # In earnest the hour is the hour.


def test_the_demos_hours_pass_in_order():
    hours = [clock.working_hour(datetime.timedelta(seconds=second)) for second in range(0, 24 * 3600, 30)]
    assert hours == sorted(set(hours)) and hours[0] == clock.OPENS and hours[-1] < datetime.timedelta(days=1)
