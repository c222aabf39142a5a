"""What a disease's other age limit, group or codes would move, counted before anything is saved."""

from dataclasses import dataclass

from django.db.models import Count

from ledger import clock
from ledger.actions.diseases import DiseaseFacts, differences
from ledger.identity import age_on
from ledger.models import Case, Disease, Division, Standing


@dataclass(frozen=True)
class Effect:
    """Cases are counted in the city's own prefecture; ``elsewhere`` says how many cases other prefectures have of the disease."""

    differences: list[str]
    counties: list[Division]
    counted: list[int]
    leaving: list[tuple[int, str, str]]
    joining: list[tuple[int, str, str]]
    regrouped: bool
    codes_unlike: int
    elsewhere: int

    @property
    def total(self) -> int:
        return sum(self.counted)


def disease_effect(prefecture: Division, disease: Disease, facts: DiseaseFacts) -> Effect:
    """How many cases stand under the disease today, who would leave the figures by age or join them, whose codes no longer fit."""
    counties = list(Division.objects.counties_of(prefecture))
    standing = Standing.objects.filter(disease=disease, during__contains=clock.today(), county__in=counties)
    numbers = dict(standing.values_list("county").annotate(number=Count("case", distinct=True)).order_by())
    cases = Case.objects.everywhere("numbers of one disease; names only of the city's own counties").filter(
        disease=disease, folded_into=None
    )
    own = cases.filter(county__in=counties)
    leaving, joining = [], []
    if facts.age_max != disease.age_max:
        new = Disease(age_max=facts.age_max)
        registered = own.exclude(registered_on=None).exclude(outcome="mistaken").order_by("county__code", "pk")
        columns = ("person", "person__name", "county__name", "person__born_on", "registered_on")
        for person, name, county, born_on, registered_on in registered.values_list(*columns):
            age = age_on(born_on, registered_on)
            if disease.accepts_age(age) != new.accepts_age(age):
                (joining if new.accepts_age(age) else leaving).append((person, name, county))
    unlike = 0
    if facts.icd10_prefixes != disease.icd10_prefixes:
        codes = own.exclude(icd10="").exclude(outcome="mistaken").values_list("icd10", flat=True)
        unlike = sum(not code.startswith(tuple(facts.icd10_prefixes)) for code in codes)
    return Effect(
        differences(disease, facts), counties, [numbers.get(county.pk, 0) for county in counties], leaving, joining,
        facts.group.pk != disease.group_id, unlike, cases.exclude(county__in=counties).count(),
    )  # fmt: skip
