"""Counting working days by the table of holidays that a city keeps: weekends rest unless made up for, listed holidays rest."""

import datetime

from ledger.models import Division, Holiday

WEEKDAYS = "一二三四五六日"


class Calendar:
    """A prefecture's listed days from a day on, read once. A day that no row names follows the week."""

    def __init__(self, prefecture: Division, first: datetime.date):
        listed = Holiday.objects.filter(prefecture=prefecture, day__gte=first).values_list("day", "works", "name")
        self.works = {day: works for day, works, _ in listed}
        self.names = {day: name for day, _, name in listed}

    def is_working(self, day: datetime.date) -> bool:
        return self.works.get(day, day.weekday() < 5)

    def words_for(self, day: datetime.date) -> str:
        """What kind of day it is: 星期六, 国庆节放假, or for a weekend made up for 调休上班."""
        if day not in self.works:
            return f"星期{WEEKDAYS[day.weekday()]}"
        return "调休上班" if self.works[day] else f"{self.names[day].removesuffix('放假')}放假"


def after_working_days(prefecture: Division, day: datetime.date, number: int) -> datetime.date:
    """The first working day by which ``number`` whole working days have passed since ``day``, which itself does not count.

    Asked on Monday the 16th, three working days are the 17th, 18th and 19th: the answer is the 20th, or the next working
    day after the third. However long a stretch of listed days is, it ends: the table has a last row.
    """
    calendar = Calendar(prefecture, day)
    passed = 0
    while True:
        day += datetime.timedelta(days=1)
        if calendar.is_working(day):
            if passed == number:
                return day
            passed += 1
