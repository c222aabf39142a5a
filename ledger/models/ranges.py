"""How a whole number stands beside a period in an exclusion constraint."""

from django.db.models import Case, F, FloatField, Func, Value, When

EVER = 10**10  # Further away than any day that PostgreSQL knows.


def as_range(field: str) -> Func:
    """An integer column as a range of one, so that GiST compares it without the btree_gist module."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


def as_box(*keys: str) -> Case:
    """The days of ``during`` as an upright line that stands at the key's place: two overlap when key and a day are the same.

    GiST files a box in a third of the time of ranges, which tells when a list of thousands comes in. Every number is exact: a day is
    whole, the end lies half a day before the next, a second key is a smallint. A period without a day overlaps nothing, as always.
    """
    place = Func(*map(F, keys), template="(%(expressions)s)::float8", arg_joiner=" * 65536 + ", output_field=FloatField())
    ends = (("lower", -EVER, 0), ("upper", EVER, 0.5))
    days = [
        Func(
            F("during"), template=f"coalesce(({end}(%(expressions)s) - DATE '0001-01-01')::float8, {never}) - {less}::float8",
            output_field=FloatField(),
        ) for end, never, less in ends
    ]  # fmt: skip
    corners = [Func(place, day, function="point", output_field=FloatField()) for day in days]
    return Case(When(during__isempty=False, then=Func(*corners, function="box", output_field=FloatField())))
