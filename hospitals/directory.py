"""The list of designated hospitals as people ask for it: which disease, for whom, where, by telephone."""

import datetime
from dataclasses import dataclass, field

from django.db.models import Q

from hospitals.models import Designation, Hospital
from hospitals.models.hospital import Tier
from ledger.models import Disease, Division, Staff
from ledger.models.division import Level

NEAREST_FIRST = {Tier.COUNTY: 0, Tier.CITY: 1, Tier.REGION: 2}


def is_hospital(code: str) -> bool:
    """Whether there is a hospital of that code, open or closed: a closed one's old stays still need their liaison."""
    return Hospital.objects.filter(code=code).exists()


@dataclass
class Entry:
    """One hospital for one disease, and the areas it serves."""

    disease: Disease
    hospital: Hospital
    tier: str
    areas: list[Division] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    @property
    def tier_label(self) -> str:
        return Tier(self.tier).label

    @property
    def serves(self) -> str:
        return "、".join("全市" if area.level == Level.PREFECTURE else area.label for area in self.areas)

    @property
    def document(self) -> str:
        return "；".join(self.documents)


def designations_on(day: datetime.date):
    """The designations that hold on a day, of hospitals still open."""
    holding = Q(ended_on=None) | Q(ended_on__gte=day)
    rows = Designation.objects.filter(holding, year=day.year, hospital__is_active=True)
    return rows.select_related("hospital__county", "disease", "area")


def entries(designations, *, disease: Disease | None = None, county: Division | None = None) -> list[Entry]:
    """By disease in the list's order, the nearest tier first. A county is served by its own hospitals and by the prefecture's."""
    if disease:
        designations = designations.filter(disease=disease)
    if county:
        designations = designations.filter(area__in=[county.pk, county.parent_id])
    found: dict[tuple, Entry] = {}
    for row in designations.order_by("area__code", "pk"):
        entry = found.setdefault((row.disease_id, row.hospital_id, row.tier), Entry(row.disease, row.hospital, row.tier))
        entry.areas.append(row.area)
        if row.document not in entry.documents:
            entry.documents.append(row.document)
    return sorted(found.values(), key=lambda entry: (entry.disease.position, NEAREST_FIRST[entry.tier], entry.hospital.code))


def diseases_in(designations) -> list[Disease]:
    return list(Disease.objects.filter(pk__in=designations.values("disease")).order_by("position"))


def areas_of(staff: Staff) -> list[int]:
    """Whose designations concern this member of staff: a county's own and its prefecture's; the city's all."""
    county, prefecture = staff.area.county, staff.area.prefecture
    if county:
        return [county.pk, prefecture.pk]
    return [prefecture.pk, *Division.objects.counties_of(prefecture).values_list("pk", flat=True)]
