"""The public holidays of 2017 and 2018 as the State Council's office ordered them, in the demo city's table from the start."""

import datetime

from ledger.models import Division, Holiday

NOTICES = {2017: "国办发明电〔2016〕17号", 2018: "国办发明电〔2017〕12号"}
# (name, first day off, last day off, weekends made up for as working days)
STRETCHES = [
    ("元旦", "2017-01-01", "2017-01-02", ""),
    ("春节", "2017-01-27", "2017-02-02", "2017-01-22 2017-02-04"),
    ("清明节", "2017-04-02", "2017-04-04", "2017-04-01"),
    ("劳动节", "2017-05-01", "2017-05-01", ""),
    ("端午节", "2017-05-28", "2017-05-30", "2017-05-27"),
    ("中秋节、国庆节", "2017-10-01", "2017-10-08", "2017-09-30"),
    ("元旦", "2018-01-01", "2018-01-01", ""),
    ("春节", "2018-02-15", "2018-02-21", "2018-02-11 2018-02-24"),
    ("清明节", "2018-04-05", "2018-04-07", "2018-04-08"),
    ("劳动节", "2018-04-29", "2018-05-01", "2018-04-28"),
    ("端午节", "2018-06-18", "2018-06-18", ""),
    ("中秋节", "2018-09-24", "2018-09-24", ""),
    ("国庆节", "2018-10-01", "2018-10-07", "2018-09-29 2018-09-30"),
]


def listed_days() -> list[tuple[datetime.date, bool, str]]:
    """(day, whether it is worked, name) of both years."""
    listed = []
    for name, first, last, made_up in STRETCHES:
        day, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
        while day <= end:
            listed.append((day, False, name))
            day += datetime.timedelta(days=1)
        listed += [(datetime.date.fromisoformat(text), True, name) for text in made_up.split()]
    return sorted(listed)


def days_off(year: int) -> set[datetime.date]:
    return {day for day, works, _ in listed_days() if day.year == year and not works}


def make_holidays(city: Division) -> None:
    Holiday.objects.bulk_create(
        Holiday(prefecture=city, day=day, works=works, name=name, document=NOTICES[day.year]) for day, works, name in listed_days()
    )
