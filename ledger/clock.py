"""The one place that says what day it is."""

import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime.datetime:
    """This instant; in the demo, the present time of day on the demo's business date."""
    instant = timezone.localtime()
    if settings.BUSINESS_DATE is None:
        return instant
    day = settings.BUSINESS_DATE
    return instant.replace(year=day.year, month=day.month, day=day.day)


def today() -> datetime.date:
    """The business date in Asia/Shanghai."""
    return now().date()
