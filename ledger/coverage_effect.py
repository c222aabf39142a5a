"""What another disease list would move: the cases that join or leave the figures, by county and disease, before anything is saved."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from ledger.models import Disease, Division, Standing

FIRST = 8


@dataclass(frozen=True)
class Case:
    """One of the first people whose case joins or leaves."""

    person: int
    name: str
    county: str
    disease: str


@dataclass(frozen=True)
class Side:
    """The diseases that join, or those that leave: how many cases in each county, and the first people."""

    diseases: list[Disease]
    rows: list[tuple[Disease, list[tuple[Division, int]], int]]
    total: int
    first: list[Case]


@dataclass(frozen=True)
class Effect:
    """What changes from a day on; ``until`` is the last day before the programme's next list."""

    day: datetime.date
    counties: list[Division]
    joining: Side
    leaving: Side
    groups_added: list[str]
    groups_gone: list[str]
    order_changed: bool
    until: datetime.date | None

    @property
    def moves_nothing(self) -> bool:
        return not (self.joining.diseases or self.leaving.diseases)


def _groups(diseases: Sequence[Disease]) -> dict[int, str]:
    """The rows F1 prints for these diseases, in its order."""
    groups = {one.group_id: one.group for one in diseases}
    return {group.pk: group.name for group in sorted(groups.values(), key=lambda group: (group.f1_order, group.pk))}


def _side(diseases: list[Disease], standing, counties: list[Division]) -> Side:
    if not diseases:
        return Side([], [], 0, [])
    standing = standing.filter(disease__in=diseases)
    counted = {
        (disease, county): number
        for disease, county, number in standing.values_list("disease", "county").annotate(number=Count("case", distinct=True)).order_by()
    }
    rows = []
    for disease in diseases:
        numbers = [(county, counted.get((disease.pk, county.pk), 0)) for county in counties]
        rows.append((disease, numbers, sum(number for _, number in numbers)))
    names = {county.pk: county.label for county in counties}
    first = standing.order_by("county__code", "person", "case").values_list("person", "person__name", "county", "disease")[:FIRST]
    called = {disease.pk: str(disease) for disease in diseases}
    people = [Case(person, name, names[county], called[disease]) for person, name, county, disease in first]
    return Side(diseases, rows, sum(total for *_, total in rows), people)


def list_effect(
    prefecture: Division, before: Sequence[Disease], after: Sequence[Disease], *, day: datetime.date, until: datetime.date | None = None
) -> Effect:
    """Who would join and who would leave on a day, from the same derived rows that F1 counts (reports.forms.f1.case_lines)."""
    counties = list(Division.objects.counties_of(prefecture))
    standing = Standing.objects.filter(county__in=counties, during__contains=day)
    known, wanted = {one.pk for one in before}, {one.pk for one in after}
    joining = [one for one in after if one.pk not in known]
    leaving = [one for one in before if one.pk not in wanted]
    old, new = _groups(before), _groups(after)
    return Effect(
        day, counties, _side(joining, standing, counties), _side(leaving, standing, counties),
        [name for pk, name in new.items() if pk not in old], [name for pk, name in old.items() if pk not in new],
        [one.pk for one in before] != [one.pk for one in after], until,
    )  # fmt: skip
