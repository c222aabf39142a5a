"""Why somebody whom a figure counted a month ago is counted no more, as the dated facts tell it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from ledger.models import Case, CategoryFact, Division, Person, Residence, StruckOff
from reports.checks.people import COUNTED

MOVED, MISTAKEN, ENDED = "迁出", "误登记", "类别终止"
# What explains by itself that a figure falls.
EXPLAIN = (MOVED, MISTAKEN, ENDED)


@dataclass(frozen=True)
class Gone:
    """One person: the name, and the kind of reason; ``aside`` is what else is known, in brackets."""

    name: str
    kind: str = ""
    aside: str = ""


def why_gone(people: Iterable[int], county: Division, on: datetime.date) -> dict[int, Gone]:
    """Each of these people (ids) with what the ledger says of them on a day. Five queries, however many people."""
    people = set(people)
    rows = Person.objects.everywhere("people of the county's own return").filter(pk__in=people)
    known = {pk: (name, merged) for pk, name, merged in rows.values_list("pk", "name", "merged_into")}
    here = set(Residence.objects.filter(person__in=people, county=county, during__contains=on).values_list("person", flat=True))
    mistaken = _mistaken(people, on)
    facts = CategoryFact.objects.filter(person__in=people, category__in=COUNTED)
    ended = set(facts.filter(during__endswith__lte=on).values_list("person", flat=True))
    taken_back = _taken_back(people)
    found = {}
    for person in people:
        name, merged = known.get(person, ("", None))
        if merged:
            found[person] = Gone(name, aside="（已并入另一份资料）")
        elif person not in here:
            found[person] = Gone(name, MOVED)
        elif person in mistaken:
            found[person] = Gone(name, MISTAKEN)
        elif person in ended:
            found[person] = Gone(name, ENDED)
        else:
            found[person] = Gone(name, aside="（撤销了完成治疗）" if person in taken_back else "")
    return found


def _mistaken(people: set[int], on: datetime.date) -> set[int]:
    """Whose case stood closed as a mistaken registration on the day."""
    cases = Case.objects.everywhere("people of the county's own return").filter(person__in=people, folded_into=None)
    closed = Q(outcome="mistaken", closed_on__lte=on)
    struck = StruckOff.objects.filter(case__person__in=people, during__contains=on).values("case")
    return set(cases.filter(closed | Q(pk__in=struck)).values_list("person", flat=True))


def _taken_back(people: set[int]) -> set[int]:
    """Who has a case whose completion was taken back, so that it is not treated now."""
    cases = Case.objects.everywhere("people of the county's own return").filter(person__in=people, folded_into=None)
    return set(cases.filter(events__move="case_withdraw", completed_on=None).values_list("person", flat=True))
