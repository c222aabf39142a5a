"""Counting working days by the table of holidays that a city keeps: weekends rest unless made up for, listed holidays rest."""

import datetime

from ledger.models import Division, Holiday


class Calendar:
    """A prefecture's days off over a stretch, read once. A day that no row names follows the week."""

    def __init__(self, prefecture: Division, first: datetime.date, last: datetime.date):
        listed = Holiday.objects.filter(prefecture=prefecture, day__range=(first, last))
        self.works = dict(listed.values_list("day", "works"))

    def is_working(self, day: datetime.date) -> bool:
        return self.works.get(day, day.weekday() < 5)


def after_working_days(prefecture: Division, day: datetime.date, number: int) -> datetime.date:
    """The first day on which ``number`` whole working days have passed since ``day``, which itself does not count.

    Asked on Monday the 16th, three working days are the 17th, 18th and 19th: the answer is the 20th, or the next working
    day after the third.
    """
    calendar = Calendar(prefecture, day, day + datetime.timedelta(days=60 + 7 * number))
    passed = 0
    while passed < number:
        day += datetime.timedelta(days=1)
        passed += calendar.is_working(day)
    day += datetime.timedelta(days=1)
    while not calendar.is_working(day):
        day += datetime.timedelta(days=1)
    return day
