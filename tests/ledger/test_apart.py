"""Two periods of one person overlap in the database exactly where they have a day in common: the boxes forbid what ranges would."""

import datetime
from itertools import product

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import IntegrityError

from ledger.models import Category, CategoryFact, Residence

pytestmark = pytest.mark.django_db
NONE = "empty"
PERIODS = [
    ("2017-03-01", "2017-04-01"), ("2017-03-01", "2017-03-02"), ("2017-03-31", "2017-04-01"), ("2017-04-01", "2017-05-01"),
    ("2017-02-01", "2017-03-01"), ("2017-04-01", None), (None, "2017-03-01"), (None, "2017-03-02"), ("2017-03-31", None),
    (None, None), ("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31"), ("9999-12-31", None), NONE,
]  # fmt: skip


def as_days(period) -> DateRange:
    if period == NONE:
        return DateRange(empty=True)
    return DateRange(*(day and datetime.date.fromisoformat(day) for day in period))


def written(*rows) -> bool:
    """Whether both may stand; neither stays."""
    try:
        with transaction.atomic():
            for row in rows:
                row.pk = None
                row.save(force_insert=True)
            transaction.set_rollback(True)
    except IntegrityError as error:
        assert "one_home_at_a_time" in str(error) or "category_held_once_at_a_time" in str(error)
        return False
    return True


def overlap(one: DateRange, other: DateRange) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::daterange && %s::daterange", [one, other])
        return cursor.fetchone()[0]


def home(person, during) -> Residence:
    return Residence(person=person, county=person.county, township=person.township, village=person.village, address="1 组", during=during)


def held(cast, person, during, category=Category.DIBAO) -> CategoryFact:
    return CategoryFact(person=person, category=category, during=during, basis="名单", recorded_by=cast.clerk)


def test_homes_and_categories_are_kept_apart_to_the_day(cast):
    person = cast.register("韦桂兰", category=None, disease=None)
    person.residences.all().delete()
    for one, other in product(map(as_days, PERIODS), repeat=2):
        apart = not overlap(one, other)
        assert written(home(person, one), home(person, other)) is apart, (one, other)
        assert written(held(cast, person, one), held(cast, person, other)) is apart, (one, other)


def test_another_person_and_another_category_are_free(cast):
    """Also where the numbers stand side by side: the next person, the next category, the last that a smallint holds."""
    one, other = cast.register("韦桂兰", category=None, disease=None), cast.register("韦桂芳", category=None, disease=None)
    person = type(one).objects.everywhere("test")
    for pk in (2**30, 2**30 + 1, 2**36, 2**36 + 1):  # Far more people than live.
        copied = person.get(pk=one.pk)
        copied.pk, copied.id_number_hash = pk, f"{pk}"
        copied.save(force_insert=True)
    for first, second in [(one, other), *[(person.get(pk=pk), person.get(pk=pk + 1)) for pk in (2**30, 2**36)]]:
        Residence.objects.all().delete()
        always = DateRange(None, None)
        assert written(home(first, always), home(second, always))
        numbers = (-(2**15), 0, 1, 2, 2**15 - 1)
        for (a, x), (b, y) in product(product((first, second), numbers), repeat=2):
            assert written(held(cast, a, always, x), held(cast, b, always, y)) is ((a.pk, x) != (b.pk, y))
