"""The one place that says what day it is."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone

_instant: ContextVar[datetime.datetime | None] = ContextVar("instant", default=None)


def now() -> datetime.datetime:
    """This instant; in the demo, the present time of day on the demo's business date."""
    asked = _instant.get()
    if asked is not None:
        return timezone.localtime(asked)
    instant = timezone.localtime()
    if settings.BUSINESS_DATE is None:
        return instant
    day = settings.BUSINESS_DATE
    return instant.replace(year=day.year, month=day.month, day=day.day)


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
