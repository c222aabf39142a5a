"""The one place that says what day it is."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_instant: ContextVar[datetime.datetime | None] = ContextVar("instant", default=None)


# The demo's people have told their morning by nine. Whoever looks at it earlier in the day, or after midnight, comes in then: the
# night's hours pass within half an hour, so that no act stands before what it follows.
OPENS, AWAKE = datetime.timedelta(hours=9), datetime.timedelta(hours=9, minutes=30)


def working_hour(since_midnight: datetime.timedelta) -> datetime.timedelta:
    """The demo's time of day for a real one: from 09:30 on the same, before it between 09:00 and 09:30 in the same order. Pure."""
    if since_midnight >= AWAKE:
        return since_midnight
    return OPENS + (AWAKE - OPENS) * (since_midnight / AWAKE)


def now() -> datetime.datetime:
    """This instant; in the demo, the present time of day on the demo's business date, never before its offices open."""
    asked = _instant.get()
    if asked is not None:
        return timezone.localtime(asked)
    instant = timezone.localtime()
    if settings.BUSINESS_DATE is None:
        return instant
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    hour = working_hour(instant - midnight)
    day = settings.BUSINESS_DATE
    return midnight.replace(year=day.year, month=day.month, day=day.day) + hour


def today() -> datetime.date:
    """The business date in Asia/Shanghai."""
    return now().date()


@contextmanager
def standing_at(instant: datetime.datetime) -> Iterator[None]:
    """Whatever is done inside is done as of this instant, by this thread alone: what would be due then, what would be late."""
    token = _instant.set(instant)
    try:
        yield
    finally:
        _instant.reset(token)
