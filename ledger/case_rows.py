"""What the columns of a case list read beyond the case, fetched in a number of queries that does not grow with the rows."""

from collections.abc import Iterable

from django.db.models import Prefetch

from ledger import clock
from ledger.case_columns import OF_STAFF, SEALED, Column
from ledger.models import CategoryFact, Person

NUMBERS = ("id_number", "phone", "contact_phone", "village_doctor_phone")


def read_by(columns: Iterable[Column]) -> list[str | Prefetch]:
    """What to fetch along with the cases. A number that no column shows stays sealed: unsealing is what costs."""
    codes = {column.code for column in columns}
    shown = {SEALED[code] for code in codes if code in SEALED}
    people = Person.objects.everywhere("shown through a visible case").defer(*(name for name in NUMBERS if name not in shown))
    fetched = [Prefetch("person", people), "person__township", "person__village", "disease", "county"]
    if "category" in codes:
        held = CategoryFact.objects.filter(during__contains=clock.today()).order_by("category")
        fetched.append(Prefetch("person__categories", held, to_attr="held"))
    return [*fetched, *(attribute for code, attribute in OF_STAFF.items() if code in codes)]
