"""How a whole number stands beside a period in an exclusion constraint."""

from django.db.models import F, Func, Value


def as_range(field: str) -> Func:
    """An integer column as a range of one, so that GiST compares it without the btree_gist module."""
    return Func(F(field), F(field), Value("[]"), function="int8range")
