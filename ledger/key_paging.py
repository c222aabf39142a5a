"""Lists by pages that are found by a key, not by counting rows: a page far back costs what the first costs."""

from django.db.models import Q, QuerySet

from ledger.forms import whole_number


def keyed_page(rows: QuerySet, *, by: str, after: str, size: int, newest_first: bool = False) -> tuple[list, str]:
    """``size`` rows in the order of ``by``, rows of one day or instant in the order they were made, and the key to go on with, if any.

    ``after`` is the key that the page before ended with; one that no row has gives the first page.
    """
    sign, beyond = ("-", "lt") if newest_first else ("", "gt")
    number = whole_number(after)
    anchor = rows.filter(pk=number).values_list(by, "pk").first() if number is not None else None
    if anchor:
        rows = rows.filter(Q(**{f"{by}__{beyond}": anchor[0]}) | Q(**{by: anchor[0], f"pk__{beyond}": anchor[1]}))
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""
